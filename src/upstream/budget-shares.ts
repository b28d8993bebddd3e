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

/**
 * Alone, each of n processes has an n-th of a limit. Until the others have noticed, and what they took before is over, it
 * has at most the places that it held, and what was free for all: together those are no more than the limit. And when
 * it comes back, others may still be alone, so it keeps to its share a while longer.
 */
export function createShares(shared: SharedBudget): Shares {
  let aloneSinceMs: number | null = null
  let backUntilMs = Number.NEGATIVE_INFINITY

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
      const replicas = shared.replicas()
      if (replicas === 1) return []
      const share = Math.max(1, Math.floor(limit / replicas))
      if (aloneSinceMs === null) return [{ limit: share, untilMs: backUntilMs }]
      const atOnce = window.used(aloneSinceMs) - asked + shared.slack(scope)
      return [
        { limit: Math.min(share, atOnce), untilMs: aloneSinceMs + shared.unnoticedMs + window.spanMs() },
        { limit: share, untilMs: Number.POSITIVE_INFINITY },
      ]
    },
  }
}
