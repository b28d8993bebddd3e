import { createRequestWaits } from './request-waits.ts'

/** Redis did not answer in time: a command of its own (`timeout`), or many of them a little late each (`slow`). */
export type Impatience = 'timeout' | 'slow'

/** Waits for replies, and says when waiting has to end for everybody. */
export interface Patience {
  /**
   * Settles as `reply` does, or rejects with what `give` makes of the end of all waiting. With a time of its own, whose
   * end is nobody else's; a longer one than others have goes on when their waiting ends, an endless one is not counted.
   */
  wait<T>(reply: Promise<T>, give: (why: Impatience) => Error, maxMs?: number): Promise<T>
  /** One reply is waited for by several requests from now on; each of them calls what it gives back when that is over. */
  beginWait(): () => void
  /** Whether the request at hand has lost so much that it should do without Redis where it can. */
  isShort(): boolean
  /** Nobody waits any longer. */
  abandon(why: Impatience): void
}

const TICK_MS = 5
/** A tick that comes later than that was held up by this process or its machine. */
const MAX_TICK_MS = 20
const MAX_WAIT_MS = 100
/** For the trial of a connection that was given up. */
export const TRIAL_MS = 30
/** What is answered by then costs nobody anything worth counting. */
const PROMPT_MS = 12
/** All that one request can lose: with what is prompt, that stays below 250. */
const MAX_LATE_MS = 140
/** So much is remembered at least: a Redis that is always late is found out however short the requests are. */
const LATE_WINDOW_MS = 3_000

interface Waiting {
  readonly sinceMs: number
  readonly maxMs: number
  waitedMs: number
  giveUp(why: Impatience): void
}

/**
 * Time is counted by a timer that runs while somebody waits, up to the last look at what has arrived: who still waits after
 * it had no reply by then. So a process that was busy itself, and did not get to send or to read, does not hold that
 * against Redis. What is lost to late replies counts once however many wait, and as long as a request is under way that
 * may have lost it: none loses more than their sum.
 */
export function createPatience(onLost: (why: Impatience) => void, oldestRequestMs: () => number): Patience {
  const waiting = new Set<Waiting>()
  const requestWaits = createRequestWaits()
  let late: { readonly atMs: number; readonly lostMs: number }[] = []
  let lateUntilMs = Number.NEGATIVE_INFINITY
  let tickedAtMs = 0
  let timer: NodeJS.Timeout | undefined

  function start(): void {
    if (timer !== undefined) return
    tickedAtMs = clock()
    timer = setInterval(look, TICK_MS)
  }

  /** All that has arrived until now is read before the tick; what arrives meanwhile may have to wait for the next. */
  function look(): void {
    setImmediate(tick, clock())
  }

  function stop(): void {
    clearInterval(timer)
    timer = undefined
  }

  function tick(nowMs: number): void {
    const sinceMs = tickedAtMs
    tickedAtMs = nowMs
    let lostMs = 0
    let isLost = false
    for (const entry of waiting) {
      const wasPrompt = entry.waitedMs <= PROMPT_MS
      // What was asked since the last tick may only just have been sent.
      const elapsedMs =
        entry.sinceMs < sinceMs
          ? Math.min(nowMs - sinceMs, MAX_TICK_MS)
          : Math.max(0, Math.min(nowMs - entry.sinceMs, TICK_MS))
      entry.waitedMs += elapsedMs
      const isApart = entry.maxMs !== MAX_WAIT_MS
      // One that turns out to be late was so from its beginning.
      if (entry.waitedMs > PROMPT_MS && !isApart)
        lostMs = Math.max(lostMs, wasPrompt ? entry.waitedMs : elapsedMs)
      if (entry.waitedMs < entry.maxMs) continue
      if (isApart) entry.giveUp('timeout')
      else isLost = true
    }
    const isSlow = lostMs > 0 && isTooMuch(lostMs, nowMs)
    if (isLost) onLost('timeout')
    else if (isSlow) onLost('slow')
  }

  /** What another one has lost in the same time is counted already. */
  function isTooMuch(waitedMs: number, nowMs: number): boolean {
    const lostMs = Math.min(waitedMs, nowMs - lateUntilMs)
    lateUntilMs = nowMs
    const sinceMs = nowMs - Math.max(oldestRequestMs(), LATE_WINDOW_MS)
    late = [...late.filter(({ atMs }) => atMs > sinceMs), { atMs: nowMs, lostMs }]
    return late.reduce((sum, one) => sum + one.lostMs, 0) > MAX_LATE_MS
  }

  function beginWait(): () => void {
    const isTooLong = requestWaits.begin()
    return () => {
      if (isTooLong()) onLost('slow')
    }
  }

  function wait<T>(reply: Promise<T>, give: (why: Impatience) => Error, maxMs = MAX_WAIT_MS): Promise<T> {
    if (maxMs === Number.POSITIVE_INFINITY) return reply
    const endWait = maxMs === MAX_WAIT_MS ? beginWait() : null
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiting.delete(entry)
        if (waiting.size === 0) stop()
      }
      const entry: Waiting = {
        sinceMs: clock(),
        maxMs,
        waitedMs: 0,
        giveUp(why) {
          leave()
          reject(give(why))
        },
      }
      waiting.add(entry)
      start()
      reply.then(
        value => {
          leave()
          resolve(value)
          endWait?.()
        },
        error => {
          leave()
          reject(error)
        },
      )
    })
  }

  return {
    wait,
    beginWait,
    isShort: requestWaits.isShort,
    abandon(why) {
      for (const entry of waiting) if (entry.maxMs <= MAX_WAIT_MS) entry.giveUp(why)
    },
  }
}

/** Of its own, so that whoever holds the other clock still finds out. */
function clock(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
