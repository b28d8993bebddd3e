import type { Cost, Outcome } from './graph-client.ts'

/** One operation, as it went. */
export interface Entry {
  readonly operation: string
  readonly requestId: string
  readonly sentAtMs: number
  readonly answeredAtMs: number
  readonly codes: readonly string[]
  /** What its errors say of themselves. */
  readonly messages: readonly string[]
}

/** What all operations came to. */
export interface Journal {
  note(operation: string, outcome: Outcome<unknown>, codes?: readonly string[]): void
  /** All of them, in the order in which they ended. */
  readonly entries: readonly Entry[]
  readonly costs: Readonly<Record<keyof Omit<Cost, 'stale'> | 'stale', number>>
}

export function createJournal(): Journal {
  const entries: Entry[] = []
  const costs = { upstreamCalls: 0, cacheHits: 0, coalesced: 0, retries: 0, waitedMs: 0, stale: 0 }
  return {
    entries,
    costs,
    note(operation, { requestId, sentAtMs, answeredAtMs, cost, codes: own, messages }, codes = own) {
      entries.push({ operation, requestId, sentAtMs, answeredAtMs, codes, messages })
      if (cost === null) return
      for (const name of ['upstreamCalls', 'cacheHits', 'coalesced', 'retries', 'waitedMs'] as const) {
        costs[name] += cost[name] ?? 0
      }
      costs.stale += cost.stale?.length ?? 0
    },
  }
}
