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

/** The costs of what is on the screen: since the last change of place. What is left before a limit is so on every screen. */
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

/** Adds what an answer cost, or an event. Of the same budget the latest word counts. */
export function addCost(told: Partial<Cost> | undefined): void {
  // Without its cost an answer may say that it is an older one.
  if (told?.upstreamCalls === undefined) return
  const { cacheHits = 0, coalesced = 0, waitedMs = 0, upstreamCalls } = told
  const nameOf = ({ provider, scope }: Cost['budgets'][number]) => `${provider} ${scope}`
  const budgets = new Map([...costs.budgets, ...(told.budgets ?? [])].map(budget => [nameOf(budget), budget]))
  set({
    operations: costs.operations + 1,
    upstreamCalls: costs.upstreamCalls + upstreamCalls,
    cacheHits: costs.cacheHits + cacheHits + coalesced,
    waitedMs: costs.waitedMs + waitedMs,
    budgets: [...budgets.values()],
  })
}

/** Begins anew, on another screen; what is left before a limit is left there too. */
export function beginScreen(): void {
  set({ ...NONE, budgets: costs.budgets })
}

/** Forgets it all, before somebody else is the caller. */
export function forgetCosts(): void {
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
