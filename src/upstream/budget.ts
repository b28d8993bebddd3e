import { LRUCache } from 'lru-cache'
import type { BudgetState } from '../domain/directory-provider.ts'
import type { ProviderName } from '../domain/entity-key.ts'
import { RateLimitedError, UnavailableError } from '../domain/provider-error.ts'
import type { BudgetLoad } from '../telemetry/metrics.ts'
import { createRateWindow, type RateLimit, type RateWindow, type Slot } from './rate-window.ts'

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

/** The leave to send one request; whoever has it says what becomes of it, since the limits hold for arrivals. */
export interface Turn {
  sent(): void
  /** The request can not arrive any more: it was answered, it failed, or it was never sent. */
  ended(): void
}

/** A provider's published limits, kept on our side. */
export interface Budget {
  /**
   * Resolves when the request may be sent. Rejects with `RateLimitedError` at once when that would be after the
   * deadline, and with `UnavailableError` when the caller goes away while it waits.
   */
  acquire(ask: BudgetAsk): Promise<Turn>
  /** The provider answered 429: what shares this limit holds off as well. */
  refuse(scope: string | null, retryAfterSeconds: number | null): void
  states(scopes: Iterable<string>): BudgetState[]
  /** All of it in three numbers, whatever directories there are. */
  load(): BudgetLoad
}

export interface BudgetSettings {
  readonly provider: ProviderName
  readonly total: RateLimit
  /** The limit of each directory on its own; null where the provider has none. */
  readonly perScope: RateLimit | null
}

interface Waiter {
  readonly ask: BudgetAsk
  readonly start: (turn: Turn) => void
}

/** The requests that wait for one limit: a queue for each caller, taken in turn. */
interface Lane {
  readonly window: RateWindow | null
  readonly queues: Map<string, Waiter[]>
}

const NO_SCOPE = ''
const PAUSE_WITHOUT_RETRY_AFTER_MS = 1_000
/** Then one request looks whether the provider still means it: a mistaken Retry-After must not end its use for good. */
const MAX_PAUSE_MS = 60_000
/** Limits of directories that were not asked for lately are forgotten: by then their windows are empty. */
const MAX_SCOPES = 10_000

export function createBudget({ provider, total: totalLimit, perScope }: BudgetSettings): Budget {
  const total = createRateWindow(totalLimit)
  const windows = new LRUCache<string, RateWindow>({ max: MAX_SCOPES })
  const lanes = new Map<string, Lane>()
  let timer: NodeJS.Timeout | undefined

  function windowOf(scope: string | null): RateWindow | null {
    if (scope === null || perScope === null) return null
    const known = windows.get(scope) ?? createRateWindow(perScope)
    windows.set(scope, known)
    return known
  }

  const startAt = (window: RateWindow | null, nowMs: number) =>
    Math.max(total.startAt(nowMs), window?.startAt(nowMs) ?? nowMs)

  function take(window: RateWindow | null, nowMs: number): Turn {
    const slots: readonly Slot[] = [total.take(nowMs), ...(window === null ? [] : [window.take(nowMs)])]
    let isOver = false
    return {
      sent() {
        const sentMs = performance.now()
        for (const slot of slots) slot.sent(sentMs)
      },
      ended() {
        if (isOver) return
        isOver = true
        const endedMs = performance.now()
        for (const slot of slots) slot.ended(endedMs)
        if (lanes.size > 0) dispatch()
      },
    }
  }

  /** Lets go whoever may, one lane after the other, and sets the clock for the next. */
  function dispatch(): void {
    clearTimeout(timer)
    const nowMs = performance.now()
    let nextMs = Number.POSITIVE_INFINITY
    for (const [scope, lane] of lanes) {
      const atMs = startAt(lane.window, nowMs)
      if (atMs > nowMs) {
        nextMs = Math.min(nextMs, atMs)
        continue
      }
      shift(lane)?.start(take(lane.window, nowMs))
      // To the back, where this walk comes to it again: what is free at once goes round, and so does what is not.
      lanes.delete(scope)
      if (lane.queues.size > 0) lanes.set(scope, lane)
    }
    if (lanes.size > 0) timer = setTimeout(dispatch, Math.ceil(nextMs - nowMs))
  }

  /** The next in turn: the first of the caller that has waited longest for its turn, who then goes to the back. */
  function shift(lane: Lane): Waiter | undefined {
    const [caller, queue] = lane.queues.entries().next().value ?? []
    if (caller === undefined || queue === undefined) return undefined
    const waiter = queue.shift()
    lane.queues.delete(caller)
    if (queue.length > 0) lane.queues.set(caller, queue)
    return waiter
  }

  function remove(lane: Lane, scope: string, waiter: Waiter): void {
    const queue = lane.queues.get(waiter.ask.caller)
    const index = queue?.indexOf(waiter) ?? -1
    if (queue === undefined || index === -1) return
    queue.splice(index, 1)
    if (queue.length === 0) lane.queues.delete(waiter.ask.caller)
    if (lane.queues.size === 0) lanes.delete(scope)
    if (lanes.size === 0) clearTimeout(timer)
  }

  /** When a request that comes now would start, given whose turn is before it in its lane and in all of them. */
  function estimate(
    lane: Lane | undefined,
    window: RateWindow | null,
    caller: string,
    nowMs: number,
  ): number {
    const ahead = turnsBefore(caller, lane === undefined ? [] : [lane])
    const aheadOfAll = turnsBefore(caller, lanes.values())
    return Math.max(window?.foretell(nowMs, ahead) ?? nowMs, total.foretell(nowMs, aheadOfAll))
  }

  return {
    async acquire(ask) {
      const nowMs = performance.now()
      const scope = ask.scope ?? NO_SCOPE
      const window = windowOf(ask.scope)
      const waiting = lanes.get(scope)
      if (ask.signal.aborted) throw new UnavailableError(provider, 'timeout')
      // Nobody overtakes those who wait for the limit that all share.
      if (lanes.size === 0 && startAt(window, nowMs) <= nowMs) {
        return take(window, nowMs)
      }
      const startMs = estimate(waiting, window, ask.caller, nowMs)
      if (startMs > ask.deadlineMs) throw new RateLimitedError(provider, Math.ceil((startMs - nowMs) / 1_000))
      const lane = waiting ?? { window, queues: new Map() }
      lanes.set(scope, lane)
      return await new Promise<Turn>((resolve, reject) => {
        const waiter: Waiter = { ask, start: turn => finish(() => resolve(turn)) }
        const giveUp = () => {
          remove(lane, scope, waiter)
          const isLate = performance.now() >= ask.deadlineMs
          finish(() =>
            reject(isLate ? new RateLimitedError(provider, 1) : new UnavailableError(provider, 'timeout')),
          )
        }
        const finish = (settle: () => void) => {
          ask.signal.removeEventListener('abort', giveUp)
          settle()
        }
        ask.signal.addEventListener('abort', giveUp, { once: true })
        lane.queues.set(ask.caller, [...(lane.queues.get(ask.caller) ?? []), waiter])
        dispatch()
      })
    },

    refuse(scope, retryAfterSeconds) {
      const waitMs = retryAfterSeconds === null ? PAUSE_WITHOUT_RETRY_AFTER_MS : retryAfterSeconds * 1_000
      const window = windowOf(scope) ?? total
      window.refuse(performance.now(), Math.min(waitMs, MAX_PAUSE_MS))
    },

    states(scopes) {
      const nowMs = performance.now()
      const own = [...scopes].flatMap(scope => {
        const window = windowOf(scope)
        return window === null ? [] : [{ provider, scope, remaining: window.remaining(nowMs) }]
      })
      return [{ provider, scope: 'provider', remaining: total.remaining(nowMs) }, ...own]
    },

    load() {
      const nowMs = performance.now()
      const own = [...windows.values()].map(window => window.remaining(nowMs))
      const queues = [...lanes.values()].flatMap(lane => [...lane.queues.values()])
      return {
        remaining: total.remaining(nowMs),
        scarcest: perScope && own.reduce((least, remaining) => Math.min(least, remaining), perScope.limit),
        waiting: queues.reduce((sum, { length }) => sum + length, 0),
      }
    },
  }
}

/** How many go before a caller's next request: all of its own, and of each other caller's one for each of those. */
function turnsBefore(caller: string, lanes: Iterable<Lane>): number {
  const waiting = new Map<string, number>()
  for (const { queues } of lanes)
    for (const [name, { length }] of queues) waiting.set(name, (waiting.get(name) ?? 0) + length)
  const mine = waiting.get(caller) ?? 0
  let turns = 0
  for (const [name, count] of waiting) turns += name === caller ? count : Math.min(count, mine + 1)
  return turns
}
