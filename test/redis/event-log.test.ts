import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { EventLogUnavailableError, type RecentEvent } from '../../src/events/event-log.ts'
import { isLeftOut } from '../support/left-out.ts'
import { whyNoRedis } from '../support/redis.ts'
import { type Engine, type Engines, isUp, startEngines } from './start-engines.ts'

const WHAT = 'the log of events in Redis'

describe.skipIf(isLeftOut(WHAT, whyNoRedis()))(WHAT, () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  let engines: Engines
  /** What happened at all replicas, in its order: `<replica> <what> <event>`. */
  let happened: string[]

  beforeAll(() => void process.on('unhandledRejection', note))
  afterAll(() => void process.off('unhandledRejection', note))
  beforeEach(async () => {
    engines = await startEngines()
    happened = []
  })
  afterEach(async () => {
    await engines.stop()
    expect(unhandled).toEqual([])
  })

  interface Follower extends Engine {
    readonly recent: readonly RecentEvent[]
  }

  /** A replica that takes so long to apply an event. */
  async function follow(name: string, applyMs = 0): Promise<Follower> {
    const engine = await engines.start()
    const { recent } = await engine.eventLog.follow({
      async apply({ body }) {
        await sleep(applyMs)
        happened.push(`${name} applied ${body}`)
      },
      deliver: ({ body }) => void happened.push(`${name} delivered ${body}`),
      lost: () => void happened.push(`${name} lost`),
      regained: gap => void happened.push(`${name} regained ${gap}`),
    })
    return { ...engine, recent }
  }

  const of = (name: string) => happened.filter(line => line.startsWith(name))
  const has = (...lines: string[]) =>
    expect.poll(() => happened, { timeout: 8_000, interval: 5 }).toEqual(expect.arrayContaining(lines))
  const append = ({ eventLog }: Engine, name: string) => eventLog.append('workos', name, name)

  test('hands an event on to every replica, once, however often and wherever it comes in', async () => {
    const one = await follow('one')
    const other = await follow('other')
    expect(await append(one, 'e1')).toBe(true)
    expect(await append(other, 'e1')).toBe(false)
    expect(await append(other, 'e2')).toBe(true)
    await has('one delivered e2', 'other delivered e2')
    for (const name of ['one', 'other']) {
      expect(of(name).filter(line => line.includes('delivered'))).toEqual([
        `${name} delivered e1`,
        `${name} delivered e2`,
      ])
    }
  })

  test('knows no event again that it could not keep', async () => {
    const one = await engines.start()
    const events = one.keyspace('events')
    await one.redis.run(client => client.set(events, 'no stream'))
    await expect(append(one, 'e1')).rejects.toThrow(EventLogUnavailableError)
    await one.redis.run(client => client.del(events))
    expect(await append(one, 'e1')).toBe(true)
    expect(await append(one, 'e1')).toBe(false)
  })

  test('keeps people’s data for some days after the last event, and no longer', async () => {
    const one = await follow('one')
    await append(one, 'e1')
    const leftMs = await one.redis.run(client => client.pttl(one.keyspace('events')))
    expect(leftMs / 86_400_000).toBeCloseTo(4, 1)
  })

  test('lets nobody hear of an event before every replica has applied it', async () => {
    const one = await follow('one')
    await follow('other', 120)
    await append(one, 'e1')
    await append(one, 'e2')
    await has('one delivered e2', 'other delivered e2')
    for (const event of ['e1', 'e2']) {
      const applied = happened.indexOf(`other applied ${event}`)
      expect(happened.indexOf(`one delivered ${event}`)).toBeGreaterThan(applied)
      expect(happened.indexOf(`other delivered ${event}`)).toBeGreaterThan(applied)
    }
  })

  test('applies at once what comes at once, and delivers it in its order', async () => {
    const one = await engines.start()
    const applying = new Set<unknown>()
    let most = 0
    await one.eventLog.follow({
      async apply({ body }) {
        applying.add(body)
        most = Math.max(most, applying.size)
        await sleep(body === 'e2' ? 60 : 20)
        applying.delete(body)
      },
      deliver: ({ body }) => void happened.push(`one delivered ${body}`),
      lost: () => {},
      regained: () => {},
    })
    const names = ['e1', 'e2', 'e3', 'e4', 'e5']
    await Promise.all(names.map(name => append(one, name)))
    await has('one delivered e5')
    expect(happened).toEqual(names.map(name => `one delivered ${name}`))
    expect(most).toBeGreaterThan(1)
  })

  test('does not wait for ever for a replica that says nothing', async () => {
    const one = await follow('one')
    await follow('other', 800)
    const beganMs = performance.now()
    await append(one, 'e1')
    await has('one delivered e1')
    expect(happened).not.toContain('other applied e1')
    expect(performance.now() - beganMs).toBeGreaterThan(400)
  })

  test('does not wait at all for a replica that is known to have gone', async () => {
    const one = await follow('one')
    const other = await follow('other')
    await append(one, 'e1')
    await has('one delivered e1', 'other delivered e1')
    await other.stop()
    await expect.poll(() => one.replicas.others(), { timeout: 3_000, interval: 5 }).toEqual([])
    await append(one, 'e2')
    await has('one applied e2')
    await sleep(50)
    expect(happened).toContain('one delivered e2')
  })

  test('tells who begins of the last events, to be delivered only', async () => {
    const one = await follow('one')
    for (const event of ['e1', 'e2', 'e3']) await append(one, event)
    await has('one delivered e3')
    const other = await follow('other')
    expect(other.recent.map(({ body }) => body)).toEqual(['e1', 'e2', 'e3'])
    expect(other.recent[0]).toMatchObject({
      provider: 'workos',
      receivedAtMs: expect.any(Number),
      place: expect.stringMatching(/^[0-9A-Za-z-]{1,64}$/),
    })
    expect(other.recent.map(({ isApplied }) => isApplied)).toEqual([true, true, true])
    await append(one, 'e4')
    await has('other delivered e4')
    expect(of('other')).toEqual(['other applied e4', 'other delivered e4'])
  })

  test('tells who begins which of the last events no replica has applied', async () => {
    const one = await follow('one')
    await append(one, 'e1')
    await has('one delivered e1')
    await one.stop()
    const appending = await engines.start()
    await append(appending, 'e2')
    const { recent } = await follow('other')
    expect(recent.map(({ body, isApplied }) => [body, isApplied])).toEqual([
      ['e1', true],
      ['e2', false],
    ])
  })

  test('notices soon that nothing comes, and catches up with what was missed, in order, before it says that it has regained', async () => {
    const one = await follow('one')
    const other = await follow('other')
    other.proxy.delayMs = Number.POSITIVE_INFINITY
    const beganMs = performance.now()
    await has('other lost')
    expect(performance.now() - beganMs).toBeLessThan(2_000)
    for (const event of ['e1', 'e2', 'e3']) await append(one, event)
    other.proxy.delayMs = 0
    await has('other regained false')
    expect(of('other').filter(line => !line.includes('delivered'))).toEqual([
      'other lost',
      'other applied e1',
      'other applied e2',
      'other applied e3',
      'other regained false',
    ])
    await has('other delivered e3')
  })

  test('says so where what was missed is not there any more', async () => {
    const one = await follow('one')
    const other = await follow('other')
    await append(one, 'e1')
    await has('other delivered e1')
    other.proxy.delayMs = Number.POSITIVE_INFINITY
    await has('other lost')
    await append(one, 'e2')
    await append(one, 'e3')
    await one.redis.run(client => client.xtrim(one.keyspace('events'), 'MAXLEN', 1))
    other.proxy.delayMs = 0
    await has('other regained true', 'other delivered e3')
    expect(happened).not.toContain('other applied e2')
    expect(of('other').filter(line => line.includes('e1'))).toHaveLength(2)
  })

  test('says so where it was so slow that events went before it had read them', async () => {
    const one = await engines.start()
    const isHeld = Promise.withResolvers<void>()
    await one.eventLog.follow({
      async apply({ body }) {
        await isHeld.promise
        happened.push(`one applied ${body}`)
      },
      deliver: () => {},
      lost: () => void happened.push('one lost'),
      regained: gap => void happened.push(`one regained ${gap}`),
    })
    for (let count = 1; count <= 400; count += 1) await append(one, `e${count}`)
    await one.redis.run(client => client.xtrim(one.keyspace('events'), 'MAXLEN', 150))
    isHeld.resolve()
    await has('one lost', 'one regained true', 'one applied e400')
    expect(happened).not.toContain('one applied e250')
  })

  test('tells every replica of a gap that somebody leaves, and who begins of nothing before it', async () => {
    const one = await follow('one')
    const other = await follow('other')
    await append(one, 'e1')
    await has('one delivered e1', 'other delivered e1')
    await other.eventLog.breakOff()
    await has('one regained true', 'other regained true')
    await append(one, 'e2')
    await has('one delivered e2', 'other delivered e2')
    expect((await follow('late')).recent.map(({ body }) => body)).toEqual(['e2'])
    engines.redis.pause()
    await expect(one.eventLog.breakOff()).rejects.toThrow(EventLogUnavailableError)
    engines.redis.resume()
  })

  describe('in a Redis that has forgotten everything', () => {
    const restart = async () => {
      await engines.redis.kill()
      await engines.redis.start()
    }

    test('goes on where it was, and whoever begins finds the same events at the same places', async () => {
      const one = await follow('one')
      const other = await follow('other')
      for (const event of ['e1', 'e2']) await append(one, event)
      await has('one delivered e2', 'other delivered e2')
      const before = (await follow('late')).recent
      await restart()
      await has('one regained false', 'other regained false')
      await isUp(other, true)
      await append(other, 'e3')
      await has('one delivered e3', 'other delivered e3')
      for (const name of ['one', 'other']) {
        expect(of(name).filter(line => line.includes('delivered'))).toEqual(
          ['e1', 'e2', 'e3'].map(event => `${name} delivered ${event}`),
        )
      }
      const after = (await follow('later')).recent
      expect(after.map(({ body }) => body)).toEqual(['e1', 'e2', 'e3'])
      expect(after.slice(0, 2).map(({ place }) => place)).toEqual(before.map(({ place }) => place))
    })

    test('gives those who had not read them the events that others had', async () => {
      const one = await follow('one')
      const other = await follow('other')
      await append(one, 'e1')
      await has('other delivered e1')
      other.proxy.delayMs = Number.POSITIVE_INFINITY
      await has('other lost')
      for (const event of ['e2', 'e3']) await append(one, event)
      await has('one delivered e3')
      await restart()
      await has('one regained false')
      other.proxy.delayMs = 0
      await has('other regained false', 'other delivered e3')
      expect(of('other').filter(line => line.includes('delivered'))).toHaveLength(3)
    })

    test('gives it what it had taken and nobody had read', async () => {
      const one = await follow('one')
      await append(one, 'e1')
      await has('one delivered e1')
      await one.redis.run(async client => {
        const list = `${await client.client('LIST')}`
        const reading = [...list.matchAll(/^id=(\d+) .*cmd=xread/gm)].map(([, id = '']) => id)
        await Promise.all(reading.map(id => client.client('KILL', 'ID', id)))
      })
      await append(one, 'e2')
      await one.redis.run(client => client.flushall())
      await has('one regained false', 'one delivered e2')
    })

    test('keeps what comes in before any replica has seen that it is empty after what was there', async () => {
      const one = await follow('one')
      await follow('other')
      await append(one, 'e1')
      await has('one delivered e1', 'other delivered e1')
      await one.redis.run(client => client.flushall())
      expect(await append(one, 'e2')).toBe(true)
      await has('one delivered e2', 'other delivered e2')
      expect((await follow('late')).recent.map(({ body }) => body)).toEqual(['e1', 'e2'])
    })

    test('takes back the last event that it lacks, though something newer is there, and every event is told once', async () => {
      const one = await follow('one')
      const other = await follow('other')
      for (const event of ['e1', 'e2']) await append(one, event)
      await has('one delivered e2', 'other delivered e2')
      const key = one.keyspace('events')
      const disconnectReaders = () =>
        one.redis.run(async client => {
          const list = `${await client.client('LIST')}`
          const reading = [...list.matchAll(/^id=(\d+) .*cmd=xread/gm)].map(([, id = '']) => id)
          await Promise.all(reading.map(id => client.client('KILL', 'ID', id)))
        })
      await one.redis.run(async client => {
        const [last] = await client.xrevrange(key, '+', '-', 'COUNT', 1)
        await client.xdel(key, last?.[0] ?? '')
      })
      await disconnectReaders()
      await append(other, 'e3')
      await has('one delivered e3', 'other delivered e3', 'one regained false', 'other regained false')
      const tell = async () => (await follow('late')).recent.map(({ body }) => body).toSorted()
      expect(await tell()).toEqual(['e1', 'e2', 'e3'])
      await disconnectReaders()
      await append(one, 'e4')
      await has('one delivered e4', 'other delivered e4')
      expect(await tell()).toEqual(['e1', 'e2', 'e3', 'e4'])
      for (const name of ['one', 'other']) {
        expect(of(name).filter(line => line.includes('delivered'))).toEqual(
          ['e1', 'e2', 'e3', 'e4'].map(event => `${name} delivered ${event}`),
        )
      }
    })

    test('says that something may be missing where it had read nothing of what was given back', async () => {
      const one = await follow('one')
      const other = await follow('other')
      await append(one, 'e1')
      await has('one delivered e1', 'other delivered e1')
      one.proxy.delayMs = Number.POSITIVE_INFINITY
      other.proxy.delayMs = Number.POSITIVE_INFINITY
      await restart()
      // Somebody new, who knows nothing of before, comes first.
      await follow('new')
      Object.assign(one.proxy, { delayMs: 0 })
      Object.assign(other.proxy, { delayMs: 0 })
      await has('other regained true')
      await has('one regained true')
      await isUp(one, true)
      await append(one, 'e2')
      await has('one delivered e2', 'other delivered e2')
    })
  })

  test('knows the events of one provider again however much another one tells', async () => {
    const one = await engines.start()
    await append(one, 'e1')
    await one.eventLog.append('scalekit', 'e1', 'e1')
    const client = new Redis(engines.redis.url)
    onTestFinished(() => client.disconnect())
    for (let from = 0; from < 100_000; from += 5_000) {
      const fill = `for id = ARGV[1], ARGV[1] + 4999 do redis.call('ZADD', KEYS[1], 9999999999, 'id' .. id) end`
      await client.eval(fill, 1, one.keyspace('known', 'scalekit'), from)
    }
    await isUp(one, true)
    await one.eventLog.append('scalekit', 'e2', 'e2')
    expect(await append(one, 'e1')).toBe(false)
    expect(await one.eventLog.append('scalekit', 'e1', 'e1')).toBe(true)
  })

  test('refuses what it can not keep, in time, and takes it when it comes again', async () => {
    const one = await follow('one')
    engines.redis.pause()
    const beganMs = performance.now()
    await expect(append(one, 'e1')).rejects.toThrow(EventLogUnavailableError)
    expect(performance.now() - beganMs).toBeLessThan(250)
    await has('one lost')
    engines.redis.resume()
    await has('one regained false')
    await isUp(one, true)
    await append(one, 'e1')
    await has('one delivered e1')
    expect(of('one').filter(line => line.includes('delivered'))).toHaveLength(1)
  })

  test('is followed from when Redis is there, where it was not at the beginning', async () => {
    const one = await follow('one')
    await append(one, 'e1')
    const late = await engines.start()
    late.proxy.delayMs = Number.POSITIVE_INFINITY
    await isUp(late, false)
    const following = late.eventLog.follow({
      apply: async ({ body }) => void happened.push(`late applied ${body}`),
      deliver: ({ body }) => void happened.push(`late delivered ${body}`),
      lost: () => void happened.push('late lost'),
      regained: gap => void happened.push(`late regained ${gap}`),
    })
    await has('late lost')
    late.proxy.delayMs = 0
    expect((await following).recent.map(({ body }) => body)).toEqual(['e1'])
    await append(one, 'e2')
    await has('late delivered e2')
    expect(of('late')).toEqual(['late lost', 'late regained true', 'late applied e2', 'late delivered e2'])
  })

  test('has one poller, and whoever polls next goes on where it was', async () => {
    const [one, other] = [await engines.start(), await engines.start()]
    expect([await one.pollState.lead(), await other.pollState.lead(), await one.pollState.lead()]).toEqual([
      true,
      false,
      true,
    ])
    expect(await other.pollState.load()).toBe(null)
    await one.pollState.store('here')
    await other.pollState.store('not here')
    expect(await other.pollState.load()).toBe('here')
    await one.redis.run(client => client.del(one.keyspace('poller')))
    expect([await other.pollState.lead(), await one.pollState.lead()]).toEqual([true, false])
    engines.redis.pause()
    await expect(one.pollState.lead()).rejects.toThrow(EventLogUnavailableError)
    engines.redis.resume()
  })
})
