import { randomUUID } from 'node:crypto'
import type { RedisConnection } from './redis.ts'

/** Who else runs with the same credentials. */
export interface Replicas {
  /** This process, in a form that keys and members may hold. */
  readonly id: string
  /** How many live, this one included; as last known while Redis is gone, and null before it was ever there. */
  liveCount(): number | null
  /** The ids of those that live besides this one and follow what is told, as far as is known. */
  others(): readonly string[]
  /** One was heard of in another way, which is sooner than the next beat. */
  heard(other: string): void
  stop(): Promise<void>
}

const BEAT_MS = 1_000
const LIVE_MS = 3_000

/** Ours is as young as can be, and who has not been heard of for long is dead. By Redis's own clock. */
const BEAT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZRANGE', KEYS[1], 0, -1)`

/** The ids of those that keep no answers and follow no events begin so: nobody waits for them to have heard. */
const GUEST = 'guest-'

/** Says every second that this process lives, and counts who else has said so within three. */
export function createReplicas(redis: RedisConnection, key: string, { isGuest = false } = {}): Replicas {
  const id = `${isGuest ? GUEST : ''}${randomUUID().slice(0, 8)}`
  const say = redis.script(BEAT)
  let live: ReadonlySet<string> = new Set()
  let count: number | null = null
  let upSinceMs = 0

  async function beat(): Promise<void> {
    if (!redis.isUp()) return
    try {
      live = new Set((await say([key], [id, LIVE_MS])) as string[])
      // Who was there before Redis was gone may not be back yet.
      const areAllBack = performance.now() > upSinceMs + LIVE_MS
      count = areAllBack ? live.size : Math.max(live.size, count ?? 0)
    } catch {
      // The connection tells of it; until it is back they count as they did.
    }
  }

  const timer = setInterval(beat, BEAT_MS)
  timer.unref()
  const forget = redis.onChange(isUp => {
    if (isUp) upSinceMs = performance.now()
    beat()
  })
  return {
    id,
    liveCount: () => count,
    others: () => [...live].filter(one => one !== id && !one.startsWith(GUEST)),
    heard(other) {
      live = new Set(live).add(other)
    },
    async stop() {
      clearInterval(timer)
      forget()
      await redis.run(client => client.zrem(key, id)).catch(() => {})
    },
  }
}
