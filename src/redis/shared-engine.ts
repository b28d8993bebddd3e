import type { EventLog } from '../events/event-log.ts'
import type { PollState } from '../events/poll-state.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { ShareAnswers } from '../upstream/shared-answers.ts'
import type { ShareBudget } from '../upstream/shared-budget.ts'
import { createFollowedStream } from './followed-stream.ts'
import { createKeyspace, createRedis, type RedisConnection } from './redis.ts'
import { createRedisAnswers } from './redis-answers.ts'
import { createRedisBudget } from './redis-budget.ts'
import { createRedisEventLog } from './redis-event-log.ts'
import { createRedisPollState } from './redis-poll-state.ts'
import { createReplicas, type Replicas } from './replicas.ts'
import { followTold } from './told.ts'

/** What the replicas of one deployment share, and how this one takes part in it. */
export interface SharedEngine {
  readonly redis: RedisConnection
  readonly replicas: Replicas
  /** Keys of this deployment: of its providers with these credentials, and of no other's. */
  readonly keyspace: (...parts: readonly string[]) => string
  /** Null where answers are not reused. */
  readonly shareAnswers: ShareAnswers | null
  readonly eventLog: EventLog
  /** Of the one replica that polls for all. */
  readonly pollState: PollState
  /** The limits of one provider with one credential, kept by all who have the same. */
  readonly shareBudget: ShareBudget
  stop(): Promise<void>
}

export interface SharedEngineSettings {
  /** One that `isRedisUrl` has found to be one. */
  readonly url: string
  /** Of all providers, with their addresses; they are hashed. */
  readonly credentials: readonly string[]
  /** How long an answer may be reused. */
  readonly cacheTtlMs: number
  /** For how long the oldest request has been under way, in milliseconds: what was lost before it is nobody's any more. */
  readonly oldestRequestMs: () => number
  readonly log: Logger
}

/** Takes part in a deployment of several replicas, from now on and whenever Redis can be reached. */
export function createSharedEngine({
  url,
  credentials,
  cacheTtlMs,
  oldestRequestMs,
  log,
}: SharedEngineSettings): SharedEngine {
  const redis = createRedis(url, log, oldestRequestMs)
  const keyspace = createKeyspace(...credentials)
  const replicas = createReplicas(redis, keyspace('replicas'))
  const told = createFollowedStream({ redis, replicas, key: keyspace('told') })
  const eventLog = createRedisEventLog({ redis, replicas, keyspace })
  const follow = cacheTtlMs === 0 ? null : followTold(told, replicas)
  const budgets = new Set<{ stop(): void }>()
  return {
    redis,
    replicas,
    keyspace,
    shareAnswers:
      follow &&
      (provider =>
        createRedisAnswers({ redis, replicas, keyspace, told, ttlMs: cacheTtlMs, follow }, provider)),
    eventLog,
    pollState: createRedisPollState({ redis, replicas, keyspace }),
    shareBudget(owner, limits) {
      const budget = createRedisBudget(redis, replicas, { keyspace: createKeyspace(...owner), ...limits })
      budgets.add(budget)
      return budget
    },
    async stop() {
      await Promise.all([told.stop(), eventLog.stop()])
      for (const budget of budgets) budget.stop()
      await replicas.stop()
      await redis.stop()
    },
  }
}
