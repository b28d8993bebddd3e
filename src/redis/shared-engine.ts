import type { Logger } from '../telemetry/logger.ts'
import type { ShareBudget } from '../upstream/shared-budget.ts'
import { createKeyspace, createRedis, type RedisConnection } from './redis.ts'
import { createRedisBudget } from './redis-budget.ts'
import { createReplicas, type Replicas } from './replicas.ts'

/** What the replicas of one deployment share, and how this one takes part in it. */
export interface SharedEngine {
  readonly redis: RedisConnection
  readonly replicas: Replicas
  /** Keys of this deployment: of its providers with these credentials, and of no other's. */
  readonly keyspace: (...parts: readonly string[]) => string
  /** The limits of one provider with one credential, kept by all who have the same. */
  readonly shareBudget: ShareBudget
  stop(): Promise<void>
}

export interface SharedEngineSettings {
  /** One that `isRedisUrl` has found to be one. */
  readonly url: string
  /** Of all providers, with their addresses; they are hashed. */
  readonly credentials: readonly string[]
  readonly log: Logger
}

/** Takes part in a deployment of several replicas, from now on and whenever Redis can be reached. */
export function createSharedEngine({ url, credentials, log }: SharedEngineSettings): SharedEngine {
  const redis = createRedis(url, log)
  const keyspace = createKeyspace(...credentials)
  const replicas = createReplicas(redis, keyspace('replicas'))
  const budgets = new Set<{ stop(): void }>()
  return {
    redis,
    replicas,
    keyspace,
    shareBudget(owner, limits) {
      const budget = createRedisBudget(redis, replicas, { keyspace: createKeyspace(...owner), ...limits })
      budgets.add(budget)
      return budget
    },
    async stop() {
      for (const budget of budgets) budget.stop()
      await replicas.stop()
      await redis.stop()
    },
  }
}
