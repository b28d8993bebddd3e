import { hash } from 'node:crypto'
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

const HEARD_WITHIN_MS = 200
const MAX_REMEMBERED = 20_000
const MAX_TOLD = 1_000
const MAX_UNSENT = 1_000

/** What can't be told waits here until it can; until then nothing that replicas share is believed. */
export function createRedisDrops(settings: RedisDropsSettings): RedisDrops {
  const { redis, replicas, provider, dropsKey, answerKey, told } = settings
  const runDrop = redis.script(DROP)
  const runForget = redis.script(FORGET)
  let unsent = createUnsent()
  let sinceMs: number | null = 0

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

  /** Tells all that there is to tell. What fails is told when Redis is back. */
  async function send(): Promise<void> {
    const sending = unsent
    if (!redis.isUp() || (isEmpty(sending) && sinceMs !== null)) return
    unsent = createUnsent()
    const { all, tellAll, tags, toTell } = sending
    const dropped = tellAll ? 'everything' : [...toTell]
    const text =
      dropped.length === 0 ? '' : JSON.stringify({ by: replicas.id, provider, dropped } satisfies Told)
    const words = all || tellAll ? '*' : toWords([...tags])
    try {
      const reply = await runDrop([dropsKey, told.key], [MAX_REMEMBERED, MAX_TOLD, text, words])
      const [nowMs, place] = reply as [string, string]
      sinceMs ??= Number(nowMs)
      if (text !== '') await told.appliedByAll(place, HEARD_WITHIN_MS)
    } catch {
      sinceMs = null
      add(tags, toTell)
      unsent.all ||= all
      unsent.tellAll ||= tellAll
    }
  }

  return {
    believedSinceMs: () => (redis.isUp() ? sinceMs : null),
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
