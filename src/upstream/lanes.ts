import type { RateWindow } from './rate-window.ts'
import type { Turn } from './turn.ts'

/** Who asks for what share of a provider's quota, and until when it is of use. */
export interface BudgetAsk {
  /** The directory whose own limit applies as well; null for calls that count only for the provider. */
  readonly scope: string | null
  /** Turns are taken by caller, so that one with many calls does not keep another from its first. */
  readonly caller: string
  /** `performance.now()` milliseconds. */
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

export interface Waiter {
  readonly ask: BudgetAsk
  readonly sinceMs: number
  /** `noteWait` is for what it has waited for together with others. */
  start(turn: Turn, noteWait?: () => void): void
  refuse(error: Error): void
  /** Whether it was told nothing against its waiting at a time when it was known how long that is. */
  isPromised: boolean
}

/** The requests that wait for one limit: a queue for each caller, taken in turn. */
export interface Lane {
  readonly scope: string | null
  readonly window: RateWindow | null
  readonly queues: Map<string, Waiter[]>
  /** For how many of them other processes are being asked. */
  asked: number
  /** How many wait in each of those. */
  others: readonly number[]
  /** Until when it lets those ask first, since they last said so; null where that is not settled yet. */
  yieldsUntilMs: number | null
}

/** A lane for each limit that somebody waits for. */
export type Lanes = Map<string | null, Lane>

export function openLane(scope: string | null, window: RateWindow | null): Lane {
  return { scope, window, queues: new Map(), asked: 0, others: [], yieldsUntilMs: null }
}

export function addTo(lane: Lane, waiter: Waiter): void {
  lane.queues.set(waiter.ask.caller, [...(lane.queues.get(waiter.ask.caller) ?? []), waiter])
}

/** The next in turn: the first of the caller that has waited longest for its turn, who then goes to the back. */
export function shift(lane: Lane): Waiter | undefined {
  const [caller, queue] = lane.queues.entries().next().value ?? []
  if (caller === undefined || queue === undefined) return undefined
  const waiter = queue.shift()
  lane.queues.delete(caller)
  if (queue.length > 0) lane.queues.set(caller, queue)
  return waiter
}

/** False where it is not there any more. */
export function removeFrom(lane: Lane, waiter: Waiter): boolean {
  const queue = lane.queues.get(waiter.ask.caller)
  const index = queue?.indexOf(waiter) ?? -1
  if (queue === undefined || index === -1) return false
  queue.splice(index, 1)
  if (queue.length === 0) lane.queues.delete(waiter.ask.caller)
  return true
}

export function lengthOf(lane: Lane): number {
  let length = 0
  for (const queue of lane.queues.values()) length += queue.length
  return length
}

/**
 * How many go before a caller's next request: all of its own, and of each other caller's one for each of those. `mine`
 * is how many of its own, where that is not all.
 */
export function turnsBefore(caller: string, lanes: Iterable<Lane>, mine?: number): number {
  const waiting = new Map<string, number>()
  for (const { queues } of lanes)
    for (const [name, { length }] of queues) waiting.set(name, (waiting.get(name) ?? 0) + length)
  const own = mine ?? waiting.get(caller) ?? 0
  let turns = own
  for (const [name, count] of waiting) if (name !== caller) turns += Math.min(count, own + 1)
  return turns
}

/** The same with other processes, which take turns with this one. */
export function withOthers(turns: number, { others }: Lane): number {
  return others.reduce((sum, count) => sum + Math.min(count, turns + 1), turns)
}
