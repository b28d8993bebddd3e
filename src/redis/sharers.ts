import { LEAVE, SAY } from './budget-scripts.ts'
import type { RedisConnection } from './redis.ts'
import type { Replicas } from './replicas.ts'

/** Who takes part in the limits of one provider. Each says how it stands, and the scripts heed it. */
export interface Sharers {
  /**
   * Of how many shares this process takes one if it works alone: as many as take part, whether they reach Redis or not, and
   * two at least, since one may have begun of which nobody knows yet. As last known while Redis is gone.
   */
  shares(): number
  /** Until when the others leave it the whole of that, in `performance.now()` milliseconds. */
  wholeUntilMs(): number
  /** To be called at each change between up and down, after all that others have to be told before. */
  say(): void
  stop(): void
}

export interface SharersSettings {
  readonly key: string
  /** For how long who says nothing any more is left its whole share. */
  readonly wholeShareMs: number
  readonly longestWindowMs: number
}

const SAY_MS = 250
/** Who has said nothing for so long counts as one that works alone. */
export const SILENT_MS = 1_000
const LEAST_SHARES = 2

/**
 * Says that this process asks for its turns, or, over what is left of the connection, that it takes its share by itself.
 * So do those who can't say anything any more: by then all others leave them theirs.
 */
export function createSharers(
  redis: RedisConnection,
  replicas: Replicas,
  { key, wholeShareMs, longestWindowMs }: SharersSettings,
): Sharers {
  const runSay = redis.script(SAY, Number.POSITIVE_INFINITY)
  const runLeave = redis.script(LEAVE, Number.POSITIVE_INFINITY)
  let said = 0
  /** What the others have said, by turns with their names. */
  let remembered: readonly string[] = []
  /** Whom nobody has ever heard of is left nothing, so there is no end of it either. */
  let wholeUntilMs = Number.POSITIVE_INFINITY
  let isOver = false

  const shares = () => Math.max(LEAST_SHARES, replicas.liveCount() ?? 0, said)

  async function say(): Promise<void> {
    if (isOver || !redis.isConnected() || redis.state() === 'starting') return
    const atMs = performance.now()
    try {
      const standing = [redis.isUp() ? SILENT_MS : 0, shares(), wholeShareMs, longestWindowMs]
      const answer = await runSay([key], [replicas.id, ...standing, ...remembered])
      const [ofShares, all] = answer as [string, string[]]
      // The rest of a share that was over is taken by others, who may not know yet that this process is there again.
      if (redis.isUp() || performance.now() < wholeUntilMs) wholeUntilMs = atMs + wholeShareMs
      // Who is alone keeps to the share that it has named.
      if (redis.isUp()) said = Number(ofShares)
      remembered = all.filter((_, index) => all[index - (index % 2)] !== replicas.id)
    } catch {
      // The connection tells of it.
    }
  }

  const timer = setInterval(say, SAY_MS)
  timer.unref()
  return {
    shares,
    wholeUntilMs: () => wholeUntilMs,
    say,
    stop() {
      isOver = true
      clearInterval(timer)
      if (redis.isConnected()) runLeave([key], [replicas.id]).catch(() => {})
    },
  }
}
