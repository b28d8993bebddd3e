import { useSyncExternalStore } from 'react'

/** What an operation cost, as the server says it in `extensions.dirgraph`. */
export interface Cost {
  readonly estimatedCalls: number
  readonly upstreamCalls: number
  readonly cacheHits: number
  readonly coalesced: number
  readonly retries: number
  readonly waitedMs: number
  readonly budgets: readonly {
    readonly provider: string
    readonly scope: string
    readonly remaining: number
  }[]
}

/** The costs of what is on the screen: since the last change of place. */
export interface Costs {
  readonly operations: number
  readonly upstreamCalls: number
  readonly cacheHits: number
  readonly waitedMs: number
  readonly budgets: Cost['budgets']
}

const NONE: Costs = { operations: 0, upstreamCalls: 0, cacheHits: 0, waitedMs: 0, budgets: [] }

let costs = NONE
const listeners = new Set<() => void>()

function set(next: Costs): void {
  costs = next
  for (const listener of listeners) listener()
}

/** Adds what one answer cost. Of the same budget the latest word counts. */
export function addCost(cost: Cost): void {
  const nameOf = ({ provider, scope }: Cost['budgets'][number]) => `${provider} ${scope}`
  const budgets = new Map([...costs.budgets, ...cost.budgets].map(budget => [nameOf(budget), budget]))
  set({
    operations: costs.operations + 1,
    upstreamCalls: costs.upstreamCalls + cost.upstreamCalls,
    cacheHits: costs.cacheHits + cost.cacheHits + cost.coalesced,
    waitedMs: costs.waitedMs + cost.waitedMs,
    budgets: [...budgets.values()],
  })
}

/** Begins anew, on another screen. */
export function resetCosts(): void {
  set(NONE)
}

export function useCosts(): Costs {
  return useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => costs,
  )
}
