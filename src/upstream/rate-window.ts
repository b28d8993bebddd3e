/** At most so many requests in any stretch of time that long. */
export interface RateLimit {
  readonly limit: number
  readonly windowMs: number
}

/** The place that one request takes in a window. */
export interface Slot {
  /** The request goes out. */
  sent(nowMs: number): void
  /** It can not arrive any more: it was answered, it failed, or it was never sent and gives its place back. */
  ended(nowMs: number): void
}

/** A sliding window over the arrivals of requests; all times are `performance.now()` milliseconds. */
export interface RateWindow {
  /** When the next request may start, as far as is known now. */
  startAt(nowMs: number): number
  /** When a request is likely to start that has `ahead` others before it. */
  foretell(nowMs: number, ahead: number): number
  take(nowMs: number): Slot
  /** How many could start now. */
  remaining(nowMs: number): number
  /** The upstream has refused a request in spite of us: nothing starts for `waitMs`, and then more slowly for a while. */
  refuse(nowMs: number, waitMs: number): void
}

/** What clocks and timers are off by. */
const MARGIN_MS = 20
/** More than that is the upstream's time for its answer, and not the request's for its way: it holds no slot. */
const MAX_DELAY_MS = 1_000
/** The fastest of so many answers is as fast as they come. More than there are parallel calls: those can all be cold. */
const MAX_SAMPLES = 64
/** Connections that nobody used for so long may be closed: what comes then tells nothing of how fast others are. */
const QUIET_MS = 2_000
const SLOWER = 1.5
const SLOWEST = 4
/** So long after the last refusal each further window goes back toward the published pace. */
const RECOVERY_MS = 10_000

/**
 * An exact sliding window over arrivals, of which we know bounds: not before the request was let go, and not after
 * `sent + min(latency − fastest, MAX_DELAY_MS)`, since an answer that took longer than others may have lost that time
 * on its way there. A slot is free a window after the latter. While a request is under way, its latency is unknown.
 */
export function createRateWindow({ limit, windowMs }: RateLimit): RateWindow {
  /** The latest arrivals of the last `limit` requests, in ascending order; infinite for those that are not sent yet. */
  const arrivals: number[] = []
  /** Until all of them are known, the fastest is 0. */
  const latencies = new Float64Array(Math.min(MAX_SAMPLES, 4 * limit))
  let samples = 0
  let lastTakenMs = Number.NEGATIVE_INFINITY
  let lastDelayMs = 0
  let pausedUntilMs = Number.NEGATIVE_INFINITY
  let slowness = 1
  let slowSinceMs = 0

  const spanMs = () => (windowMs + MARGIN_MS) * slowness
  /** Of the one that stands at this place among those whose places come free. */
  const arrivalAt = (place: number) => arrivals[place - (limit - arrivals.length)] ?? Number.NEGATIVE_INFINITY
  const notBefore = (nowMs: number, atMs: number) => Math.max(nowMs, pausedUntilMs, atMs)

  // What moves is near the end: the requests that are under way.
  function insert(arrivalMs: number): void {
    let index = arrivals.length
    while (index > 0 && (arrivals[index - 1] ?? arrivalMs) > arrivalMs) index -= 1
    arrivals.splice(index, 0, arrivalMs)
    if (arrivals.length > limit) arrivals.shift()
  }

  /** False where it has been free for so long that another has its place. */
  function remove(arrivalMs: number): boolean {
    const index = arrivals.lastIndexOf(arrivalMs)
    if (index !== -1) arrivals.splice(index, 1)
    return index !== -1
  }

  function delayOf(latencyMs: number): number {
    latencies[samples % latencies.length] = latencyMs
    samples += 1
    return Math.min(latencyMs - latencies.reduce(lesser), MAX_DELAY_MS)
  }

  function openSlot(): Slot {
    let sentMs: number | null = null
    let hasEnded = false
    insert(Number.POSITIVE_INFINITY)
    return {
      sent(nowMs) {
        if (hasEnded) return
        sentMs = nowMs
        if (remove(Number.POSITIVE_INFINITY)) insert(nowMs + MAX_DELAY_MS)
      },
      ended(nowMs) {
        if (hasEnded) return
        hasEnded = true
        if (sentMs === null) {
          remove(Number.POSITIVE_INFINITY)
          return
        }
        lastDelayMs = delayOf(nowMs - sentMs)
        if (remove(sentMs + MAX_DELAY_MS)) insert(sentMs + lastDelayMs)
      },
    }
  }

  return {
    // What is not sent yet is sent now at the earliest.
    startAt: nowMs => notBefore(nowMs, Math.min(arrivalAt(0), nowMs + MAX_DELAY_MS) + spanMs()),
    // What is under way is likely to arrive now.
    foretell(nowMs, ahead) {
      const first = notBefore(nowMs, Math.min(arrivalAt(ahead % limit), nowMs) + spanMs())
      return first + Math.floor(ahead / limit) * (spanMs() + lastDelayMs)
    },
    take(nowMs) {
      if (nowMs - lastTakenMs > QUIET_MS) latencies.fill(0)
      lastTakenMs = nowMs
      if (slowness > 1 && nowMs - slowSinceMs > RECOVERY_MS) {
        slowness = Math.max(1, slowness / SLOWER)
        slowSinceMs = nowMs
      }
      return openSlot()
    },
    remaining(nowMs) {
      if (pausedUntilMs > nowMs) return 0
      return limit - arrivals.filter(arrivalMs => arrivalMs + spanMs() > nowMs).length
    },
    refuse(nowMs, waitMs) {
      pausedUntilMs = Math.max(pausedUntilMs, nowMs + waitMs)
      slowness = Math.min(SLOWEST, slowness * SLOWER)
      slowSinceMs = nowMs
    },
  }
}

function lesser(one: number, other: number): number {
  return Math.min(one, other)
}
