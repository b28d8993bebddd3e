import type { Logger } from '../telemetry/logger.ts'
import type { ShareBudget } from '../upstream/shared-budget.ts'
import { createKeyspace, createRedis } from './redis.ts'
import { createRedisBudget } from './redis-budget.ts'
import { createReplicas } from './replicas.ts'

/** The providers' limits, shared with the servers that have the same credentials. */
export interface SharedBudgets {
  readonly shareBudget: ShareBudget
  stop(): Promise<void>
}

export interface SharedBudgetsSettings {
  /** One that `isRedisUrl` has found to be one. */
  readonly url: string
  /** Of all providers, with their addresses, as servers give them; they are hashed. */
  readonly credentials: readonly string[]
  readonly log: Logger
}

/** Takes part in what servers share of the limits, and in nothing else: it keeps no answers and hears no events. */
export function createSharedBudgets({ url, credentials, log }: SharedBudgetsSettings): SharedBudgets {
  // Nobody waits for an answer, so there is no request that could lose too much.
  const redis = createRedis(url, log, () => 0)
  const replicas = createReplicas(redis, createKeyspace(...credentials)('replicas'), { isGuest: true })
  const budgets = new Set<{ stop(): void }>()
  return {
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
