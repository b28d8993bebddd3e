import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DirectoryEvent, DirectoryEventKind } from '../../src/domain/directory-event.ts'
import { directoryKey, memberKey, organizationKey } from '../../src/domain/entity-key.ts'
import { createEventOrder, type EventVerdict } from '../../src/domain/event-order.ts'
import { parseWorkosEvent } from '../../src/providers/workos/workos-events.ts'
import { workosEvent } from '../providers/event-samples.ts'

const NOW_MS = Date.parse('2026-03-01T12:00:00.000Z')
const NAMES: Partial<Record<DirectoryEventKind, string>> = {
  DIRECTORY_ACTIVATED: 'dsync.activated',
  DIRECTORY_DELETED: 'dsync.deleted',
  USER_CREATED: 'dsync.user.created',
  USER_UPDATED: 'dsync.user.updated',
  USER_DELETED: 'dsync.user.deleted',
  GROUP_CREATED: 'dsync.group.created',
  GROUP_UPDATED: 'dsync.group.updated',
  GROUP_DELETED: 'dsync.group.deleted',
  MEMBER_ADDED: 'dsync.group.user_added',
  MEMBER_REMOVED: 'dsync.group.user_removed',
}

interface Details {
  readonly id?: string
  readonly user?: string
  readonly group?: string
  readonly directory?: string
  readonly updatedAtMs?: number
}

let count = 0

/** An event of WorkOS, some milliseconds after noon less an hour. */
function at(ms: number, kind: DirectoryEventKind, details: Details = {}): DirectoryEvent {
  count += 1
  const { id = `event_${count}`, user = '1', group = '1', directory = '1', updatedAtMs } = details
  const time = (instant: number) => new Date(NOW_MS - 3_600_000 + instant).toISOString()
  const within = { directory_id: `directory_${directory}`, organization_id: 'org_1' }
  const updated_at = updatedAtMs === undefined ? undefined : time(updatedAtMs)
  const userData = { id: `directory_user_${user}`, ...within, updated_at }
  const groupData = { id: `directory_group_${group}`, name: 'Group', ...within, updated_at }
  const directoryData = {
    id: `directory_${directory}`,
    organization_id: 'org_1',
    state: 'active',
    type: 'workday',
    updated_at,
  }
  const data = kind.startsWith('USER')
    ? userData
    : kind.startsWith('GROUP')
      ? groupData
      : kind.startsWith('MEMBER')
        ? { ...within, user: userData, group: groupData }
        : directoryData
  const event = parseWorkosEvent(workosEvent(NAMES[kind] ?? '', data, { id, created_at: time(ms) }))
  if (event === null) throw new Error(`${kind} is no event of WorkOS`)
  return event
}

/** A change of a directory that only Scalekit tells of. */
function switched(ms: number, kind: 'DIRECTORY_ENABLED' | 'DIRECTORY_DISABLED'): DirectoryEvent {
  count += 1
  return {
    kind,
    id: `evt_${count}`,
    provider: 'scalekit',
    occurredAt: new Date(NOW_MS + ms),
    organizationKey: organizationKey('scalekit', 'org_1'),
    directoryKey: directoryKey('scalekit', 'org_1', 'dir_1'),
    directory: null,
  }
}

function judge(events: readonly DirectoryEvent[], order = createEventOrder()): EventVerdict[] {
  return events.map(event => order.judge(event, NOW_MS))
}

describe('an event', () => {
  test('that comes again is a duplicate, whatever came in between', () => {
    const first = at(1, 'USER_UPDATED')
    expect(judge([first, first, at(2, 'USER_UPDATED'), first])).toEqual([
      'accepted',
      'duplicate',
      'accepted',
      'duplicate',
    ])
  })

  test('of another provider with the same id is no duplicate', () => {
    const one = switched(1, 'DIRECTORY_ENABLED')
    expect(judge([one, at(1, 'USER_CREATED', { id: one.id })])).toEqual(['accepted', 'accepted'])
  })

  test('that was too late is a duplicate when it comes again', () => {
    const late = at(1, 'USER_UPDATED')
    expect(judge([at(2, 'USER_UPDATED'), late, late])).toEqual(['accepted', 'stale', 'duplicate'])
  })

  test('that is older than what is known of its subject is stale', () => {
    expect(judge([at(2, 'USER_UPDATED'), at(1, 'USER_CREATED')])).toEqual(['accepted', 'stale'])
    expect(judge([at(2, 'GROUP_DELETED'), at(1, 'GROUP_UPDATED')])).toEqual(['accepted', 'stale'])
    expect(judge([at(2, 'MEMBER_REMOVED'), at(1, 'MEMBER_ADDED')])).toEqual(['accepted', 'stale'])
    expect(judge([at(2, 'MEMBER_ADDED'), at(1, 'MEMBER_REMOVED')])).toEqual(['accepted', 'stale'])
    expect(judge([switched(2, 'DIRECTORY_DISABLED'), switched(1, 'DIRECTORY_ENABLED')])).toEqual([
      'accepted',
      'stale',
    ])
  })

  test('does not make anything of another subject stale', () => {
    expect(
      judge([
        at(2, 'USER_UPDATED', { user: '1' }),
        at(1, 'USER_UPDATED', { user: '2' }),
        at(1, 'GROUP_UPDATED'),
        at(1, 'MEMBER_ADDED'),
        at(0, 'MEMBER_ADDED', { group: '2' }),
        at(0, 'DIRECTORY_ACTIVATED'),
      ]),
    ).toEqual(Array(6).fill('accepted'))
  })

  test('that is stale does not take the place of what is known', () => {
    expect(judge([at(3, 'USER_UPDATED'), at(1, 'USER_UPDATED'), at(2, 'USER_UPDATED')])).toEqual([
      'accepted',
      'stale',
      'stale',
    ])
  })

  test('of the same instant is the earlier one when it creates, and the later one when it deletes', () => {
    expect(judge([at(1, 'USER_CREATED'), at(1, 'USER_UPDATED'), at(1, 'USER_DELETED')])).toEqual(
      Array(3).fill('accepted'),
    )
    expect(judge([at(1, 'USER_DELETED'), at(1, 'USER_UPDATED'), at(1, 'USER_CREATED')])).toEqual([
      'accepted',
      'stale',
      'stale',
    ])
  })

  test('of the same instant and kind goes by the time in its record, and is news where that says nothing', () => {
    const updates = (one?: number, other?: number) =>
      judge([
        at(9, 'USER_UPDATED', one === undefined ? {} : { updatedAtMs: one }),
        at(9, 'USER_UPDATED', other === undefined ? {} : { updatedAtMs: other }),
      ])[1]
    expect([updates(1, 2), updates(2, 1), updates(1, 1), updates(), updates(1)]).toEqual([
      'accepted',
      'stale',
      'accepted',
      'accepted',
      'accepted',
    ])
  })

  test('goes by its own time, since a deletion need not move the time in the record', () => {
    expect(
      judge([at(5, 'USER_DELETED', { updatedAtMs: 1 }), at(4, 'USER_UPDATED', { updatedAtMs: 4 })]),
    ).toEqual(['accepted', 'stale'])
  })
})

describe('what was deleted', () => {
  test('takes along, without an event, all that is of it', () => {
    const kinds = ['USER_CREATED', 'USER_UPDATED', 'GROUP_CREATED', 'GROUP_UPDATED', 'MEMBER_ADDED'] as const
    for (const kind of kinds) {
      expect(judge([at(5, 'DIRECTORY_DELETED'), at(4, kind)])).toEqual(['accepted', 'stale'])
    }
    expect(judge([at(5, 'GROUP_DELETED'), at(4, 'MEMBER_ADDED')])).toEqual(['accepted', 'stale'])
    expect(judge([at(5, 'USER_DELETED'), at(4, 'MEMBER_ADDED')])).toEqual(['accepted', 'stale'])
  })

  test('does not silence what went before it, nor what is of something else, nor what came later', () => {
    for (const kind of ['USER_DELETED', 'GROUP_DELETED', 'MEMBER_REMOVED'] as const) {
      expect(judge([at(5, 'DIRECTORY_DELETED'), at(4, kind)])).toEqual(['accepted', 'accepted'])
    }
    const events = [at(4, 'USER_UPDATED', { directory: '2' }), at(6, 'USER_CREATED')]
    expect(judge([at(5, 'DIRECTORY_DELETED'), ...events])).toEqual(Array(3).fill('accepted'))
    expect(judge([at(5, 'GROUP_DELETED'), at(4, 'USER_UPDATED')])).toEqual(Array(2).fill('accepted'))
  })

  test('is alone in that: what was activated silences nothing', () => {
    expect(judge([at(5, 'DIRECTORY_ACTIVATED'), at(4, 'USER_UPDATED')])).toEqual(Array(2).fill('accepted'))
  })
})

describe('in whatever order events come, and however often', () => {
  test('the last accepted one of a subject is the one that happened last', () => {
    const deliveries = fc.array(fc.record({ ms: fc.nat(20), user: fc.constantFrom('1', '2') }), {
      minLength: 1,
      maxLength: 30,
    })
    fc.assert(
      fc.property(deliveries, fc.infiniteStream(fc.nat()), (sent, picks) => {
        const events = sent.map(({ ms, user }) => at(ms, 'USER_UPDATED', { user }))
        const delivered = events.flatMap(event => [
          event,
          ...[...picks.take(1)].map(pick => events[pick % events.length] ?? event),
        ])
        const order = createEventOrder()
        const accepted = delivered.filter(event => order.judge(event, NOW_MS) === 'accepted')
        expect(new Set(accepted.map(({ id }) => id)).size).toBe(accepted.length)
        for (const user of ['directory_user_1', 'directory_user_2']) {
          const isOfUser = (event: DirectoryEvent) =>
            'userUpstreamId' in event && event.userUpstreamId === user
          const times = accepted.filter(isOfUser).map(({ occurredAt }) => occurredAt.getTime())
          expect(times).toEqual(times.toSorted((one, other) => one - other))
          expect(times.at(-1) ?? null).toBe(
            events
              .filter(isOfUser)
              .map(({ occurredAt }) => occurredAt.getTime())
              .toSorted((one, other) => other - one)[0] ?? null,
          )
        }
      }),
    )
  })
})

describe('the record', () => {
  test('forgets what it has not heard of for longest, and nothing else', () => {
    const order = createEventOrder({ maxEvents: 2, maxEntities: 2 })
    const [one, two, three] = ['1', '2', '3'].map(user => at(5, 'USER_UPDATED', { user }))
    const events = [one, two, one, three, one, two].filter(event => event !== undefined)
    expect(judge(events, order)).toEqual([
      'accepted',
      'accepted',
      'duplicate',
      'accepted',
      'duplicate',
      'accepted',
    ])
    expect(judge([at(4, 'USER_UPDATED', { user: '1' })], order)).toEqual(['accepted'])
    expect(judge([at(4, 'USER_UPDATED', { user: '2' })], order)).toEqual(['stale'])
  })

  test('takes a hundred thousand events without growing beyond its size', () => {
    const order = createEventOrder({ maxEvents: 100, maxEntities: 100 })
    const template = at(0, 'USER_UPDATED')
    if (template.kind !== 'USER_UPDATED') throw new Error('this is no update')
    const numbered = (index: number): DirectoryEvent => ({
      ...template,
      id: `event_n${index}`,
      userUpstreamId: `directory_user_${index}`,
      userKey: memberKey(directoryKey('workos', 'org_1', 'directory_1'), `directory_user_${index}`),
    })
    for (let index = 0; index < 100_000; index += 1) order.judge(numbered(index), NOW_MS)
    expect(order.judge(numbered(99_900), NOW_MS)).toBe('duplicate')
    expect(order.judge(numbered(99_899), NOW_MS)).toBe('accepted')
  })

  test('does not let one event from far in the future silence all that come after it', () => {
    const order = createEventOrder()
    const tenYears = 10 * 365 * 24 * 3_600_000
    expect(order.judge(switched(tenYears, 'DIRECTORY_DISABLED'), NOW_MS)).toBe('accepted')
    expect(order.judge(switched(0, 'DIRECTORY_ENABLED'), NOW_MS)).toBe('stale')
    const anHour = 3_600_000
    expect(order.judge(switched(anHour, 'DIRECTORY_ENABLED'), NOW_MS + anHour)).toBe('accepted')
  })
})
