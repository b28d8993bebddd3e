import { setTimeout as sleep } from 'node:timers/promises'
import type { ProviderName } from '../domain/entity-key.ts'
import { staleWindowMs } from '../upstream/answer-cache.ts'
import type { Lease, SharedAnswer, SharedAnswers, SharedFollower } from '../upstream/shared-answers.ts'
import { FIND, KEEP } from './answer-scripts.ts'
import type { FollowedStream } from './followed-stream.ts'
import { createLeases } from './leases.ts'
import type { RedisConnection } from './redis.ts'
import { createRedisDrops, toWords } from './redis-drops.ts'
import type { Replicas } from './replicas.ts'

export interface RedisAnswersSettings {
  readonly redis: RedisConnection
  readonly replicas: Replicas
  readonly keyspace: (...parts: readonly string[]) => string
  /** What replicas tell each other of all providers' answers. */
  readonly told: FollowedStream
  /** How long an answer may be reused. */
  readonly ttlMs: number
  readonly follow: (provider: ProviderName, follower: SharedFollower) => void
}

/** What is larger costs Redis, and all who wait for it, more than another call. In characters of JSON. */
const MAX_CHARACTERS = 256 * 1_024
const MAX_TAGS = 500
/** So long those who wanted an answer that is not to be shared ask for themselves; a large one is large the next time. */
const UNSHARED_MS = 1_000
const FIRST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 40

/** Without Redis there is nobody to wait for, and nothing to hand on. */
const ALONE: Lease = { keep() {}, release() {}, renounce() {} }

/**
 * Answers in Redis, one for each key, found together with the drops that it may contradict, in one round trip. Where none
 * is found the same round trip takes a lock: whoever has it asks, all others look again until the answer is there or the
 * lock is gone.
 */
export function createRedisAnswers(
  { redis, replicas, keyspace, told, ttlMs, follow }: RedisAnswersSettings,
  provider: ProviderName,
): SharedAnswers {
  const windowMs = staleWindowMs(ttlMs)
  const answerKey = (key: string) => keyspace('answer', provider, key)
  const lockKey = (key: string) => keyspace('asking', provider, key)
  const dropsKey = keyspace('drops', provider)
  const drops = createRedisDrops({ redis, replicas, provider, dropsKey, answerKey, told })
  const leases = createLeases(redis)
  const runFind = redis.script(FIND)
  const runKeep = redis.script(KEEP, Number.POSITIVE_INFINITY)

  /** What the script says, and how long it took to say so; null where Redis says nothing. */
  async function look(key: string, token: string, maxAgeMs: number): Promise<[string[], number] | null> {
    const sinceMs = drops.believedSinceMs()
    // A turn can't be had without Redis; an answer can, for another call.
    if (sinceMs === null || redis.isShort()) return null
    const startedAt = performance.now()
    const keys = [answerKey(key), lockKey(key), dropsKey]
    const reply = await runFind(keys, [token, leases.lifeMs, maxAgeMs, sinceMs]).catch(() => null)
    return reply === null ? null : [reply as string[], performance.now() - startedAt]
  }

  function createLease(key: string, token: string, asOf: string): Lease {
    const lock = lockKey(key)
    leases.hold(lock, token)
    return {
      keep({ status, text }, tags) {
        if (text.length > MAX_CHARACTERS || tags.length > MAX_TAGS) return leases.release(lock, token, ttlMs)
        leases.drop(lock)
        const values = [token, asOf, windowMs, status, text, toWords(tags)]
        runKeep([answerKey(key), lock, dropsKey], values).catch(() => {})
      },
      release: () => leases.release(lock, token, 0),
      renounce: () => leases.release(lock, token, UNSHARED_MS),
    }
  }

  return {
    async find(key, maxAgeMs, signal) {
      const token = leases.createToken()
      let isAwaited = false
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
        signal.throwIfAborted()
        const [[what, ...details], tookMs] = (await look(key, token, maxAgeMs)) ?? [[], 0]
        if (what === 'kept') return toAnswer(details, tookMs, isAwaited) ?? ALONE
        if (what === 'lease') return createLease(key, token, details[0] ?? '')
        if (what !== 'wait') return ALONE
        isAwaited = true
        await sleep(pauseMs, undefined, { signal })
      }
    },
    async stale(key) {
      const [[what, ...details], tookMs] = (await look(key, '', windowMs)) ?? [[], 0]
      return what === 'kept' ? toAnswer(details, tookMs, false) : null
    },
    drop: drops.drop,
    dropEverywhere: drops.dropEverywhere,
    forget: key => void drops.forget(key),
    forgetAll: drops.dropAll,
    follow: follower => follow(provider, follower),
  }
}

/** Null for what is no JSON, as after somebody else has written there. */
function toAnswer(details: readonly string[], tookMs: number, isAwaited: boolean): SharedAnswer | null {
  const [age, status, text = ''] = details
  try {
    const answer = { status: Number(status), body: text === '' ? undefined : JSON.parse(text), text }
    return { answer, ageMs: Number(age) + tookMs, isAwaited }
  } catch {
    return null
  }
}
