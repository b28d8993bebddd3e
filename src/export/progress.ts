import { createMembersWatches, type MembersWatch } from './members-watch.ts'
import { describeWaits, type Waits } from './waits.ts'

/** What an export has to do, and how much of that is done. */
export interface Extent {
  /** How many rows there will be; null where one of the directories does not say how large it is. */
  readonly total: number | null
  /** How many rows there are already. */
  readonly rows: number
  /** How many directories are known, and of how many nothing is to come any more. */
  readonly directories: number
  readonly done: number
}

/** How far an export is, for whoever watches it. Counts only: nothing of anybody's data. */
export interface Progress {
  begin(extent: Extent): void
  /** All rows that there are now. */
  reach(rows: number): void
  /** One more directory is done. */
  finishDirectory(): void
  /** The members of so many groups of a directory are read from now on, while there are no rows of its users. */
  watchMembers(groups: number): MembersWatch
  /** Ends the display; lines may be written after it. */
  stop(): void
}

/** Shows nothing. */
export const NO_PROGRESS: Progress = {
  begin() {},
  reach() {},
  finishDirectory() {},
  watchMembers: () => ({ read() {}, finishGroup() {}, end() {} }),
  stop() {},
}

/** The rate is that of the last seconds. */
const RATE_WINDOW_MS = 15_000

/** What a display draws. */
export interface Gauge extends Progress {
  /** Between 0 and 1, of the rows, or else of the directories; null while neither is known. */
  share(): number | null
  /** `1,200 of 5,000 rows, 410 rows/s, 9 s left; waiting for WorkOS's limit: 0.4 s`. */
  describe(): string
}

/** Counts and reckons; times are `performance.now()` milliseconds. */
export function createGauge(waits: Waits, now: () => number = () => performance.now()): Gauge {
  let extent: Extent | null = null
  let samples: { readonly atMs: number; readonly rows: number }[] = []
  const members = createMembersWatches()

  function rate(rows: number): number {
    const [first] = samples
    if (first === undefined) return 0
    const seconds = (now() - first.atMs) / 1_000
    return seconds === 0 ? 0 : (rows - first.rows) / seconds
  }

  function describeExtent({ total, rows, directories, done }: Extent): string[] {
    const perSecond = rate(rows)
    const left = total === null || perSecond < 0.1 ? null : (total - rows) / perSecond
    const membersRead = members.describe()
    return [
      total === null ? rowsOf(rows) : `${count(rows)} of ${rowsOf(Math.max(total, rows))}`,
      `${count(Math.round(perSecond))} rows/s`,
      ...(left === null || left < 0 ? [] : [`${duration(left)} left`]),
      ...(membersRead === null ? [] : [membersRead]),
      ...(total === null && directories > 1 ? [`${count(done)} of ${count(directories)} directories`] : []),
    ]
  }

  return {
    begin(begun) {
      extent = begun
      samples = [{ atMs: now(), rows: begun.rows }]
    },
    reach(rows) {
      if (extent === null) return
      extent = { ...extent, rows }
      const sinceMs = now() - RATE_WINDOW_MS
      const young = samples.findIndex(({ atMs }) => atMs >= sinceMs)
      samples = [...(young === -1 ? samples.slice(-1) : samples.slice(young)), { atMs: now(), rows }]
    },
    finishDirectory() {
      if (extent !== null) extent = { ...extent, done: extent.done + 1 }
    },
    watchMembers: members.watch,
    share() {
      if (extent === null) return null
      const { total, rows, directories, done } = extent
      return total === null ? done / Math.max(1, directories) : Math.min(1, rows / Math.max(1, total))
    },
    describe() {
      const waiting = describeWaits(waits, now())
      const done = extent === null ? ['looking for directories'] : describeExtent(extent)
      return [done.join(', '), ...(waiting === null ? [] : [waiting])].join('; ')
    },
    stop() {},
  }
}

function rowsOf(number: number): string {
  return `${count(number)} ${number === 1 ? 'row' : 'rows'}`
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
