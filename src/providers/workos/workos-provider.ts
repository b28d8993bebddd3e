import type { DirectoryProvider } from '../../domain/directory-provider.ts'
import type { EventReceiver } from '../../domain/event-receiver.ts'
import type { EventSource } from '../../domain/event-source.ts'
import type { Operation, ProviderError } from '../../domain/provider-error.ts'
import { createBudget } from '../../upstream/budget.ts'
import { createUpstreamClient, type UpstreamEnvironment } from '../../upstream/upstream-client.ts'
import { createEventReception } from '../event-reception.ts'
import { settle } from '../settle.ts'
import { workosEventDrops } from './workos-event-drops.ts'
import { createWorkosEventSource } from './workos-event-source.ts'
import { identifyWorkosEvent, parseWorkosEvent } from './workos-events.ts'
import { createWorkosReads } from './workos-reads.ts'
import { createWorkosWrites } from './workos-writes.ts'

export interface WorkosSettings {
  readonly apiKey: string
  /** `https://api.workos.com` for real; without a trailing slash. */
  readonly apiUrl: string
  /** What one key may ask in a minute; WorkOS publishes 6,000. */
  readonly requestsPerMinute: number
  /** What may be asked of the users of one directory in a second; WorkOS publishes 4. */
  readonly directoryUsersPerSecond: number
}

const OPERATIONS: ReadonlySet<Operation> = new Set([
  'DELETE_DIRECTORY',
  'CREATE_PORTAL_LINK',
  'SEARCH_ORGANIZATIONS',
  'SEARCH_DIRECTORIES',
])

/** WorkOS Directory Sync as a directory provider, over its REST API. */
export function createWorkosProvider(
  settings: WorkosSettings,
  environment: UpstreamEnvironment,
): DirectoryProvider & EventReceiver & EventSource {
  const limits = {
    total: { limit: settings.requestsPerMinute, windowMs: 60_000 },
    perScope: { limit: settings.directoryUsersPerSecond, windowMs: 1_000 },
  }
  const { shareAnswers, shareBudget } = environment
  const sharedBudget = shareBudget?.(['workos', settings.apiUrl, settings.apiKey], limits) ?? null
  const budget = createBudget({ provider: 'workos', ...limits, shared: sharedBudget })
  const client = createUpstreamClient({
    ...environment,
    provider: 'workos',
    baseUrl: settings.apiUrl,
    authorization: async () => `Bearer ${settings.apiKey}`,
    budget,
    shared: shareAnswers?.('workos') ?? null,
    ...environment,
  })
  const reads = createWorkosReads(client)
  return {
    statuses: () => [{ provider: 'workos', operations: OPERATIONS, reachable: client.isReachable() }],
    budgets: scopes => budget.states(scopes.get('workos') ?? []),
    async check(call) {
      const outcome = await settle(
        client.send(
          { method: 'get', path: 'organizations', query: { limit: 1, order: 'desc' }, isFresh: true },
          call,
        ),
      )
      return new Map([['workos', outcome instanceof Error ? (outcome as ProviderError) : null]])
    },
    ...reads,
    ...createWorkosWrites(client, reads),
    ...createEventReception(client, {
      identify: identifyWorkosEvent,
      read(raw) {
        const event = parseWorkosEvent(raw)
        return event && { event, drops: workosEventDrops(event) }
      },
    }),
    ...createWorkosEventSource(client),
  }
}
