/** Redis did not answer in time: a command of its own (`timeout`), or many of them a little late each (`slow`). */
export type Impatience = 'timeout' | 'slow'

/** Waits for replies, and says when waiting has to end for everybody. */
export interface Patience {
  /** Settles as `reply` does, or rejects with what `give` makes of the end of all waiting. */
  wait<T>(reply: Promise<T>, give: (why: Impatience) => Error, maxTicks?: number): Promise<T>
  /** Nobody waits any longer. */
  abandon(why: Impatience): void
}

const TICK_MS = 10
/** A command waits 100 ms at most, a trial of a connection that was given up 30 ms. */
const MAX_TICKS = 10
export const TRIAL_TICKS = 3
/** What is answered within two ticks is in time; all that is later costs whoever waits. */
const PROMPT_TICKS = 2
/** So much lateness in so long is all that one request can meet: with one command on top it stays below 250 ms. */
const MAX_LATE_TICKS = 12
const LATE_WINDOW_MS = 10_000

interface Waiting {
  readonly maxTicks: number
  ticks: number
  giveUp(why: Impatience): void
}

/**
 * Time is counted in ticks of a timer that runs while somebody waits, each followed by a look at what has arrived. So a
 * process that was busy itself, and did not get to read a reply, does not hold that against Redis. Late ticks are
 * counted once however many wait: what one request loses in ten seconds is not more than their sum.
 */
export function createPatience(onLost: (why: Impatience) => void): Patience {
  const waiting = new Set<Waiting>()
  let lateAtMs: number[] = []
  let timer: NodeJS.Timeout | undefined

  function start(): void {
    timer ??= setInterval(() => setImmediate(tick), TICK_MS)
  }

  function stop(): void {
    clearInterval(timer)
    timer = undefined
  }

  function tick(): void {
    let isLate = false
    let isLost = false
    for (const entry of waiting) {
      entry.ticks += 1
      const isTrial = entry.maxTicks < MAX_TICKS
      isLate ||= entry.ticks > PROMPT_TICKS && !isTrial
      if (entry.ticks < entry.maxTicks) continue
      if (isTrial) entry.giveUp('timeout')
      else isLost = true
    }
    if (isLate) countLate()
    if (isLost) onLost('timeout')
  }

  function countLate(): void {
    const nowMs = performance.now()
    lateAtMs = [...lateAtMs.filter(atMs => atMs > nowMs - LATE_WINDOW_MS), nowMs]
    if (lateAtMs.length >= MAX_LATE_TICKS) onLost('slow')
  }

  function wait<T>(reply: Promise<T>, give: (why: Impatience) => Error, maxTicks = MAX_TICKS): Promise<T> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiting.delete(entry)
        if (waiting.size === 0) stop()
      }
      const entry: Waiting = {
        maxTicks,
        ticks: 0,
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
    abandon(why) {
      for (const entry of waiting) entry.giveUp(why)
    },
  }
}
