import { setTimeout as wait } from 'node:timers/promises'
import type { Cluster } from './cluster.ts'
import type { Scope } from './scope.ts'

/** Something that goes wrong on purpose. */
interface Fault {
  readonly title: string
  /** When it begins, as a part of the run. */
  readonly at: number
  /** What operations may answer because of it; none where clients should notice nothing. */
  readonly codes: readonly string[]
  /** How long after its end they still may. */
  readonly afterMs: number
  /** Whether replicas can't tell each other of writes meanwhile. */
  readonly isSilence: boolean
  /** Whether events may be gone with it, so that subscribers have to be told. */
  readonly isLoss?: boolean
  run(cluster: Cluster, faultMs: number): Promise<void>
}

/** A fault as it was; times are by `performance.now()`. */
export interface FaultRecord {
  readonly title: string
  readonly codes: readonly string[]
  readonly isSilence: boolean
  readonly isLoss: boolean
  readonly beganMs: number
  readonly endedMs: number
  /** Until when its effects may be seen. */
  readonly overMs: number
}

/** What an operation gets whose replica is gone: the connection broken, or the proxy's word for that. */
export const BROKEN: readonly string[] = ['HTTP 502: The replica broke off.', 'ECONNRESET']
/** The breaker tries again after 5 s, and a limit that was met is kept away from for a while. */
const RECOVERY_MS = 15_000
const SETTLING_MS = 2_000
/** Where one thing took long, the next one waits: each is to be seen by itself. */
const BETWEEN_MS = 4_000
const RESTART_MS = 1_000
const POLL_MS = 50

async function answerWith({ sandbox }: Cluster, status: number, faultMs: number): Promise<void> {
  await sandbox.ask('answerWith', status)
  await wait(faultMs)
  await sandbox.ask('answerWith', null)
}

/** As whoever runs replicas does: the next thing may happen when this one takes requests again. */
async function startAgain({ replicas, proxy }: Cluster, which: 0 | 1): Promise<void> {
  await wait(RESTART_MS)
  await replicas[which].start()
  while (!proxy.ready().includes(replicas[which].url)) await wait(POLL_MS)
}

/** Replicas go in the first third, so that the memory of those that stay is watched for the other two. */
const FAULTS: readonly Fault[] = [
  {
    title: 'a replica is killed with -9',
    at: 0.08,
    codes: BROKEN,
    afterMs: 500,
    isSilence: false,
    async run(cluster) {
      await cluster.replicas[0].end('SIGKILL')
      await startAgain(cluster, 0)
    },
  },
  {
    title: 'a replica is told to stop with TERM',
    at: 0.2,
    codes: [],
    afterMs: SETTLING_MS,
    isSilence: false,
    async run(cluster) {
      const code = await cluster.replicas[1].end('SIGTERM')
      if (code !== 0) throw new Error(`a replica that was told to stop ended with ${code}`)
      await startAgain(cluster, 1)
    },
  },
  {
    title: 'Redis is frozen: it accepts and says nothing',
    at: 0.37,
    codes: [],
    afterMs: SETTLING_MS,
    isSilence: true,
    async run({ redis }, faultMs) {
      redis.pause()
      await wait(faultMs)
      redis.resume()
    },
  },
  {
    title: 'Redis is killed, and comes back empty',
    at: 0.52,
    codes: [],
    afterMs: SETTLING_MS,
    isSilence: true,
    isLoss: true,
    async run({ redis }, faultMs) {
      await redis.kill()
      await wait(faultMs)
      await redis.start()
    },
  },
  {
    title: 'both providers answer 503',
    at: 0.68,
    codes: ['UPSTREAM_UNAVAILABLE'],
    afterMs: RECOVERY_MS,
    isSilence: false,
    run: (cluster, faultMs) => answerWith(cluster, 503, faultMs),
  },
  {
    title: 'both providers answer 429',
    at: 0.85,
    codes: ['RATE_LIMITED', 'UPSTREAM_UNAVAILABLE'],
    afterMs: RECOVERY_MS,
    isSilence: false,
    run: (cluster, faultMs) => answerWith(cluster, 429, faultMs),
  },
]

/** Lets everything go wrong, each at its time. Gives the records, which grow meanwhile, and what waits for the last. */
export function startFaults(cluster: Cluster, { seconds, faultSeconds }: Scope) {
  const records: FaultRecord[] = []
  let overMs = 0
  const beganMs = performance.now()

  async function run(): Promise<void> {
    for (const { title, at, codes, afterMs, isSilence, isLoss = false, run } of FAULTS) {
      await wait(Math.max(0, beganMs + at * seconds * 1_000 - performance.now(), overMs - performance.now()))
      const startedMs = performance.now()
      await run(cluster, faultSeconds * 1_000)
      const endedMs = performance.now()
      overMs = endedMs + BETWEEN_MS
      records.push({
        title,
        codes,
        isSilence,
        isLoss,
        beganMs: startedMs,
        endedMs,
        overMs: endedMs + afterMs,
      })
    }
  }

  return { records, beganMs, ended: run() }
}
