import type { DirectoryProvider } from '../../domain/directory-provider.ts'
import type { Operation, ProviderError } from '../../domain/provider-error.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { createUpstreamClient } from '../../upstream/upstream-client.ts'
import { settle } from '../settle.ts'
import { createWorkosReads } from './workos-reads.ts'
import { createWorkosWrites } from './workos-writes.ts'

export interface WorkosSettings {
  readonly apiKey: string
  /** `https://api.workos.com` for real; without a trailing slash. */
  readonly apiUrl: string
}

const OPERATIONS: ReadonlySet<Operation> = new Set([
  'DELETE_DIRECTORY',
  'CREATE_PORTAL_LINK',
  'SEARCH_ORGANIZATIONS',
  'SEARCH_DIRECTORIES',
])

/** WorkOS Directory Sync as a directory provider, over its REST API. */
export function createWorkosProvider(settings: WorkosSettings, log: Logger): DirectoryProvider {
  const client = createUpstreamClient({
    provider: 'workos',
    baseUrl: settings.apiUrl,
    authorization: async () => `Bearer ${settings.apiKey}`,
    log,
  })
  return {
    statuses: () => [{ provider: 'workos', operations: OPERATIONS, reachable: client.isReachable() }],
    async check(call) {
      const outcome = await settle(
        client.send({ method: 'get', path: 'organizations', query: { limit: 1, order: 'desc' } }, call),
      )
      return new Map([['workos', outcome instanceof Error ? (outcome as ProviderError) : null]])
    },
    ...createWorkosReads(client),
    ...createWorkosWrites(client),
  }
}
