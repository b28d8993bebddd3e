import { expect } from 'vitest'
import { createSharedEngine, type SharedEngine } from '../../src/redis/shared-engine.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { type RedisProxy, type RedisServer, startRedis, startRedisProxy } from '../support/redis.ts'

/** What a replica shares, and its way to Redis, which can be made long or endless. */
export interface Engine extends SharedEngine {
  readonly proxy: RedisProxy
}

export interface Engines {
  readonly redis: RedisServer
  /** One more replica of the same deployment, connected. */
  start(): Promise<Engine>
  stop(): Promise<void>
}

/** Replicas in one process, without what they serve, on a Redis with these options. */
export async function startEngines(options: readonly string[] = []): Promise<Engines> {
  const redis = await startRedis(options)
  const all: Engine[] = []
  return {
    redis,
    async start() {
      const proxy = await startRedisProxy(redis.port)
      const engine = createSharedEngine({
        url: proxy.url,
        credentials: ['a key'],
        cacheTtlMs: 30_000,
        oldestRequestMs: () => 10_000,
        log: createLogger('silent'),
      })
      all.push({ ...engine, proxy })
      await isUp(engine, true)
      return { ...engine, proxy }
    },
    async stop() {
      await Promise.all(all.map(engine => engine.stop()))
      await Promise.all(all.map(({ proxy }) => proxy.stop()))
      await redis.stop()
    },
  }
}

/** Settles when a replica can use Redis, or knows that it can not. */
export async function isUp({ redis }: SharedEngine, wanted: boolean): Promise<void> {
  await expect.poll(() => redis.isUp(), { timeout: 8_000, interval: 5 }).toBe(wanted)
}
