import { LEAVE, SAY } from './budget-scripts.ts'
import type { RedisConnection } from './redis.ts'
import type { Replicas } from './replicas.ts'

/** Who takes part in the limits of one provider. Each says how it stands, and the scripts heed it. */
export interface Sharers {
  /** How many live, this process included, whether they reach Redis or not; as last known while it is gone. */
  count(): number
  /** To be called at each change between up and down, after all that others have to be told before. */
  say(): void
  stop(): void
}

const SAY_MS = 250
/** Who has said nothing for so long counts as one that works alone. */
export const SILENT_MS = 1_000
/** Who has never met the others takes it that there is one. */
const UNKNOWN_SHARERS = 2

/**
 * Says that this process asks for its turns, or, over what is left of the connection, that it takes its share by itself.
 * So do those who can't say anything any more: by then all others leave them theirs.
 */
export function createSharers(redis: RedisConnection, replicas: Replicas, key: string): Sharers {
  const runSay = redis.script(SAY, Number.POSITIVE_INFINITY)
  const runLeave = redis.script(LEAVE, Number.POSITIVE_INFINITY)
  let said = 0
  let isOver = false

  const count = () => Math.max(replicas.liveCount() ?? UNKNOWN_SHARERS, said)

  async function say(): Promise<void> {
    if (isOver || !redis.isConnected() || redis.state() === 'starting') return
    try {
      const sharers = await runSay([key], [replicas.id, redis.isUp() ? SILENT_MS : 0, count()])
      // Who is alone keeps to the share that it has named.
      if (redis.isUp()) said = sharers as number
    } catch {
      // The connection tells of it.
    }
  }

  const timer = setInterval(say, SAY_MS)
  timer.unref()
  return {
    count,
    say,
    stop() {
      isOver = true
      clearInterval(timer)
      if (redis.isConnected()) runLeave([key], [replicas.id]).catch(() => {})
    },
  }
}
