import type { CallMeter } from '../domain/directory-provider.ts'
import type { ProviderName } from '../domain/entity-key.ts'
import { QueryTooCostlyError } from '../domain/provider-error.ts'

/** What an operation has cost so far; the numbers of `extensions.dirgraph`. */
export interface CostMeter extends CallMeter {
  readonly counts: Readonly<Record<Parameters<CallMeter['count']>[0], number>>
  readonly upstreamCalls: number
  /** The directories whose own limits the operation has used, by provider. */
  readonly scopes: ReadonlyMap<ProviderName, ReadonlySet<string>>
  /** The oldest answer that stood in for each provider that failed, in seconds. */
  readonly stale: ReadonlyMap<ProviderName, number>
}

/** Counts for one operation; after `maxUpstreamCalls` every further call is refused. */
export function createCostMeter(maxUpstreamCalls: number): CostMeter {
  const counts = { cacheHits: 0, coalesced: 0, retries: 0, waitedMs: 0 }
  const scopes = new Map<ProviderName, Set<string>>()
  const stale = new Map<ProviderName, number>()
  let upstreamCalls = 0
  return {
    counts,
    scopes,
    stale,
    get upstreamCalls() {
      return upstreamCalls
    },
    sending() {
      if (upstreamCalls >= maxUpstreamCalls) {
        throw new QueryTooCostlyError(
          `This operation has made the ${maxUpstreamCalls} upstream calls that one may make.`,
        )
      }
      upstreamCalls += 1
    },
    count(what, amount) {
      counts[what] += amount
    },
    usedScope(provider, scope) {
      scopes.set(provider, (scopes.get(provider) ?? new Set()).add(scope))
    },
    servedStale(provider, ageSeconds) {
      stale.set(provider, Math.max(stale.get(provider) ?? 0, Math.round(ageSeconds)))
    },
  }
}
