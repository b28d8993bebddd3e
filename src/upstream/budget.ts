import { LRUCache } from 'lru-cache'
import type { BudgetState } from '../domain/directory-provider.ts'
import type { ProviderName } from '../domain/entity-key.ts'
import { UnavailableError } from '../domain/provider-error.ts'
import type { BudgetLoad } from '../telemetry/metrics.ts'
import { createShares } from './budget-shares.ts'
import { createForesight } from './foresight.ts'
import {
  addTo,
  type BudgetAsk,
  type Lane,
  type Lanes,
  lengthOf,
  openLane,
  removeFrom,
  type Waiter,
} from './lanes.ts'
import { createRateWindow, type RateLimit, type RateWindow } from './rate-window.ts'
import type { SharedBudget, SharedGrant, SharedUse } from './shared-budget.ts'
import { type OpenTurn, openTurn, type Turn } from './turn.ts'
import { isTimeUp } from './upstream-errors.ts'

/** A provider's published limits, kept on our side. */
export interface Budget {
  /**
   * Resolves when the request may be sent. Rejects with `RateLimitedError` when that would be too late for an answer
   * before the deadline, at once or as soon as that is known, and with `UnavailableError` when the caller goes away
   * meanwhile.
   */
  acquire(ask: BudgetAsk): Promise<Turn>
  /** Whether whoever has this signal waits for a turn. */
  isWaiting(signal: AbortSignal): boolean
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
  /** Other processes with the same limits; null where there are none. */
  readonly shared?: SharedBudget | null
}

const PAUSE_WITHOUT_RETRY_AFTER_MS = 1_000
/** Then one request looks whether the provider still means it: a mistaken Retry-After must not end its use for good. */
const MAX_PAUSE_MS = 60_000
/** Limits of directories that were not asked for lately are forgotten: by then their windows are empty. */
const MAX_SCOPES = 10_000
const MAX_ASKED = 100
/** How much later at most. */
const YIELD_MS = 20
const ASK_AGAIN_MS = 50

export function createBudget(settings: BudgetSettings): Budget {
  const { provider, total: totalLimit, perScope, shared = null } = settings
  const total = createRateWindow(totalLimit)
  const windows = new LRUCache<string, RateWindow>({ max: MAX_SCOPES })
  const lanes: Lanes = new Map()
  const foresight = createForesight(provider, total, lanes)
  const shares = shared && createShares(shared)
  /** Places that are taken here while others are asked for them, by the directory's window. */
  const beingAsked = new Map<RateWindow | null, number>()
  let timer: NodeJS.Timeout | undefined

  const sharing = () => shared?.sharing() ?? 'alone'

  function windowOf(scope: string | null): RateWindow | null {
    if (scope === null || perScope === null) return null
    const known = windows.get(scope)
    if (known !== undefined) return known
    const window = createRateWindow(perScope)
    if (shares) window.cap(shares.of(scope, perScope.limit, window, 0))
    windows.set(scope, window)
    return window
  }

  const startAt = (window: RateWindow | null, nowMs: number) =>
    Math.max(total.startAt(nowMs), window?.startAt(nowMs) ?? nowMs)

  function open(scope: string | null, window: RateWindow | null, nowMs: number): OpenTurn {
    const slots = [total.take(nowMs), ...(window === null ? [] : [window.take(nowMs)])]
    return openTurn(slots, shared, window && scope, () => lanes.size > 0 && dispatch())
  }

  /** Lets go whoever may, or asks the others for it, one lane after the other, and sets the clock for the next. */
  function dispatch(): void {
    clearTimeout(timer)
    const standing = sharing()
    if (standing === 'starting') return
    const nowMs = performance.now()
    let nextMs = Number.POSITIVE_INFINITY
    const asks = new Map<Lane, OpenTurn[]>()
    for (const [scope, lane] of lanes) {
      if (standing === 'together' && lane.asked >= Math.min(lengthOf(lane), MAX_ASKED)) continue
      const atMs = startAt(lane.window, nowMs)
      const startMs = atMs > nowMs || standing === 'alone' ? atMs : yieldUntil(lane, nowMs)
      if (startMs > nowMs) {
        nextMs = Math.min(nextMs, startMs)
        continue
      }
      if (standing === 'together') {
        lane.asked += 1
        asks.set(lane, [...(asks.get(lane) ?? []), open(scope, lane.window, nowMs)])
      } else {
        foresight.next(lane, nowMs)?.start(open(scope, lane.window, nowMs))
      }
      // To the back, where this walk comes to it again: what is free at once goes round, and so does what is not.
      lanes.delete(scope)
      if (lane.queues.size > 0) lanes.set(scope, lane)
    }
    for (const [lane, turns] of asks) askOthers(lane, turns)
    if (nextMs < Number.POSITIVE_INFINITY) timer = setTimeout(dispatch, Math.ceil(nextMs - nowMs))
  }

  /** Where others wait as well, who had more of the last window asks later: so it goes round. */
  function yieldUntil(lane: Lane, nowMs: number): number {
    const window = lane.window ?? total
    const { limit } = (lane.window && perScope) ?? totalLimit
    const had = lane.others.length === 0 ? 0 : window.used(nowMs - window.spanMs() / 2)
    lane.yieldsUntilMs ??= nowMs + Math.round((YIELD_MS * Math.min(had, limit)) / limit)
    return lane.yieldsUntilMs
  }

  async function askOthers(lane: Lane, turns: readonly OpenTurn[]): Promise<void> {
    beingAsked.set(lane.window, (beingAsked.get(lane.window) ?? 0) + turns.length)
    const grant = await shared
      ?.take({
        scope: lane.window && lane.scope,
        ids: turns.map(({ id }) => id),
        waiting: lengthOf(lane),
        totalSpanMs: total.spanMs(),
        scopeSpanMs: lane.window?.spanMs() ?? 0,
      })
      .catch(() => null)
    lane.asked -= turns.length
    lane.yieldsUntilMs = null
    const stillAsked = (beingAsked.get(lane.window) ?? 0) - turns.length
    if (stillAsked > 0) beingAsked.set(lane.window, stillAsked)
    else beingAsked.delete(lane.window)
    // Whose turn it is shows now: whoever has left meanwhile has no say any more.
    for (const turn of turns.slice(0, grant?.granted ?? 0)) {
      const waiter = foresight.next(lane, performance.now())
      if (waiter) waiter.start(turn, grant?.noteWait)
      else turn.giveBack(true)
    }
    for (const turn of turns.slice(grant?.granted ?? 0)) turn.giveBack(!grant)
    forgetIfEmpty(lane)
    if (grant) heed(lane, grant)
    else if (sharing() === 'together') {
      total.tell({ used: 0, atMs: 0, againMs: performance.now() + ASK_AGAIN_MS, firstMs: 0, lastMs: 0 })
    }
    dispatch()
  }

  /** Takes to heart what the others have, and refuses those who did not know of it and can not be in time. */
  function heed(lane: Lane, grant: SharedGrant): void {
    const nowMs = performance.now()
    lane.others = grant.others
    const tell = (window: RateWindow, { used, againInMs, firstInMs, lastInMs }: SharedUse) => {
      const againMs = againInMs === 0 ? Number.NEGATIVE_INFINITY : nowMs + againInMs
      window.tell({ used, atMs: nowMs, againMs, firstMs: nowMs + firstInMs, lastMs: nowMs + lastInMs })
    }
    tell(total, grant.total)
    if (lane.window && grant.scope) tell(lane.window, grant.scope)
    foresight.refuseLate(lane, nowMs)
    forgetIfEmpty(lane)
  }

  function forgetIfEmpty(lane: Lane): void {
    if (lane.queues.size === 0 && lanes.get(lane.scope) === lane) lanes.delete(lane.scope)
    if (lanes.size === 0) clearTimeout(timer)
  }

  shared?.onChange(() => {
    shares?.change(performance.now())
    total.tell(null)
    const asked = [...beingAsked.values()].reduce((sum, count) => sum + count, 0)
    total.cap(shares?.of(null, totalLimit.limit, total, asked) ?? [])
    for (const [scope, window] of windows.entries()) {
      window.tell(null)
      const ownAsked = beingAsked.get(window) ?? 0
      window.cap(shares?.of(scope, perScope?.limit ?? 1, window, ownAsked) ?? [])
    }
    dispatch()
  })

  return {
    async acquire(ask) {
      const nowMs = performance.now()
      const window = windowOf(ask.scope)
      const waiting = lanes.get(ask.scope)
      const standing = sharing()
      if (ask.signal.aborted) throw new UnavailableError(provider, 'timeout')
      const isFree = startAt(window, nowMs) <= nowMs
      // Nobody overtakes those who wait for the limit that all share.
      if (standing === 'alone' && lanes.size === 0 && isFree) return open(ask.scope, window, nowMs)
      const startMs = foresight.startOf(waiting, window, ask.caller, nowMs)
      if (!foresight.isInTime(ask, nowMs, startMs)) throw foresight.refusal(startMs, nowMs)
      const lane = waiting ?? openLane(ask.scope, window)
      lanes.set(ask.scope, lane)
      const [turn, noteWait] = await new Promise<Parameters<Waiter['start']>>((resolve, reject) => {
        const waiter: Waiter = {
          ask,
          sinceMs: nowMs,
          isPromised: standing === 'alone',
          start: (...started) => finish(() => resolve(started)),
          refuse: error => finish(() => reject(error)),
        }
        const giveUp = () => {
          removeFrom(lane, waiter)
          forgetIfEmpty(lane)
          const atMs = performance.now()
          const isLate = atMs >= ask.deadlineMs || isTimeUp(ask.signal.reason)
          waiter.refuse(isLate ? foresight.refusal(atMs, atMs) : new UnavailableError(provider, 'timeout'))
        }
        const finish = (settle: () => void) => {
          ask.signal.removeEventListener('abort', giveUp)
          settle()
        }
        ask.signal.addEventListener('abort', giveUp, { once: true })
        addTo(lane, waiter)
        dispatch()
      })
      noteWait?.()
      return turn
    },

    isWaiting(signal) {
      const queues = [...lanes.values()].flatMap(lane => [...lane.queues.values()])
      return queues.flat().some(({ ask }) => ask.signal === signal)
    },

    refuse(scope, retryAfterSeconds) {
      const waitMs = retryAfterSeconds === null ? PAUSE_WITHOUT_RETRY_AFTER_MS : retryAfterSeconds * 1_000
      const pauseMs = Math.min(waitMs, MAX_PAUSE_MS)
      const window = windowOf(scope)
      const nowMs = performance.now()
      ;(window ?? total).refuse(nowMs, pauseMs)
      shared?.pause(window && scope, pauseMs)
      for (const lane of [...lanes.values()]) {
        if (window !== null && lane.window !== window) continue
        foresight.refuseUntil(lane, nowMs + pauseMs, nowMs)
        forgetIfEmpty(lane)
      }
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
      return {
        remaining: total.remaining(nowMs),
        scarcest: perScope && own.reduce((least, remaining) => Math.min(least, remaining), perScope.limit),
        waiting: [...lanes.values()].reduce((sum, lane) => sum + lengthOf(lane), 0),
      }
    },
  }
}
