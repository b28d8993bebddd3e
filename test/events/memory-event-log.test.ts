import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { type EventFollower, EventLogUnavailableError, type LoggedEvent } from '../../src/events/event-log.ts'
import { createMemoryEventLog } from '../../src/events/memory-event-log.ts'

/** Somebody who follows, and what was done in which order. */
function createFollower(applyMs: number | null = null) {
  const done: string[] = []
  const delivered: LoggedEvent[] = []
  const follower: EventFollower = {
    async apply({ body }) {
      done.push(`apply ${body}`)
      if (applyMs !== null) await wait(applyMs)
      done.push(`applied ${body}`)
    },
    deliver(event) {
      done.push(`deliver ${event.body}`)
      delivered.push(event)
    },
    lost: () => void done.push('lost'),
    regained: isGap => void done.push(`regained ${isGap}`),
  }
  return { follower, done, delivered }
}

describe('the log of one process', () => {
  test('hands each event on when the one before it has been applied, and tells of it after that', async () => {
    const log = createMemoryEventLog()
    const { follower, done } = createFollower(5)
    await log.follow(follower)
    await Promise.all(['one', 'two'].map(id => log.append('workos', id, id)))
    await log.stop()
    expect(done).toEqual([
      'apply one',
      'applied one',
      'deliver one',
      'apply two',
      'applied two',
      'deliver two',
    ])
  })

  test('says of an event that it is there before anything is done about it', async () => {
    const log = createMemoryEventLog()
    const { follower, done } = createFollower(50)
    await log.follow(follower)
    expect(await log.append('workos', 'one', 'one')).toBe(true)
    expect(done).not.toContain('applied one')
    await log.stop()
  })

  test('takes each event of a provider once', async () => {
    const log = createMemoryEventLog()
    const { follower, delivered } = createFollower()
    await log.follow(follower)
    const taken = [
      await log.append('workos', 'one', 1),
      await log.append('workos', 'one', 1),
      await log.append('scalekit', 'one', 1),
    ]
    await log.stop()
    expect(taken).toEqual([true, false, true])
    expect(delivered.map(({ provider }) => provider)).toEqual(['workos', 'scalekit'])
  })

  test('tells of a gap after what was added before it, and shows whoever comes later nothing of that', async () => {
    const log = createMemoryEventLog()
    const { follower, done } = createFollower()
    await log.follow(follower)
    await log.append('workos', 'one', 'one')
    await log.breakOff()
    await log.append('workos', 'two', 'two')
    expect((await log.follow(createFollower().follower)).recent.map(({ body }) => body)).toEqual(['two'])
    await log.stop()
    expect(done.filter(line => !line.startsWith('appl'))).toEqual([
      'deliver one',
      'lost',
      'regained true',
      'deliver two',
    ])
    await expect(log.breakOff()).rejects.toThrow(EventLogUnavailableError)
  })

  test('knows the ids of the last events of each provider only', async () => {
    const log = createMemoryEventLog({ maxIds: 2 })
    await log.append('scalekit', 'one', 1)
    for (const id of ['one', 'two', 'three']) await log.append('workos', id, id)
    expect(await log.append('scalekit', 'one', 1)).toBe(false)
    expect(await log.append('workos', 'three', 3)).toBe(false)
    expect(await log.append('workos', 'one', 1)).toBe(true)
  })

  test('gives places that ascend, of one moment and when the clock is set back', async () => {
    const log = createMemoryEventLog()
    const { follower, delivered } = createFollower()
    await log.follow(follower)
    const clock = vi.spyOn(Date, 'now')
    for (const [index, nowMs] of [1_000, 1_000, 900, 2_000].entries()) {
      clock.mockReturnValue(nowMs)
      await log.append('workos', `${index}`, index)
    }
    clock.mockRestore()
    await log.stop()
    expect(delivered.map(({ place }) => place)).toEqual(['1000-0', '1000-1', '1000-2', '2000-0'])
    expect(delivered.map(({ receivedAtMs }) => receivedAtMs)).toEqual([1_000, 1_000, 900, 2_000])
  })

  test('shows whoever comes later the last events, so many and so much of them', async () => {
    const log = createMemoryEventLog({ maxRecent: 2 })
    for (const id of ['one', 'two', 'three']) await log.append('workos', id, id)
    const { follower, done } = createFollower()
    expect((await log.follow(follower)).recent.map(({ body }) => body)).toEqual(['two', 'three'])
    expect(done).toEqual([])

    const small = createMemoryEventLog({ maxCharacters: 50 })
    for (const id of ['one', 'two', 'three']) {
      await small.append('workos', id, `${id}${'x'.repeat(20)}`)
      await nextTurn()
    }
    expect((await small.follow(createFollower().follower)).recent).toHaveLength(1)
  })

  test('refuses what it has no room for, and takes it when it comes again', async () => {
    const log = createMemoryEventLog({ maxWaiting: 1 })
    const { follower, delivered } = createFollower(20)
    await log.follow(follower)
    await log.append('workos', 'one', 'one')
    await expect(log.append('workos', 'two', 'two')).rejects.toThrow(EventLogUnavailableError)
    await vi.waitFor(async () => expect(await log.append('workos', 'two', 'two')).toBe(true))
    await log.stop()
    expect(delivered.map(({ body }) => body)).toEqual(['one', 'two'])
  })

  test('refuses what is too large for all of its room', async () => {
    const log = createMemoryEventLog({ maxCharacters: 50 })
    await expect(log.append('workos', 'one', 'x'.repeat(60))).rejects.toThrow(EventLogUnavailableError)
  })

  test('takes nothing more once it has stopped, and finishes what it has taken', async () => {
    const log = createMemoryEventLog()
    const { follower, delivered } = createFollower(20)
    await log.follow(follower)
    await log.append('workos', 'one', 'one')
    await log.stop()
    expect(delivered).toHaveLength(1)
    await expect(log.append('workos', 'two', 'two')).rejects.toThrow(EventLogUnavailableError)
  })
})
