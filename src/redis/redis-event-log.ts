import { hash } from 'node:crypto'
import { PROVIDER_NAMES, type ProviderName } from '../domain/entity-key.ts'
import {
  type EventFollower,
  type EventLog,
  EventLogUnavailableError,
  type LoggedEvent,
  type RecentEvent,
} from '../events/event-log.ts'
import { createFollowedStream } from './followed-stream.ts'
import type { RedisConnection, Script } from './redis.ts'
import type { Replicas } from './replicas.ts'
import { comparePlaces, GAP, isGap, type StreamEntry } from './stream-entries.ts'

export interface RedisEventLogSettings {
  readonly redis: RedisConnection
  readonly replicas: Replicas
  readonly keyspace: (...parts: readonly string[]) => string
}

const MAX_EVENTS = 10_000
const MAX_RECENT = 1_000
/** A Redis that is busy takes its time, and is to keep the event all the same; with what follows a refusal below 250 ms. */
const KEPT_WITHIN_MS = 140
/** WorkOS delivers again for three days. The events themselves, with what they tell of people, stay as long after the last. */
const KNOWN_FOR_SECONDS = 4 * 24 * 60 * 60
/** Of each provider, so that one of which much is told does not make the other's be forgotten. */
const MAX_KNOWN = 100_000
/** Later than that nothing more is tried that takes its time: a refusal is to come before 250 ms. */
const TRY_UNTIL_MS = 100
/** How long listeners wait for a replica that does not say that it has applied an event; by then it knows that it is deaf. */
const APPLIED_WITHIN_MS = 500
/** A follower that waits longer for the beginning may be missing events. */
const BEGIN_WITHIN_MS = 1_000

/**
 * Keys: known ids, stream. Arguments: how long both are kept, how many ids, how long the stream may get, the id, and the
 * event. The id comes last: what has failed before it is undone by nobody, and an event that is known is not taken again.
 * Gives back the place; nothing where the id is known, and `lost` where the stream is not there and could be given back.
 */
const APPEND = `
if ARGV[8] == 'kept' and redis.call('EXISTS', KEYS[2]) == 0 then return 'lost' end
if redis.call('ZSCORE', KEYS[1], ARGV[4]) then return false end
local place = redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], '*',
  'provider', ARGV[5], 'body', ARGV[6], 'receivedAtMs', ARGV[7])
redis.call('EXPIRE', KEYS[2], ARGV[1])
local now = redis.call('TIME')[1]
redis.call('ZADD', KEYS[1], now, ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[1])
return place`

/** Keys: stream. Arguments: how long it is kept. */
const BREAK_OFF = `
redis.call('XADD', KEYS[1], '*', '${GAP}', '')
redis.call('EXPIRE', KEYS[1], ARGV[1])`

/** The log as a stream in Redis: bounded, and the same for all replicas. The places are the ids of its entries. */
export function createRedisEventLog({ redis, replicas, keyspace }: RedisEventLogSettings): EventLog {
  const append = redis.script(APPEND, KEPT_WITHIN_MS)
  const breakOff = redis.script(BREAK_OFF, KEPT_WITHIN_MS)
  const scripts = new Map<string, Script>()
  const knownKey = (provider: ProviderName) => keyspace('known', provider)
  // Ids are looked at when an event comes, so a Redis that is full would take them for what nobody needs.
  const warm = [...PROVIDER_NAMES.map(knownKey), keyspace('polled')]
  const stream = createFollowedStream({
    redis,
    replicas,
    key: keyspace('events'),
    before: MAX_RECENT,
    isKept: true,
    warm,
  })

  /** Over the connection that requests use. */
  function evaluate(lua: string, key: string, values: readonly string[]): Promise<unknown> {
    const script = scripts.get(lua) ?? redis.script(lua, KEPT_WITHIN_MS)
    scripts.set(lua, script)
    return script([key], values)
  }

  /** The place of the event; null where it is known. What Redis has lost goes before it. */
  async function appendInTime(provider: ProviderName, values: readonly (string | number)[]) {
    const untilMs = performance.now() + TRY_UNTIL_MS
    const keys = [knownKey(provider), stream.key]
    const place = (await append(keys, [...values, stream.isKept() ? 'kept' : ''])) as string | null
    if (place !== 'lost') return place
    const inTime = <T>(run: () => Promise<T>) => {
      if (performance.now() > untilMs) throw new EventLogUnavailableError()
      return run()
    }
    await stream.giveBack((...script) => inTime(() => evaluate(...script)))
    return (await inTime(() => append(keys, [...values, '']))) as string | null
  }

  /** Delivers in order, each event when all replicas have applied it. */
  function createDelivery(follower: EventFollower, begun: Promise<unknown>) {
    let last = begun
    return (event: LoggedEvent, applied: Promise<void>) => {
      const appliedAt = applied.then(() => performance.now())
      last = last.then(async () => {
        const appliedAtMs = await appliedAt
        const waitedMs = performance.now() - appliedAtMs
        await stream.appliedByAll(event.place, APPLIED_WITHIN_MS - waitedMs)
        follower.deliver(event)
      })
    }
  }

  return {
    async append(provider, eventId, body) {
      const id = hash('sha256', `${provider} ${eventId}`, 'base64url')
      const fields = { provider, body: JSON.stringify(body), receivedAtMs: `${Date.now()}` }
      const values = [KNOWN_FOR_SECONDS, MAX_KNOWN, MAX_EVENTS, id, ...Object.values(fields)]
      try {
        const place = await appendInTime(provider, values)
        if (place !== null) stream.added({ place, fields })
        return place !== null
      } catch {
        throw new EventLogUnavailableError()
      }
    },

    async breakOff() {
      try {
        await breakOff([stream.key], [KNOWN_FOR_SECONDS])
      } catch {
        throw new EventLogUnavailableError()
      }
    },

    async follow(follower) {
      const beginning = Promise.withResolvers<void>()
      const handedOver = Promise.withResolvers<void>()
      const deliver = createDelivery(follower, handedOver.promise)
      let recent: RecentEvent[] = []
      let isBeginning = true
      let isLate = false
      const patience = setTimeout(() => {
        isLate = true
        follower.lost()
      }, BEGIN_WITHIN_MS).unref()
      stream.follow({
        begin(before, appliedUpTo) {
          const isApplied = ({ place }: LoggedEvent) => comparePlaces(place, appliedUpTo) <= 0
          recent = sinceGap(before)
            .flatMap(toLoggedEvent)
            .map(event => ({ ...event, isApplied: isApplied(event) }))
        },
        async apply(entry) {
          for (const event of toLoggedEvent(entry)) {
            const applied = follower.apply(event)
            deliver(event, applied)
            await applied
          }
        },
        lost() {
          if (!isBeginning) follower.lost()
        },
        regained(isGap) {
          clearTimeout(patience)
          if (!isBeginning || isLate) follower.regained(isGap)
          isBeginning = false
          beginning.resolve()
        },
      })
      await beginning.promise
      // What comes next is delivered once whoever waits for this has the recent ones.
      setImmediate(handedOver.resolve)
      return { recent }
    },

    stop: stream.stop,
  }
}

function sinceGap(entries: readonly StreamEntry[]): readonly StreamEntry[] {
  return entries.slice(entries.findLastIndex(isGap) + 1)
}

/** None for an entry that somebody else has written. */
function toLoggedEvent({ place, fields }: StreamEntry): LoggedEvent[] {
  const { provider, body = '', receivedAtMs } = fields
  try {
    return [
      {
        place,
        provider: provider as ProviderName,
        body: JSON.parse(body),
        receivedAtMs: Number(receivedAtMs),
      },
    ]
  } catch {
    return []
  }
}
