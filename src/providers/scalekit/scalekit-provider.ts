import type { DirectoryProvider } from '../../domain/directory-provider.ts'
import type { EventReceiver } from '../../domain/event-receiver.ts'
import { OPERATIONS, type Operation, type ProviderError } from '../../domain/provider-error.ts'
import { createBudget } from '../../upstream/budget.ts'
import { createUpstreamClient, type UpstreamEnvironment } from '../../upstream/upstream-client.ts'
import { createEventReception } from '../event-reception.ts'
import { settle } from '../settle.ts'
import { scalekitEventDrops } from './scalekit-event-drops.ts'
import { identifyScalekitEvent, parseScalekitEvent } from './scalekit-events.ts'
import { createScalekitReads } from './scalekit-reads.ts'
import { createSoleDirectories } from './scalekit-sole-directories.ts'
import { createScalekitToken } from './scalekit-token.ts'
import { createScalekitWrites } from './scalekit-writes.ts'

export interface ScalekitSettings {
  /** `https://<environment>.scalekit.com`, without a trailing slash. */
  readonly environmentUrl: string
  readonly clientId: string
  readonly clientSecret: string
  /** What one environment may be asked in a second; Scalekit publishes no number. */
  readonly requestsPerSecond: number
}

const SUPPORTED: ReadonlySet<Operation> = new Set(OPERATIONS)

/** Scalekit's directories as a directory provider, over its REST API. */
export function createScalekitProvider(
  settings: ScalekitSettings,
  environment: UpstreamEnvironment,
): DirectoryProvider & EventReceiver {
  const upstream = { ...environment, provider: 'scalekit', baseUrl: settings.environmentUrl } as const
  const limits = { total: { limit: settings.requestsPerSecond, windowMs: 1_000 }, perScope: null }
  const { environmentUrl, clientId, clientSecret } = settings
  const { shareAnswers, shareBudget } = environment
  const sharedBudget = shareBudget?.(['scalekit', environmentUrl, clientId, clientSecret], limits) ?? null
  const budget = createBudget({ provider: 'scalekit', ...limits, shared: sharedBudget })
  const authorization = createScalekitToken(
    createUpstreamClient({ ...upstream, authorization: null, budget, cacheTtlMs: 0 }),
    settings,
  )
  const shared = shareAnswers?.('scalekit') ?? null
  const client = createUpstreamClient({ ...upstream, authorization, budget, shared })
  const soleDirectories = createSoleDirectories()
  const kept = {
    ...client,
    async forgetAll() {
      soleDirectories.forgetAll()
      await client.forgetAll()
    },
  }
  return {
    statuses: () => [{ provider: 'scalekit', operations: SUPPORTED, reachable: client.isReachable() }],
    budgets: () => budget.states([]),
    async check(call) {
      const request = {
        method: 'get',
        path: 'api/v1/organizations',
        query: { page_size: 10 },
        isFresh: true,
      } as const
      const outcome = await settle(client.send(request, call))
      return new Map([['scalekit', outcome instanceof Error ? (outcome as ProviderError) : null]])
    },
    ...createScalekitReads(client, soleDirectories.asked),
    ...createScalekitWrites(client),
    ...createEventReception(kept, {
      identify: identifyScalekitEvent,
      read(raw) {
        const event = parseScalekitEvent(raw)
        if (event === null) return null
        soleDirectories.heed(event)
        // What is dropped goes by what the event itself says: the one directory that is known may not be the only one.
        const drops = scalekitEventDrops(event)
        return { event: parseScalekitEvent(raw, soleDirectories.of(event.organizationKey)) ?? event, drops }
      },
    }),
  }
}
