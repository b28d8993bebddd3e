import { hash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProviderName } from '../domain/entity-key.ts'
import { DROP, FORGET } from './answer-scripts.ts'
import type { FollowedStream } from './followed-stream.ts'
import type { RedisConnection } from './redis.ts'
import type { Replicas } from './replicas.ts'
import type { Told } from './told.ts'

/** What replicas tell each other of the answers to one provider's credential. */
export interface RedisDrops {
  /**
   * Only answers that were kept since are to be believed, in milliseconds by Redis's clock: while it was away, others may
   * have changed what they could not tell. Null while there is something that it has not been told.
   */
  believedSinceMs(): number | null
  drop(tags: readonly string[]): Promise<void>
  /** Settles when all live replicas have heard of it, or had their time to. */
  dropEverywhere(tags: readonly string[]): Promise<void>
  dropAll(): Promise<void>
  forget(key: string): Promise<void>
}

export interface RedisDropsSettings {
  readonly redis: RedisConnection
  readonly replicas: Replicas
  readonly provider: ProviderName
  readonly dropsKey: string
  readonly answerKey: (key: string) => string
  /** Of what all providers' answers have to be told. */
  readonly told: FollowedStream
}

/** What Redis has to be told of, and the part of it that the other replicas do not hear of by themselves. */
interface Unsent {
  all: boolean
  tellAll: boolean
  readonly tags: Set<string>
  readonly toTell: Set<string>
}

/** In all, the way to Redis included: with what a request waits for Redis besides it stays below 250 ms. */
const HEARD_WITHIN_MS = 90
const MAX_REMEMBERED = 20_000
const MAX_TOLD = 1_000
const MAX_UNSENT = 1_000

/** What can't be told waits here until it can; until then nothing that replicas share is believed. */
export function createRedisDrops(settings: RedisDropsSettings): RedisDrops {
  const { redis, replicas, provider, dropsKey, answerKey, told } = settings
  const runDrop = redis.script(DROP, Number.POSITIVE_INFINITY)
  const runForget = redis.script(FORGET, Number.POSITIVE_INFINITY)
  let unsent = createUnsent()
  let sinceMs: number | null = 0
  let isTelling = false

  redis.onChange(isUp => {
    if (isUp) void send()
    else sinceMs = null
  })

  function add(tags: Iterable<string>, toTell: Iterable<string>): void {
    for (const tag of tags) unsent.tags.add(tag)
    for (const tag of toTell) unsent.toTell.add(tag)
    if (unsent.toTell.size > MAX_UNSENT) unsent.tellAll = true
    if (unsent.tags.size > MAX_UNSENT) unsent.all = true
  }

  /** What fails is told when there is a connection again; whoever waits for it has waited long enough before that. */
  async function tell(telling: Unsent): Promise<void> {
    const { all, tellAll, tags, toTell } = telling
    const dropped = tellAll ? 'everything' : [...toTell]
    const text =
      dropped.length === 0 ? '' : JSON.stringify({ by: replicas.id, provider, dropped } satisfies Told)
    const words = all || tellAll ? '*' : toWords([...tags])
    try {
      const reply = await runDrop([dropsKey, told.key], [MAX_REMEMBERED, MAX_TOLD, text, words])
      const [nowMs, place] = reply as [string, string]
      if (redis.isUp()) sinceMs ??= Number(nowMs)
      if (text !== '') await told.appliedByAll(place, HEARD_WITHIN_MS)
    } catch {
      sinceMs = null
      add(tags, toTell)
      unsent.all ||= all
      unsent.tellAll ||= tellAll
    }
  }

  /** Tells all that there is to tell; where Redis is not to be waited for, nobody waits. */
  async function send(): Promise<void> {
    if (!redis.isConnected() || (isEmpty(unsent) && sinceMs !== null)) return
    const sending = unsent
    unsent = createUnsent()
    isTelling = true
    const telling = tell(sending).finally(() => {
      isTelling = false
    })
    if (redis.isUp()) await Promise.race([telling, sleep(HEARD_WITHIN_MS, undefined, { ref: false })])
  }

  return {
    believedSinceMs() {
      if (!redis.isUp()) return null
      // What Redis itself has refused is no matter of the connection, so nothing else tries it again.
      if (sinceMs === null && !isTelling) void send()
      return sinceMs
    },
    async drop(tags) {
      add(tags, [])
      await send()
    },
    async dropEverywhere(tags) {
      add(tags, tags)
      await send()
    },
    async dropAll() {
      unsent.all = true
      await send()
    },
    async forget(key) {
      const text = JSON.stringify({ by: replicas.id, provider, forgot: key } satisfies Told)
      await runForget([answerKey(key), told.key], [MAX_TOLD, text]).catch(() => {})
    },
  }
}

/** Tags as the scripts take them: of one length, and without the ids in them. */
export function toWords(tags: readonly string[]): string {
  return tags.map(tag => hash('sha256', tag, 'base64url').slice(0, 16)).join(' ')
}

function createUnsent(): Unsent {
  return { all: false, tellAll: false, tags: new Set(), toTell: new Set() }
}

function isEmpty({ all, tellAll, tags }: Unsent): boolean {
  return !all && !tellAll && tags.size === 0
}
