import type { ProviderName } from '../domain/entity-key.ts'
import { RateLimitedError } from '../domain/provider-error.ts'
import {
  type BudgetAsk,
  type Lane,
  type Lanes,
  removeFrom,
  shift,
  turnsBefore,
  type Waiter,
  withOthers,
} from './lanes.ts'
import type { RateWindow } from './rate-window.ts'

/** When those who wait will start, and who of them can not be in time. Times are `performance.now()` milliseconds. */
export interface Foresight {
  /**
   * When a request that comes now would start, given whose turn is before it in its lane and in all of them. `place` is
   * its place among its caller's own, where it is not the last of them.
   */
  startOf(
    lane: Lane | undefined,
    window: RateWindow | null,
    caller: string,
    nowMs: number,
    place?: number,
  ): number
  /** Whether an answer to who asks since then and starts then can come before the deadline. */
  isInTime(ask: BudgetAsk, sinceMs: number, startMs: number): boolean
  /** Whose turn it is, and who can still make use of it; those before are refused. */
  next(lane: Lane, nowMs: number): Waiter | undefined
  /** Refuses those who can not be in time by what is known now, where it was not known when they came. */
  refuseLate(lane: Lane, nowMs: number): void
  /** Refuses those who can not be in time if nobody starts before that. */
  refuseUntil(lane: Lane, startMs: number, nowMs: number): void
  refusal(startMs: number, nowMs: number): RateLimitedError
}

/** Processes take turns by and large: one may be a window ahead of another. */
const UNEVEN_MS = 1_000

/** For the lanes of one provider, whose own limit is `total`. */
export function createForesight(provider: ProviderName, total: RateWindow, lanes: Lanes): Foresight {
  const refusal = (startMs: number, nowMs: number) =>
    new RateLimitedError(provider, Math.max(1, Math.ceil((startMs - nowMs) / 1_000)))

  function startOf(
    lane: Lane | undefined,
    window: RateWindow | null,
    caller: string,
    nowMs: number,
    place?: number,
  ): number {
    const turns = turnsBefore(caller, lane === undefined ? [] : [lane], place)
    const turnsOfAll = turnsBefore(caller, lanes.values(), place)
    const ahead = lane === undefined ? turns : withOthers(turns, lane)
    const aheadOfAll = window === null ? Math.max(ahead, turnsOfAll) : turnsOfAll
    const startMs = Math.max(window?.foretell(nowMs, ahead) ?? nowMs, total.foretell(nowMs, aheadOfAll))
    return ahead === turns ? startMs : startMs + Math.min(UNEVEN_MS, (window ?? total).spanMs())
  }

  /** Who waits for longer than an answer takes is not sent when that would be too late: it was the wait. */
  function isInTime({ deadlineMs }: BudgetAsk, sinceMs: number, startMs: number): boolean {
    const answerMs = total.answerMs()
    return startMs <= (startMs - sinceMs > answerMs ? deadlineMs - answerMs : deadlineMs)
  }

  return {
    startOf,
    isInTime,
    next(lane, nowMs) {
      for (;;) {
        const waiter = shift(lane)
        if (waiter === undefined || isInTime(waiter.ask, waiter.sinceMs, nowMs)) return waiter
        waiter.refuse(refusal(nowMs, nowMs))
      }
    },
    refuseLate(lane, nowMs) {
      for (const [caller, queue] of [...lane.queues]) {
        for (const waiter of queue.filter(({ isPromised }) => !isPromised)) {
          const startMs = startOf(lane, lane.window, caller, nowMs, queue.indexOf(waiter))
          waiter.isPromised = isInTime(waiter.ask, waiter.sinceMs, startMs)
          if (!waiter.isPromised && removeFrom(lane, waiter)) waiter.refuse(refusal(startMs, nowMs))
        }
      }
    },
    refuseUntil(lane, startMs, nowMs) {
      for (const waiter of [...lane.queues.values()].flat()) {
        const isLate = !isInTime(waiter.ask, waiter.sinceMs, startMs)
        if (isLate && removeFrom(lane, waiter)) waiter.refuse(refusal(startMs, nowMs))
      }
    },
    refusal,
  }
}
