import { describeWaits, type Waits } from './waits.ts'

/** How far an export is, for whoever watches it. Counts only: nothing of anybody's data. */
export interface Progress {
  /** How many rows there will be, as far as is known, and how many there are already. */
  begin(total: number | null, rows: number): void
  /** All rows that there are now. */
  reach(rows: number): void
  /** Ends the display; lines may be written after it. */
  stop(): void
}

/** Shows nothing. */
export const NO_PROGRESS: Progress = { begin() {}, reach() {}, stop() {} }

/** The rate is that of the last seconds. */
const RATE_WINDOW_MS = 15_000

/** What a display draws. */
export interface Gauge extends Progress {
  /** Between 0 and 1; null while no total is known. */
  share(): number | null
  /** `1,200 of 5,000 rows, 410 rows/s, 9 s left; waiting for WorkOS's limit: 0.4 s`. */
  describe(): string
}

/** Counts and reckons; times are `performance.now()` milliseconds. */
export function createGauge(waits: Waits, now: () => number = () => performance.now()): Gauge {
  let total: number | null = null
  let rows: number | null = null
  let samples: { readonly atMs: number; readonly rows: number }[] = []

  function rate(): number {
    const [first] = samples
    if (first === undefined || rows === null) return 0
    const seconds = (now() - first.atMs) / 1_000
    return seconds === 0 ? 0 : (rows - first.rows) / seconds
  }

  return {
    begin(known, there) {
      total = known
      rows = there
      samples = [{ atMs: now(), rows: there }]
    },
    reach(there) {
      rows = there
      const sinceMs = now() - RATE_WINDOW_MS
      const young = samples.findIndex(({ atMs }) => atMs >= sinceMs)
      samples = [...(young === -1 ? samples.slice(-1) : samples.slice(young)), { atMs: now(), rows: there }]
    },
    share: () => (total === null || rows === null ? null : Math.min(1, rows / Math.max(1, total))),
    describe() {
      const waiting = describeWaits(waits, now())
      const perSecond = rate()
      const left = total === null || rows === null || perSecond < 0.1 ? null : (total - rows) / perSecond
      const done =
        rows === null
          ? ['looking for directories']
          : [
              total === null
                ? `${count(rows)} rows`
                : `${count(rows)} of ${count(Math.max(total, rows))} rows`,
              `${count(Math.round(perSecond))} rows/s`,
              ...(left === null || left < 0 ? [] : [`${duration(left)} left`]),
            ]
      return [done.join(', '), ...(waiting === null ? [] : [waiting])].join('; ')
    },
    stop() {},
  }
}

function count(number: number): string {
  return number.toLocaleString('en-US')
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${whole % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
