import type { Replica } from './replica.ts'

/** What one process held at a time. */
interface Sample {
  readonly atMs: number
  readonly pid: number
  readonly bytes: number
}

/** How the memory of a replica went on. */
export interface MemoryCourse {
  readonly startMib: number
  readonly endMib: number
  readonly highestMib: number
  /** Of the line through the samples of the last two thirds, by least squares; of the process that ran at the end. */
  readonly mibPerMinute: number
}

const EVERY_MS = 1_000
const MIB = 1_024 * 1_024

/** Looks at a replica's memory every second. */
export function watchMemory(replica: Replica) {
  const samples: Sample[] = []
  const beganMs = performance.now()
  const timer = setInterval(async () => {
    const [pid, atMs] = [replica.pid(), performance.now()]
    const bytes = await replica.residentBytes()
    if (pid !== null && bytes !== null) samples.push({ atMs, pid, bytes })
  }, EVERY_MS)

  return {
    end(): MemoryCourse {
      clearInterval(timer)
      const fromMs = beganMs + (performance.now() - beganMs) / 3
      const pid = samples.at(-1)?.pid
      const last = samples.filter(sample => sample.pid === pid && sample.atMs >= fromMs)
      const toMib = (bytes = 0) => bytes / MIB
      return {
        startMib: toMib(last[0]?.bytes),
        endMib: toMib(last.at(-1)?.bytes),
        highestMib: toMib(Math.max(...samples.map(({ bytes }) => bytes))),
        mibPerMinute: slopeOf(last.map(({ atMs, bytes }) => [atMs / 60_000, toMib(bytes)])),
      }
    },
  }
}

/** The slope of the line that lies nearest to the points, by least squares. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const meanX = mean(points.map(([x]) => x))
  const meanY = mean(points.map(([, y]) => y))
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  const variance = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  return variance === 0 ? 0 : covariance / variance
}
