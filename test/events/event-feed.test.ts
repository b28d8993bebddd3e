import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { DirectoryEvent } from '../../src/domain/directory-event.ts'
import type { PlacedEvent } from '../../src/domain/placed-event.ts'
import { createEventFeed, type EventFeed, type EventFeedSettings } from '../../src/events/event-feed.ts'
import type { EventFollower, LoggedEvent } from '../../src/events/event-log.ts'
import { parseWorkosEvent } from '../../src/providers/workos/workos-events.ts'
import { createSteeredEventLog } from '../support/steered-event-log.ts'

const MINE = 'org_01MINE0000000000000000000'
const THEIRS = 'org_01THEIRS00000000000000000'
const NEVER = new AbortController().signal

let count = 0

/** WorkOS telling that a group of an organization has another name. */
function renamed(organization = MINE, more: object = {}): Record<string, unknown> & { readonly id: string } {
  count += 1
  const group = {
    object: 'directory_group',
    id: `directory_group_${count}`,
    directory_id: 'directory_1',
    organization_id: organization,
    idp_id: null,
    name: `Group ${count}`,
    created_at: '2026-03-01T10:00:00.123Z',
    updated_at: '2026-03-01T10:00:00.123Z',
    raw_attributes: {},
  }
  const created_at = new Date(Date.UTC(2026, 2, 1) + count).toISOString()
  return {
    object: 'event',
    id: `event_${count}`,
    event: 'dsync.group.updated',
    data: group,
    created_at,
    ...more,
  }
}

/** Events of before the start, at the places `old-0` and so on. */
function recentEvents(howMany: number) {
  return Array.from({ length: howMany }, (_, index) => ({
    place: `old-${index}`,
    provider: 'workos' as const,
    body: renamed(),
    receivedAtMs: Date.now(),
  }))
}

/** What became of the caches, in order. */
type Done = 'applied' | 'forgotten' | 'suspended' | 'resumed'

function startFeed({
  recent = [],
  ...limits
}: Partial<EventFeedSettings> & { recent?: Parameters<typeof createSteeredEventLog>[0] } = {}) {
  const eventLog = createSteeredEventLog(recent)
  const done: Done[] = []
  const written: string[] = []
  const feed = createEventFeed({
    eventLog,
    receiver: {
      async applyEvent(_provider, raw) {
        const event = parseWorkosEvent(raw)
        done.push('applied')
        return event
      },
      readEvent: (_provider, raw) => parseWorkosEvent(raw),
      async forgetAll() {
        done.push('forgotten')
      },
      suspendReuse: isSuspended => done.push(isSuspended ? 'suspended' : 'resumed'),
    },
    log: pino({ level: 'trace' }, { write: line => written.push(line) }),
    settlingMs: 50,
    ...limits,
  })
  onTestFinished(() => feed.stop())
  const tell = async (raw = renamed()) => {
    await eventLog.append('workos', raw.id, raw)
    return raw.id
  }
  return { feed, eventLog, tell, done, lines: () => written.map(line => JSON.parse(line)) }
}

interface Wish {
  readonly organization?: string | null
  readonly after?: string | null
  readonly wants?: (event: DirectoryEvent) => boolean
  readonly signal?: AbortSignal
}

function subscribeTo(
  feed: EventFeed,
  { organization, after = null, wants = () => true, signal = NEVER }: Wish = {},
) {
  return feed.subscribe({
    organization: organization ? (`workos:${organization}` as never) : null,
    after,
    wants,
    signal,
  })
}

/** The next events, by their ids. */
async function take(events: AsyncIterator<PlacedEvent>, howMany: number): Promise<PlacedEvent[]> {
  const taken: PlacedEvent[] = []
  while (taken.length < howMany) {
    const { done, value } = await events.next()
    if (done) throw new Error(`over after ${taken.length}`)
    taken.push(value)
  }
  return taken
}

async function idsOf(events: AsyncIterator<PlacedEvent>, howMany: number): Promise<string[]> {
  return (await take(events, howMany)).map(({ event }) => event.id)
}

const tellMany = async (tell: () => Promise<string>, howMany: number) =>
  Promise.all(Array.from({ length: howMany }, () => tell()))

describe('whoever listens', () => {
  test('is told of each event once, in order, when the caches have been', async () => {
    const { feed, tell, done } = startFeed()
    const events = subscribeTo(feed)
    const pending = events.next().then(() => [...done])
    const ids = await tellMany(tell, 3)
    expect(await pending).toContain('applied')
    expect(await idsOf(events, 2)).toEqual(ids.slice(1))
  })

  test('is told of all that was applied before any of it was told, however much that is', async () => {
    let follower: EventFollower | undefined
    const { feed } = startFeed({
      maxEvents: 5,
      eventLog: {
        async follow(it) {
          follower = it
          return { recent: [] }
        },
      },
    })
    const events = subscribeTo(feed)
    const waiting = recentEvents(20)
    for (const event of waiting) await follower?.apply(event)
    for (const event of waiting) {
      follower?.deliver(event)
      expect(await idsOf(events, 1)).toEqual([event.body.id])
    }
  })

  test('is not told again of what comes twice, nor of what is older than what was told', async () => {
    const { feed, eventLog, tell, done } = startFeed()
    const events = subscribeTo(feed)
    const first = renamed()
    await tell(first)
    // A log that has lost its memory of ids takes it again.
    await eventLog.append('workos', 'another', first)
    await tell({ ...first, id: 'older', created_at: '2020-01-01T00:00:00.000Z' })
    const last = await tell()
    expect(await idsOf(events, 2)).toEqual([first.id, last])
    expect(done).toEqual(Array(4).fill('applied'))
  })

  test('hears only what they want, and of the one organization', async () => {
    const { feed, tell } = startFeed()
    const mine = subscribeTo(feed, { organization: MINE })
    const some = subscribeTo(feed, { wants: ({ id }) => id.endsWith('x7') })
    const told = [await tell(renamed(THEIRS)), await tell(renamed(MINE)), await tell(renamed(THEIRS))]
    const wanted = await tell({ ...renamed(THEIRS), id: 'event_x7' })
    const last = await tell(renamed(MINE))
    expect(await idsOf(mine, 2)).toEqual([told[1], last])
    expect(await idsOf(some, 1)).toEqual([wanted])
  })

  test('is told nothing of what can not be read, which leaves a line without any of it', async () => {
    const { feed, tell, lines } = startFeed()
    const events = subscribeTo(feed)
    await tell({ ...renamed(), data: { id: 'person@example.com' } })
    await tell({ ...renamed(), event: 'dsync.something.new' })
    const id = await tell()
    expect(await idsOf(events, 1)).toEqual([id])
    expect(lines().map(({ msg, provider, field }) => [msg, provider, field])).toEqual([
      ['unreadable event', 'workos', 'data.id'],
    ])
    expect(JSON.stringify(lines())).not.toContain('person')
  })

  test('ends with the signal, while they wait and before', async () => {
    const { feed } = startFeed()
    const controller = new AbortController()
    const waiting = subscribeTo(feed, { signal: controller.signal })
    const pending = waiting.next()
    controller.abort()
    expect(await pending).toEqual({ done: true, value: undefined })
    expect(await waiting.next()).toEqual({ done: true, value: undefined })
    expect(await subscribeTo(feed, { signal: controller.signal }).next()).toMatchObject({ done: true })
    expect(feed.status().subscribers).toBe(0)
  })

  test('ends when the feed stops, and nobody begins after that', async () => {
    const { feed } = startFeed()
    const pending = subscribeTo(feed).next()
    feed.stop()
    expect(await pending).toMatchObject({ done: true })
    expect(await subscribeTo(feed).next()).toMatchObject({ done: true })
    expect(feed.status().subscribers).toBe(0)
  })
})

describe('whoever comes back', () => {
  test('goes on after the place, with nothing lost and nothing twice, however often', async () => {
    const { feed, tell } = startFeed()
    const told: string[] = []
    let events = subscribeTo(feed)
    const telling = (async () => {
      for (let turn = 0; turn < 600; turn += 1) {
        told.push(await tell())
        // Now and then there is time to listen, and now and then there is none.
        if (turn % 3 === 0) await nextTurn()
      }
    })()
    const heard: string[] = []
    for (let round = 0; heard.length < 600; round += 1) {
      const taken = await take(events, Math.min(1 + (round % 11), 600 - heard.length))
      heard.push(...taken.map(({ event }) => event.id))
      await events.return?.()
      if (round % 4 === 0) await nextTurn()
      events = subscribeTo(feed, { after: taken.at(-1)?.place ?? null })
    }
    await telling
    expect(heard).toEqual(told)
  })

  test('is told that events were missed where the place is too old or none', async () => {
    const { feed, tell, eventLog } = startFeed({ maxEvents: 5 })
    const events = subscribeTo(feed)
    await tellMany(tell, 1)
    const [first] = await take(events, 1)
    await tellMany(tell, 7)
    await eventLog.settled()
    const missed = [first?.place ?? '', 'nowhere'].map(after =>
      expect(subscribeTo(feed, { after }).next()).rejects.toMatchObject({ code: 'NOT_FOUND' }),
    )
    await Promise.all(missed)
    expect(feed.status().kept.events).toBe(5)
  })

  test('has missed nothing where all that is gone happened elsewhere', async () => {
    const { feed, tell, eventLog } = startFeed({ maxEvents: 5 })
    const events = subscribeTo(feed, { organization: MINE })
    await tell(renamed(MINE))
    const [last] = await take(events, 1)
    for (let turn = 0; turn < 20; turn += 1) await tell(renamed(THEIRS))
    const id = await tell(renamed(MINE))
    await eventLog.settled()
    const after = last?.place ?? ''
    expect(await idsOf(subscribeTo(feed, { organization: MINE, after }), 1)).toEqual([id])
    for (let turn = 0; turn < 5; turn += 1) await tell(renamed(THEIRS))
    await eventLog.settled()
    const missed = subscribeTo(feed, { organization: MINE, after })
    await expect(missed.next()).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('learns nothing from the place of another organization’s event', async () => {
    const { feed, tell, eventLog } = startFeed()
    const events = subscribeTo(feed)
    await tell(renamed(THEIRS))
    await take(events, 1)
    const theirs = subscribeTo(feed, { organization: MINE, after: eventLog.lastPlace }).next()
    const none = subscribeTo(feed, { organization: MINE, after: 'nowhere' }).next()
    const [one, other] = await Promise.allSettled([theirs, none])
    expect(one).toEqual(other)
    expect(one).toMatchObject({ status: 'rejected', reason: { code: 'NOT_FOUND' } })
  })

  test('waits a moment for a place that this replica is about to know', async () => {
    const { feed, tell, eventLog } = startFeed()
    const after = eventLog.lastPlace.replace(/0$/, '1')
    const pending = subscribeTo(feed, { after }).next()
    await tell()
    const id = await tell()
    expect(await pending).toMatchObject({ value: { event: { id } } })
  })

  test('goes on after an event from before the start, of which caches hear only where no replica has told them', async () => {
    const recent = recentEvents(3).map((event, index) => ({ ...event, isApplied: index < 2 }))
    const { feed, tell, done } = startFeed({ recent })
    const events = subscribeTo(feed, { after: 'old-0' })
    expect(await idsOf(events, 2)).toEqual([recent[1]?.body.id, recent[2]?.body.id])
    expect(done).toEqual(['applied'])
    expect(await Promise.all([tell(), idsOf(events, 1)])).toEqual([expect.any(String), [expect.any(String)]])
  })
})

describe('while it is not known yet what was there before', () => {
  function startLate() {
    const known = Promise.withResolvers<readonly LoggedEvent[]>()
    return { ...startFeed({ recent: known.promise }), known }
  }

  test('who comes back waits for it, however long that takes', async () => {
    const { feed, known } = startLate()
    const events = subscribeTo(feed, { after: 'old-0' })
    const pending = idsOf(events, 1)
    // Longer than a place is waited for that is not known.
    await sleep(100)
    const recent = recentEvents(2)
    known.resolve(recent)
    expect(await pending).toEqual([recent[1]?.body.id])
  })

  test('who comes for the first time is told what has happened since, and nothing of before', async () => {
    const { feed, tell, known } = startLate()
    const pending = idsOf(subscribeTo(feed), 2)
    const [before, since] = recentEvents(2)
    if (!before || !since) throw new Error('no events')
    known.resolve([{ ...before, receivedAtMs: before.receivedAtMs - 60_000 }, since])
    const id = await tell()
    expect(await pending).toEqual([since.body.id, id])
  })

  test('who leaves is not held', async () => {
    const { feed } = startLate()
    const leaving = new AbortController()
    const pending = subscribeTo(feed, { signal: leaving.signal }).next()
    leaving.abort()
    expect(await pending).toMatchObject({ done: true })
  })

  test('nothing is reused, and at last all is forgotten but what happened', async () => {
    const { feed, known, eventLog, done } = startLate()
    eventLog.lose()
    const recent = recentEvents(2)
    known.resolve(recent)
    eventLog.regain(true)
    await expect.poll(() => done).toEqual(['suspended', 'forgotten', 'resumed'])
    expect(await idsOf(subscribeTo(feed, { after: 'old-0' }), 1)).toEqual([recent[1]?.body.id])
  })
})

describe('what is kept', () => {
  test('is bounded in number and size, and whoever falls behind it is ended', async () => {
    const { feed, tell, eventLog } = startFeed({ maxEvents: 1_000, maxBytes: 20_000 })
    const slow = subscribeTo(feed)
    const sleeping = subscribeTo(feed, { wants: ({ id }) => id === 'event_wanted' }).next()
    await tellMany(tell, 200)
    await eventLog.settled()
    await expect(slow.next()).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const { kept, subscribers } = feed.status()
    expect(kept.bytes).toBeLessThanOrEqual(20_000)
    expect(kept.events).toBeGreaterThan(10)
    // Who waits for what does not happen is not behind.
    expect(subscribers).toBe(1)
    await tell({ ...renamed(), id: 'event_wanted' })
    expect(await sleeping).toMatchObject({ value: { event: { id: 'event_wanted' } } })
  })

  test('is one for all who listen', async () => {
    const { feed, tell } = startFeed()
    const all = Array.from({ length: 100 }, () => subscribeTo(feed))
    await tellMany(tell, 10)
    const [first, ...others] = await Promise.all(all.map(events => take(events, 1)))
    for (const [placed] of others) expect(placed?.event).toBe(first?.[0]?.event)
  })
})

describe('while events may be missed', () => {
  test('nothing kept is reused, and everybody goes on when nothing was', async () => {
    const { feed, tell, eventLog, done } = startFeed()
    const events = subscribeTo(feed)
    eventLog.lose()
    expect(done).toEqual(['suspended'])
    eventLog.regain(false)
    await eventLog.settled()
    const id = await tell()
    expect(await idsOf(events, 1)).toEqual([id])
    expect(done).toEqual(['suspended', 'resumed', 'applied'])
  })

  test('and some were, all is forgotten, and everybody is told', async () => {
    const { feed, tell, eventLog, done } = startFeed()
    const waiting = subscribeTo(feed)
    const before = subscribeTo(feed)
    await tell()
    const [last] = await take(before, 1)
    await take(waiting, 1)
    const pending = waiting.next()
    eventLog.lose()
    eventLog.regain(true)
    await expect(pending).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(before.next()).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const after = last?.place ?? ''
    await expect(subscribeTo(feed, { after }).next()).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(done).toEqual(['applied', 'suspended', 'forgotten', 'resumed'])
  })

  test('it is not reused where that begins again before the end of it was told', async () => {
    const { eventLog, done } = startFeed()
    eventLog.lose()
    eventLog.regain(true)
    eventLog.lose()
    await expect.poll(() => done).toEqual(['suspended', 'suspended', 'forgotten', 'suspended'])
  })
})
