import type { Cap, RateWindow } from './rate-window.ts'
import type { SharedBudget } from './shared-budget.ts'

/** How much of each limit this process may take by itself, as its standing to the others changes. */
export interface Shares {
  /** To be called after each change of `sharing`. */
  change(nowMs: number): void
  /** The caps of a window with that limit, from now on; `asked` of its places are those that others were asked for. */
  of(scope: string | null, limit: number, window: RateWindow, asked: number): readonly Cap[]
}

/** By then the others have come back as well, and have told what they did meanwhile. */
const ALL_BACK_MS = 4_000

/** Of n shares one is taken by a process that is alone; of so many times n by one of which others take it to be dead. */
export const LONG_ALONE_SHARES = 2

/**
 * Alone, each of n processes has an n-th of a limit. Until the others have noticed, and what they took before is over, it
 * has at most the places that it held, and what was free for all: together those are no more than the limit. From when
 * the others may take it to be dead it has half of that, as they leave it no more. And when it comes back, others may
 * still be alone, so it keeps to its share a while longer.
 */
export function createShares(shared: SharedBudget): Shares {
  let aloneSinceMs: number | null = null
  let backUntilMs = Number.NEGATIVE_INFINITY

  /** Ends sooner where the others leave no whole share any more, which they may put off. */
  const whole = (limit: number, untilMs: number): Cap => ({
    limit,
    get untilMs() {
      return Math.min(untilMs, shared.wholeUntilMs())
    },
  })

  return {
    change(nowMs) {
      if (shared.sharing() === 'alone') {
        aloneSinceMs ??= nowMs
      } else if (aloneSinceMs !== null) {
        aloneSinceMs = null
        backUntilMs = nowMs + ALL_BACK_MS
      }
    },
    of(scope, limit, window, asked) {
      const shares = shared.shares()
      const share = Math.max(1, Math.floor(limit / shares))
      if (aloneSinceMs === null) return [{ limit: share, untilMs: backUntilMs }]
      const half = Math.max(1, Math.floor(limit / (LONG_ALONE_SHARES * shares)))
      const atOnce = window.used(aloneSinceMs) - asked + shared.slack(scope)
      const noticedMs = aloneSinceMs + shared.unnoticedMs + window.spanMs()
      return [
        whole(Math.min(share, atOnce), noticedMs),
        { limit: Math.min(half, atOnce), untilMs: noticedMs },
        whole(share, Number.POSITIVE_INFINITY),
        { limit: half, untilMs: Number.POSITIVE_INFINITY },
      ]
    },
  }
}
