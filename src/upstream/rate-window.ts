/** At most so many starts in any stretch of time that long. */
export interface RateLimit {
  readonly limit: number
  readonly windowMs: number
}

/** A sliding window over the starts of requests; all times are `performance.now()` milliseconds. */
export interface RateWindow {
  /** When a request may start that has `ahead` others before it. */
  startAt(nowMs: number, ahead?: number): number
  take(nowMs: number): void
  /** How many could start now. */
  remaining(nowMs: number): number
  /** The upstream has refused a request in spite of us: nothing starts for `waitMs`, and then more slowly for a while. */
  refuse(nowMs: number, waitMs: number): void
}

/** Requests that were a whole window apart when sent can arrive closer together. */
const MARGIN_MS = 50
const SLOWER = 1.5
const SLOWEST = 4
/** So long after the last refusal each further window goes back toward the published pace. */
const RECOVERY_MS = 10_000

/**
 * An exact sliding window: it remembers the last `limit` starts. A token bucket of the same rate would let twice the
 * limit through in its first window, and an upstream that counts strictly refuses the second half.
 */
export function createRateWindow({ limit, windowMs }: RateLimit): RateWindow {
  const starts = new Float64Array(limit).fill(Number.NEGATIVE_INFINITY)
  let oldest = 0
  let pausedUntilMs = Number.NEGATIVE_INFINITY
  let slowness = 1
  let slowSinceMs = 0

  const spanMs = () => (windowMs + MARGIN_MS) * slowness
  const startOf = (index: number) => starts[(oldest + index) % limit] ?? Number.NEGATIVE_INFINITY

  function startAt(nowMs: number, ahead = 0): number {
    const rounds = Math.floor(ahead / limit)
    const first = Math.max(nowMs, pausedUntilMs, startOf(ahead % limit) + spanMs())
    return first + rounds * spanMs()
  }

  return {
    startAt,
    take(nowMs) {
      starts[oldest] = nowMs
      oldest = (oldest + 1) % limit
      if (slowness > 1 && nowMs - slowSinceMs > RECOVERY_MS) {
        slowness = Math.max(1, slowness / SLOWER)
        slowSinceMs = nowMs
      }
    },
    remaining(nowMs) {
      if (pausedUntilMs > nowMs) return 0
      const busy = starts.filter(start => start + spanMs() > nowMs).length
      return limit - busy
    },
    refuse(nowMs, waitMs) {
      pausedUntilMs = Math.max(pausedUntilMs, nowMs + waitMs)
      slowness = Math.min(SLOWEST, slowness * SLOWER)
      slowSinceMs = nowMs
    },
  }
}
