import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAcknowledgements, furthestIn } from './acknowledgements.ts'
import { createKeptEntries, type Evaluate } from './kept-entries.ts'
import type { Redis, RedisConnection } from './redis.ts'
import type { Replicas } from './replicas.ts'
import {
  comparePlaces,
  isGap,
  KEPT_FOR_SECONDS,
  MOVED_FROM,
  type RawEntry,
  type StreamEntry,
  toEntries,
} from './stream-entries.ts'

/** What a replica does with what it reads of a stream. */
export interface StreamFollower {
  /**
   * The last entries before this replica began, in order, and up to where any replica has told that it had applied them;
   * once, and before anything else.
   */
  begin?(before: readonly StreamEntry[], appliedUpTo: string): void
  /** In the order of the stream; those that are read at once do not wait for each other. Never rejects. */
  apply(entry: StreamEntry): Promise<void> | void
  /** From here on entries may be missed for a while. */
  lost(): void
  /**
   * What was missed has been applied, or can't be any more (`isGap`), as at the very beginning: then nothing is to be
   * believed that depends on it.
   */
  regained(isGap: boolean): void
}

/** A bounded stream that every replica reads to its end, while it tells the others how far it has come. */
export interface FollowedStream {
  readonly key: string
  /** It begins as lost. */
  follow(follower: StreamFollower): void
  /** This replica has added an entry, which it may not have read yet. */
  added(entry: StreamEntry): void
  /** Whether it has entries that are missing where there is no such stream. */
  isKept(): boolean
  /** Puts back what Redis has lost of the stream, over another connection than the one that reads it. */
  giveBack(evaluate: Evaluate): Promise<boolean>
  /** Settles when every live replica has applied all up to a place, or the time is over. At once where there is only one. */
  appliedByAll(place: string, withinMs: number): Promise<void>
  stop(): Promise<void>
}

export interface FollowedStreamSettings {
  readonly redis: RedisConnection
  readonly replicas: Replicas
  readonly key: string
  /** How many of the last entries a beginning is told. */
  readonly before?: number
  /** Whether this replica keeps the last entries, and gives them back to a Redis that has lost them. */
  readonly isKept?: boolean
  /** Other keys that count as used whenever this is read, as the stream does: a Redis that is full evicts what is not. */
  readonly warm?: readonly string[]
}

/** How far a stream was read: the place of the last entry, or the same where none came, and whether some went before it. */
interface Read {
  readonly place: string
  readonly isMissing: boolean
}

/** How long Redis lets a read wait for something new. */
const BLOCK_MS = 250
/** Without an answer for so long it is not there, and this replica deaf. */
const SILENCE_MS = 500
const RETRY_MS = 50
const BATCH = 100
const START = '0-0'

/** The place of the last entry. A stream that is empty gets one, so that it can be told from one that was lost. */
const LAST_PLACE = `
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
if last[1] then return last[1][1] end
local place = redis.call('XADD', KEYS[1], '*', 'begin', '')
redis.call('EXPIRE', KEYS[1], ${KEPT_FOR_SECONDS})
return place`

export function createFollowedStream(settings: FollowedStreamSettings): FollowedStream {
  const { redis, replicas, key, before = 0, isKept = false, warm = [] } = settings
  const kept = createKeptEntries()
  const acknowledgements = createAcknowledgements(replicas, `${key}:applied`)
  let connection: Redis | null = null
  const stopped = Promise.withResolvers<void>()
  let isStopped = false
  let running: Promise<void> = Promise.resolve()

  async function run(follower: StreamFollower, reader: Redis): Promise<void> {
    let place: string | null = null
    let isLost = true
    let isMissing = false
    follower.lost()
    while (!isStopped) {
      try {
        await untilReady(reader)
        if (isStopped) return
        if (isLost) {
          if (isKept && !kept.isEmpty()) await kept.giveBack(key, evaluateBy(reader))
          const [from, isGap] = await findPlace(reader, place, follower)
          const caughtUp = await catchUp(reader, from, follower)
          place = caughtUp.place
          acknowledgements.tell(reader, place)
          isLost = false
          follower.regained(isGap || isMissing || caughtUp.isMissing)
          isMissing = false
        }
        const read = await readOn(reader, place ?? START, follower, BLOCK_MS)
        place = read.place
        if (!read.isMissing) continue
        isLost = true
        isMissing = true
        follower.lost()
      } catch {
        if (!isLost) follower.lost()
        isLost = true
        // A connection that keeps silent would keep silent about what is asked next as well.
        if (reader.status === 'ready' && !isStopped) reader.disconnect(true)
        await sleep(RETRY_MS, undefined, { ref: false })
      }
    }
  }

  /** A connection that is there and says nothing is tried anew. */
  async function untilReady(reader: Redis): Promise<void> {
    while (reader.status !== 'ready' && !isStopped) {
      const waiting = new AbortController()
      const { signal } = waiting
      const ready = once(reader, 'ready', { signal })
      await Promise.race([
        ready,
        stopped.promise,
        sleep(SILENCE_MS, undefined, { signal, ref: false }),
      ]).catch(ignore)
      waiting.abort()
      if (reader.status === 'connect') reader.disconnect(true)
    }
  }

  /** Where to read on from, and whether something between there and the last place is not there any more. */
  async function findPlace(
    reader: Redis,
    place: string | null,
    follower: StreamFollower,
  ): Promise<[string, boolean]> {
    if (place === null) {
      const last = await inTime(reader.eval(LAST_PLACE, 1, key) as Promise<string>)
      const entries = before === 0 ? [] : await inTime(reader.xrevrange(key, last, '-', 'COUNT', before))
      for (const entry of toEntries(entries as RawEntry[]).toReversed()) if (isKept) kept.add(entry, true)
      const told =
        before === 0 ? [] : await inTime(reader.xrevrange(acknowledgements.key, '+', '-', 'COUNT', BATCH))
      follower.begin?.(
        toEntries(entries as RawEntry[]).toReversed(),
        furthestIn(toEntries(told as RawEntry[])),
      )
      return [last, true]
    }
    const [known] = await inTime(reader.xrange(key, place, place))
    if (known !== undefined) return [place, false]
    acknowledgements.forget()
    // Others have given back what they had read, and were not as far: nothing is missing here, and some of it is known.
    const oldest = isKept ? await findOldest(reader) : null
    const oldestKept = kept.oldest()
    if (oldest !== null && comparePlaces(oldest, place) <= 0)
      return [oldestKept !== null && comparePlaces(oldest, oldestKept) < 0 ? oldestKept : oldest, false]
    kept.clear()
    const last = await inTime(reader.eval(LAST_PLACE, 1, key) as Promise<string>)
    return [comparePlaces(last, place) < 0 ? START : place, true]
  }

  async function catchUp(reader: Redis, from: string, follower: StreamFollower): Promise<Read> {
    let place = from
    let isMissing = false
    for (;;) {
      const next = await readOn(reader, place, follower, null)
      if (next.place === place) return { place, isMissing }
      place = next.place
      isMissing ||= next.isMissing
    }
  }

  /** Reads and applies what comes next. */
  async function readOn(
    reader: Redis,
    place: string,
    follower: StreamFollower,
    blockMs: number | null,
  ): Promise<Read> {
    if (warm.length > 0) reader.touch(...warm).catch(ignore)
    const streams = ['STREAMS', key, acknowledgements.key, place, acknowledgements.place()] as const
    const reply = await inTime(
      blockMs === null
        ? reader.xread('COUNT', BATCH, ...streams)
        : reader.xread('COUNT', BATCH, 'BLOCK', blockMs, ...streams),
    )
    const byKey = new Map((reply ?? []) as [string, RawEntry[]][])
    acknowledgements.hear(toEntries(byKey.get(acknowledgements.key) ?? []))
    const entries = toEntries(byKey.get(key) ?? [])
    const isOvertaken = entries.length === BATCH && !(await reachesBackTo(reader, place))
    if (isOvertaken) kept.clear()
    const hasRead = ({ place, fields }: StreamEntry) =>
      kept.hasRead(place) || kept.hasRead(fields[MOVED_FROM] ?? place)
    const news = entries.filter(entry => !hasRead(entry))
    const isMissing = isOvertaken || news.some(isGap)
    for (const entry of entries) if (isKept) kept.add(entry, true)
    const told = news.filter(entry => !('begin' in entry.fields || isGap(entry)))
    await Promise.all(told.map(entry => follower.apply(entry)))
    const last = entries.at(-1)?.place
    if (last !== undefined) acknowledgements.tell(reader, last)
    return { place: last ?? place, isMissing }
  }

  /** Whether nothing has gone that comes after that place: whoever is far behind can be overtaken by the bound. */
  async function reachesBackTo(reader: Redis, place: string): Promise<boolean> {
    const oldest = await findOldest(reader)
    return oldest !== null && comparePlaces(oldest, place) <= 0
  }

  async function findOldest(reader: Redis): Promise<string | null> {
    const [oldest] = await inTime(reader.xrange(key, '-', '+', 'COUNT', 1))
    return oldest?.[0] ?? null
  }

  return {
    key,
    follow(follower) {
      if (connection !== null) throw new Error('A stream is followed once.')
      connection = redis.blockingConnection()
      running = run(follower, connection)
    },
    added: entry => kept.add(entry, false),
    isKept: () => !kept.isEmpty(),
    giveBack: evaluate => kept.giveBack(key, evaluate),
    appliedByAll: acknowledgements.byAll,
    async stop() {
      isStopped = true
      stopped.resolve()
      acknowledgements.stop()
      connection?.disconnect()
      await running
    },
  }
}

function evaluateBy(reader: Redis): Evaluate {
  return (lua, key, values) => inTime(reader.eval(lua, 1, key, ...values))
}

/** Rejects for a reply that does not come. One that has come while this process was busy is looked at first. */
function inTime<T>(reply: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const isLate = () => reject(new Error('No reply of Redis in time.'))
    const timer = setTimeout(() => setImmediate(isLate), SILENCE_MS)
    reply.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

function ignore(): void {}
