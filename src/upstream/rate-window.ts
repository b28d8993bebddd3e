/** At most so many requests in any stretch of time that long. */
export interface RateLimit {
  readonly limit: number
  readonly windowMs: number
}

/** What others have of a limit that is not only ours, as they last told. */
export interface Told {
  readonly atMs: number
  /** How many places are taken, ours included. */
  readonly used: number
  /** When to ask again: nothing starts before. */
  readonly againMs: number
  /** When the first and the last of its places are likely to come free. */
  readonly firstMs: number
  readonly lastMs: number
}

/** So many of the limit until then: a share of it, while nobody knows what others do. */
export interface Cap {
  readonly limit: number
  readonly untilMs: number
}

/** The place that one request takes in a window. */
export interface Slot {
  /** The latest at which it may arrive: infinite until it is sent, and null when it gave its place back. */
  latestMs(): number | null
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
  /** How many places are taken by requests of this process. */
  used(nowMs: number): number
  /** How long the latest answers took on the average, of which what is beyond a second does not count. */
  answerMs(): number
  /** How long a place is taken after its request has arrived. */
  spanMs(): number
  /** What others have of it; null when that is not known any more. */
  tell(told: Told | null): void
  /** In the order of their times; after the last of them the whole limit is there. */
  cap(caps: readonly Cap[]): void
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
/** After each such time without a refusal it goes a step back toward the published pace, asked or not. */
const RECOVERY_MS = 10_000

/**
 * An exact sliding window over arrivals, of which we know bounds: not before the request was let go, and not after
 * `sent + min(latency − fastest, MAX_DELAY_MS)`, since an answer that took longer than others may have lost that time
 * on its way there. A slot is free a window after the latter. While a request is under way, its latency is unknown.
 */
export function createRateWindow({ limit, windowMs }: RateLimit): RateWindow {
  /** The latest arrivals of the last `limit` requests, in ascending order; infinite for those that are not sent yet. */
  const arrivals: number[] = []
  const latencies = new Float64Array(Math.min(MAX_SAMPLES, 4 * limit))
  /** The least of them: 0 until all are known. */
  let fastestMs = 0
  let samples = 0
  let lastTakenMs = Number.NEGATIVE_INFINITY
  let lastDelayMs = 0
  let pausedUntilMs = Number.NEGATIVE_INFINITY
  let slowness = 1
  let slowSinceMs = 0
  let told: Told | null = null
  let caps: readonly Cap[] = []

  const spanMs = () => (windowMs + MARGIN_MS) * slowness
  /** Of the one that stands at this place among those whose places come free. */
  const arrivalAt = (place: number, most = limit) =>
    arrivals[place - (most - arrivals.length)] ?? Number.NEGATIVE_INFINITY
  const notBefore = (nowMs: number, atMs: number) => Math.max(nowMs, pausedUntilMs, atMs)
  const used = (nowMs: number) => arrivals.filter(arrivalMs => arrivalMs + spanMs() > nowMs).length
  const limitAt = (nowMs: number) => caps.find(({ untilMs }) => untilMs > nowMs)?.limit ?? limit

  /** With so many places; what is not sent yet is sent now at the earliest. */
  const startWithin = (most: number, nowMs: number) =>
    most === 0
      ? Number.POSITIVE_INFINITY
      : notBefore(nowMs, Math.min(arrivalAt(0, most), nowMs + MAX_DELAY_MS) + spanMs())

  /** The first moment at which the cap of that moment leaves a place. */
  function startCapped(nowMs: number): number {
    let fromMs = nowMs
    for (const { limit: most, untilMs } of caps) {
      if (untilMs <= fromMs) continue
      const atMs = Math.max(fromMs, startWithin(most, nowMs))
      if (atMs < untilMs) return atMs
      fromMs = untilMs
    }
    return Math.max(fromMs, startWithin(limit, nowMs))
  }

  /** When the place at that place of the queue is likely to come free, by what others have told. */
  function toldAt(place: number): number {
    if (told === null) return Number.NEGATIVE_INFINITY
    return told.firstMs + ((told.lastMs - told.firstMs) * place) / Math.max(1, limit - 1)
  }

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
    const place = samples % latencies.length
    const isFastestLost = latencies[place] === fastestMs
    latencies[place] = latencyMs
    samples += 1
    fastestMs = isFastestLost ? least(latencies) : Math.min(fastestMs, latencyMs)
    return Math.min(latencyMs - fastestMs, MAX_DELAY_MS)
  }

  function openSlot(): Slot {
    let sentMs: number | null = null
    let hasEnded = false
    let latestMs: number | null = Number.POSITIVE_INFINITY
    insert(Number.POSITIVE_INFINITY)
    return {
      latestMs: () => latestMs,
      sent(nowMs) {
        if (hasEnded) return
        sentMs = nowMs
        latestMs = nowMs + MAX_DELAY_MS
        if (remove(Number.POSITIVE_INFINITY)) insert(latestMs)
      },
      ended(nowMs) {
        if (hasEnded) return
        hasEnded = true
        if (sentMs === null) {
          latestMs = null
          remove(Number.POSITIVE_INFINITY)
          return
        }
        lastDelayMs = delayOf(nowMs - sentMs)
        latestMs = sentMs + lastDelayMs
        if (remove(sentMs + MAX_DELAY_MS)) insert(latestMs)
      },
    }
  }

  return {
    startAt(nowMs) {
      const atMs = caps.length === 0 ? startWithin(limit, nowMs) : startCapped(nowMs)
      return told === null ? atMs : Math.max(atMs, told.againMs)
    },
    // What is under way is likely to arrive now.
    foretell(nowMs, ahead) {
      const most = Math.max(1, limitAt(nowMs))
      const place = ahead % most
      const ownMs = Math.min(arrivalAt(place, most), nowMs) + spanMs()
      const capMs = limitAt(nowMs) === 0 ? startCapped(nowMs) : nowMs
      const first = Math.max(capMs, notBefore(nowMs, Math.max(ownMs, toldAt(place))))
      const roundMs = spanMs() + lastDelayMs
      const atMs = first + Math.floor(ahead / most) * roundMs
      const [cap, next] = caps.filter(({ untilMs }) => untilMs > nowMs)
      if (cap === undefined || told !== null || atMs <= cap.untilMs) return atMs
      // Those before it may all start later than the cap ends, but then they start faster.
      const rounds = Math.floor((cap.limit + ahead) / (next?.limit ?? limit))
      return Math.min(atMs, Math.max(pausedUntilMs, cap.untilMs) + rounds * roundMs)
    },
    take(nowMs) {
      if (nowMs - lastTakenMs > QUIET_MS) {
        latencies.fill(0)
        fastestMs = 0
      }
      lastTakenMs = nowMs
      for (; slowness > 1 && nowMs - slowSinceMs > RECOVERY_MS; slowSinceMs += RECOVERY_MS) {
        slowness = Math.max(1, slowness / SLOWER)
      }
      return openSlot()
    },
    remaining(nowMs) {
      if (pausedUntilMs > nowMs) return 0
      const taken = Math.max(used(nowMs), told !== null && told.atMs + spanMs() > nowMs ? told.used : 0)
      return Math.max(0, limitAt(nowMs) - taken)
    },
    used,
    answerMs: () => Math.min(meanOfKnown(latencies), MAX_DELAY_MS),
    spanMs,
    tell(what) {
      told = what
    },
    cap(what) {
      caps = what
    },
    refuse(nowMs, waitMs) {
      pausedUntilMs = Math.max(pausedUntilMs, nowMs + waitMs)
      slowness = Math.min(SLOWEST, slowness * SLOWER)
      slowSinceMs = Math.max(slowSinceMs, nowMs + waitMs)
    },
  }
}

function least(values: Float64Array): number {
  return values.reduce((one, other) => Math.min(one, other))
}

/** Those that are 0 are not known. */
function meanOfKnown(values: Float64Array): number {
  let sum = 0
  let known = 0
  for (let index = 0; index < values.length; index += 1) {
    sum += values[index] ?? 0
    if (values[index] !== 0) known += 1
  }
  return sum / Math.max(1, known)
}
