import type { DirectoryProvider } from '../../domain/directory-provider.ts'
import { OPERATIONS, type Operation, type ProviderError } from '../../domain/provider-error.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { createUpstreamClient } from '../../upstream/upstream-client.ts'
import { settle } from '../settle.ts'
import { createScalekitReads } from './scalekit-reads.ts'
import { createScalekitToken } from './scalekit-token.ts'
import { createScalekitWrites } from './scalekit-writes.ts'

export interface ScalekitSettings {
  /** `https://<environment>.scalekit.com`, without a trailing slash. */
  readonly environmentUrl: string
  readonly clientId: string
  readonly clientSecret: string
}

const SUPPORTED: ReadonlySet<Operation> = new Set(OPERATIONS)

/** Scalekit's directories as a directory provider, over its REST API. */
export function createScalekitProvider(settings: ScalekitSettings, log: Logger): DirectoryProvider {
  const upstream = { provider: 'scalekit', baseUrl: settings.environmentUrl, log } as const
  const authorization = createScalekitToken(
    createUpstreamClient({ ...upstream, authorization: null }),
    settings,
  )
  const client = createUpstreamClient({ ...upstream, authorization })
  return {
    statuses: () => [{ provider: 'scalekit', operations: SUPPORTED, reachable: client.isReachable() }],
    async check(call) {
      const request = { method: 'get', path: 'api/v1/organizations', query: { page_size: 10 } } as const
      const outcome = await settle(client.send(request, call))
      return new Map([['scalekit', outcome instanceof Error ? (outcome as ProviderError) : null]])
    },
    ...createScalekitReads(client),
    ...createScalekitWrites(client),
  }
}
