import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  isLease,
  type Lease,
  type SharedAnswer,
  type SharedAnswers,
} from '../../src/upstream/shared-answers.ts'
import { isLeftOut } from '../support/left-out.ts'
import { whyNoRedis } from '../support/redis.ts'
import { type Engine, type Engines, isUp, startEngines } from './start-engines.ts'

const WHAT = 'answers in Redis'
const TTL_MS = 30_000
const ANSWER = { status: 200, body: { data: [{ id: 'a' }] }, text: '{"data":[{"id":"a"}]}' }

// On a machine that is busy enough a replica finds Redis too slow to wait for, and rightly goes on without it.
describe.skipIf(isLeftOut(WHAT, whyNoRedis()))(WHAT, { retry: 2 }, () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  let engines: Engines
  let told: string[]

  beforeAll(() => void process.on('unhandledRejection', note))
  afterAll(() => void process.off('unhandledRejection', note))
  beforeEach(async () => {
    engines = await startEngines()
    told = []
  })
  afterEach(async () => {
    await engines.stop()
    expect(unhandled).toEqual([])
  })

  interface Replica extends SharedAnswers {
    readonly engine: Engine
  }

  /** A replica; what it is told goes into `told`. */
  async function start(name = ''): Promise<Replica> {
    const engine = await engines.start()
    const answers = engine.shareAnswers?.('workos')
    if (answers === undefined) throw new Error('nothing is shared')
    const hear = (what: string) => void told.push(`${name} ${what}`)
    answers.follow({
      dropped: tags => hear(`dropped ${tags.join(' ')}`),
      forgot: key => hear(`forgot ${key}`),
      forgotAll: () => hear('forgot all'),
      lost: () => hear('lost'),
      regained: isGap => hear(`regained ${isGap}`),
    })
    await expect.poll(() => told, { interval: 5 }).toContain(`${name} regained true`)
    return { ...answers, engine }
  }

  const find = (replica: Replica, key = 'key', maxAgeMs = TTL_MS, signal = new AbortController().signal) =>
    replica.find(key, maxAgeMs, signal)

  async function lease(replica: Replica, key?: string): Promise<Lease> {
    const found = await find(replica, key)
    if (!isLease(found)) throw new Error('somebody has it already')
    return found
  }

  async function kept(replica: Replica, key?: string): Promise<SharedAnswer | null> {
    const found = await find(replica, key)
    if (!isLease(found)) return found
    found.release()
    return null
  }

  /** Nothing that it says arrives any more. */
  function cut({ engine: { proxy } }: Replica): void {
    proxy.delayMs = Number.POSITIVE_INFINITY
    proxy.break()
  }

  test('are found by other replicas as they were kept, with their age', async () => {
    const [one, other] = [await start('one'), await start('other')]
    ;(await lease(one)).keep(ANSWER, ['a'])
    await sleep(300)
    expect(await kept(other)).toEqual({ answer: ANSWER, ageMs: expect.any(Number), isAwaited: false })
    const { ageMs } = (await kept(other)) as SharedAnswer
    expect(ageMs).toBeGreaterThanOrEqual(299)
    expect(ageMs).toBeLessThan(2_000)
    expect(isLease(await find(other, 'key', 200))).toBe(true)
    expect(await other.stale('key')).toMatchObject({ answer: ANSWER })
    expect(await other.stale('another')).toBe(null)
  })

  test('without a body are found without one', async () => {
    const one = await start()
    ;(await lease(one)).keep({ status: 202, body: undefined, text: '' }, [])
    expect((await kept(one))?.answer).toEqual({ status: 202, body: undefined, text: '' })
  })

  test('go with all that replicas tell each other of them and of events, some days after the last word', async () => {
    const one = await start('one')
    const { redis, keyspace, eventLog } = one.engine
    const streams = ['told', 'told:applied', 'events', 'events:applied'].map(name => keyspace(name))
    const daysLeft = async () => {
      const left = await redis.run(client => Promise.all(streams.map(stream => client.ttl(stream))))
      return left.map(seconds => (seconds === -1 ? 'for ever' : Math.round(seconds / 86_400)))
    }
    const persist = () => redis.run(client => Promise.all(streams.map(stream => client.persist(stream))))
    await eventLog.follow({ apply: async () => {}, deliver() {}, lost() {}, regained() {} })
    await expect.poll(daysLeft, { interval: 5, timeout: 2_000 }).toEqual([4, 4, 4, 4])
    await persist()
    await one.dropEverywhere(['a'])
    await expect.poll(daysLeft, { interval: 5, timeout: 2_000 }).toEqual([4, 4, 'for ever', 'for ever'])
    ;(await lease(one)).keep(ANSWER, ['b'])
    await persist()
    one.forget('key')
    await expect.poll(async () => (await daysLeft())[0], { interval: 5, timeout: 2_000 }).toBe(4)
  })

  test('end with exactly the tags that are dropped', async () => {
    const [one, other] = [await start('one'), await start('other')]
    ;(await lease(one, 'first')).keep(ANSWER, ['a', 'b'])
    ;(await lease(one, 'second')).keep(ANSWER, ['b', 'c'])
    ;(await lease(one, 'third')).keep(ANSWER, [])
    await other.drop(['c'])
    expect(await Promise.all(['first', 'second', 'third'].map(key => kept(one, key)))).toEqual([
      expect.any(Object),
      null,
      expect.any(Object),
    ])
    await other.forgetAll()
    expect(await Promise.all(['first', 'third'].map(key => kept(one, key)))).toEqual([null, null])
    ;(await lease(one, 'first')).keep(ANSWER, ['a', 'b'])
    expect(await kept(other, 'first')).not.toBe(null)
  })

  test('that were asked for before a drop of theirs are not kept after it, and all others are', async () => {
    const [one, other] = [await start('one'), await start('other')]
    const [early, unrelated] = [await lease(one, 'early'), await lease(one, 'unrelated')]
    await other.drop(['a'])
    early.keep(ANSWER, ['a'])
    unrelated.keep(ANSWER, ['b'])
    const { redis, keyspace } = other.engine
    await expect
      .poll(() => redis.run(client => client.exists(keyspace('answer', 'workos', 'unrelated'))))
      .toBe(1)
    expect(await redis.run(client => client.exists(keyspace('answer', 'workos', 'early')))).toBe(0)
    expect([await kept(other, 'early'), await kept(other, 'unrelated')]).toEqual([null, expect.any(Object)])
  })

  test('are not replaced by one that somebody brings who has been given up meanwhile', async () => {
    const [one, other] = [await start('one'), await start('other')]
    const early = await lease(one)
    const { redis, keyspace } = one.engine
    await redis.run(client => client.del(keyspace('asking', 'workos', 'key')))
    ;(await lease(other)).keep({ ...ANSWER, text: '"newer"' }, ['a'])
    expect((await kept(other))?.answer.body).toBe('newer')
    early.keep({ ...ANSWER, text: '"older"' }, ['a'])
    expect((await kept(one))?.answer.body).toBe('newer')
  })

  test('are gone where the record of what was dropped is lost, as where Redis has evicted it', async () => {
    const one = await start()
    const { redis, keyspace } = one.engine
    ;(await lease(one, 'first')).keep(ANSWER, ['a'])
    expect(await kept(one, 'first')).not.toBe(null)
    const early = await lease(one, 'second')
    await redis.run(client => client.del(keyspace('drops', 'workos')))
    early.keep(ANSWER, ['a'])
    expect([await kept(one, 'first'), await kept(one, 'second')]).toEqual([null, null])
  })

  test('end where more was dropped since than is remembered', async () => {
    const one = await start()
    ;(await lease(one)).keep(ANSWER, ['a'])
    const tags = Array.from({ length: 20_001 }, (_, index) => `tag ${index}`)
    for (let from = 0; from < tags.length; from += 500) await one.drop(tags.slice(from, from + 500))
    expect(await kept(one)).toBe(null)
    const { redis, keyspace } = one.engine
    expect(await redis.run(client => client.zcard(keyspace('drops', 'workos')))).toBeLessThanOrEqual(20_001)
  })

  test('leave nothing in Redis that does not end by itself, and nothing to be read from a key', async () => {
    const one = await start()
    ;(await lease(one, 'hash')).keep(ANSWER, ['somebody@example.com'])
    await lease(one, 'other-hash')
    await one.drop(['somebody@example.com'])
    const { redis } = one.engine
    const keys = await redis.run(client => client.keys('*'))
    expect(keys.filter(key => /somebody|example|a key/.test(key))).toEqual([])
    const lives = await Promise.all(
      keys.map(
        async key => [key.replace(/^.*\}:/, ''), await redis.run(client => client.pttl(key))] as const,
      ),
    )
    expect(lives.filter(([, life]) => life < 0)).toEqual([])
  })

  test('tell all other replicas what was changed, before whoever changed it goes on', async () => {
    const [one, other] = [await start('one'), await start('other'), await start('third')]
    other.engine.proxy.delayMs = 25
    await one.dropEverywhere(['a', 'b'])
    expect(told).toEqual(expect.arrayContaining(['other dropped a b', 'third dropped a b']))
    other.engine.proxy.delayMs = 0
    await one.drop(['c'])
    one.forget('key')
    ;(await lease(one)).keep(ANSWER, [])
    one.forget('key')
    await expect.poll(() => told).toContain('other forgot key')
    expect(told.filter(line => /dropped c|forgot key/.test(line)).toSorted()).toEqual([
      'other forgot key',
      'third forgot key',
    ])
  })

  test('are forgotten where somebody tells something that is not understood', async () => {
    const one = await start('one')
    const { redis, keyspace } = one.engine
    for (const text of ['{', '{"provider":"workos","changed":["a"]}']) {
      await redis.run(client => client.xadd(keyspace('told'), '*', 'told', text))
    }
    await expect.poll(() => told.slice(-2)).toEqual(['one forgot all', 'one forgot all'])
  })

  describe('that nobody has yet', () => {
    test('are asked for by one; the others wait for it', async () => {
      const [one, other, third] = [await start('one'), await start('other'), await start('third')]
      const first = await lease(one)
      const waiting = Promise.all([find(other), find(third)])
      await sleep(50)
      first.keep(ANSWER, ['a'])
      expect(await waiting).toMatchObject([
        { answer: ANSWER, isAwaited: true },
        { answer: ANSWER, isAwaited: true },
      ])
    })

    test('are asked for by one of the others where it fails, by one after the other', async () => {
      const all = [await start('one'), await start('other'), await start('third')] as const
      const first = await lease(all[0])
      const waiting = [find(all[1]), find(all[2])]
      first.release()
      const next = await Promise.race(waiting)
      if (!isLease(next)) throw new Error('nobody had it')
      await sleep(80)
      next.keep(ANSWER, [])
      expect((await Promise.all(waiting)).filter(found => !isLease(found))).toMatchObject([
        { isAwaited: true },
      ])
    })

    test('are asked for by all of the others where they can not be shared', async () => {
      const all = [await start('one'), await start('other'), await start('third')] as const
      for (const end of [
        (one: Lease) => one.renounce(),
        (one: Lease) => one.keep({ ...ANSWER, text: JSON.stringify('x'.repeat(300_000)) }, []),
      ]) {
        const first = await lease(all[0], String(end))
        const waiting = Promise.all([find(all[1], String(end)), find(all[2], String(end))])
        await sleep(20)
        end(first)
        expect((await waiting).map(isLease)).toEqual([true, true])
      }
    })

    test('are waited for as long as somebody asks, and hardly longer than a second where that one has died', async () => {
      const [one, other] = [await start('one'), await start('other')]
      await lease(one)
      const waiting = find(other)
      await expect(Promise.race([waiting, sleep(1_400)])).resolves.toBe(undefined)
      cut(one)
      const beganMs = performance.now()
      expect(isLease(await waiting)).toBe(true)
      expect(performance.now() - beganMs).toBeLessThan(1_500)
    })

    test('are waited for no longer than whoever waits is there', async () => {
      const [one, other] = [await start('one'), await start('other')]
      await lease(one)
      await expect(find(other, 'key', TTL_MS, AbortSignal.timeout(60))).rejects.toThrow()
    })
  })

  describe('while Redis is away', () => {
    test('are asked for by everybody, and nobody waits', async () => {
      const [one, other] = [await start('one'), await start('other')]
      await lease(one)
      const waiting = find(other)
      engines.redis.pause()
      expect(isLease(await waiting)).toBe(true)
      for (const replica of [one, other]) expect(isLease(await find(replica))).toBe(true)
      expect(await one.stale('key')).toBe(null)
      engines.redis.resume()
    })

    test('are not believed any more when it is back, though they are still there', async () => {
      const [one, other] = [await start('one'), await start('other')]
      ;(await lease(one)).keep(ANSWER, ['a'])
      expect(await kept(other)).not.toBe(null)
      engines.redis.pause()
      await isUp(one.engine, false)
      await isUp(other.engine, false)
      engines.redis.resume()
      await isUp(other.engine, true)
      expect(await kept(other)).toBe(null)
      const keepAgain = async () => {
        ;(await lease(other, 'another')).keep(ANSWER, ['a'])
        return kept(other, 'another')
      }
      await expect.poll(keepAgain).not.toBe(null)
      expect(await kept(other)).toBe(null)
    })

    test('are dropped when it is back, and those who share them are told', async () => {
      const [one, other] = [await start('one'), await start('other')]
      cut(one)
      await isUp(one.engine, false)
      await one.dropEverywhere(['a'])
      ;(await lease(other)).keep(ANSWER, ['a'])
      expect(await kept(other)).not.toBe(null)
      one.engine.proxy.delayMs = 0
      one.engine.proxy.break()
      await expect.poll(() => told, { timeout: 8_000, interval: 5 }).toContain('other dropped a')
      expect(await kept(other)).toBe(null)
    })

    test('are dropped again where nobody has said that they were', async () => {
      const [one] = [await start('one'), await start('other')]
      const dropped = () => told.filter(line => line === 'other dropped a').length
      one.engine.proxy.delayMs = Number.POSITIVE_INFINITY
      await one.dropEverywhere(['a'])
      await expect.poll(dropped).toBe(1)
      one.engine.proxy.delayMs = 0
      one.engine.proxy.break()
      await expect.poll(dropped, { timeout: 8_000 }).toBe(2)
    })

    test('are believed again once it takes what it has refused, as where it was full', async () => {
      const one = await start()
      const { redis } = one.engine
      ;(await lease(one)).keep(ANSWER, ['a'])
      await redis.run(client => client.config('SET', 'maxmemory', '1', 'maxmemory-policy', 'noeviction'))
      await one.drop(['a'])
      expect(await kept(one)).toBe(null)
      await redis.run(client => client.config('SET', 'maxmemory', '0'))
      const keepAgain = async () => {
        ;(await lease(one, 'another')).keep(ANSWER, ['b'])
        return kept(one, 'another')
      }
      await expect.poll(keepAgain, { timeout: 8_000 }).not.toBe(null)
      expect(await kept(one)).toBe(null)
    })

    test('so much may be dropped that everything is', async () => {
      const [one] = [await start('one'), await start('other')]
      engines.redis.pause()
      await one.dropEverywhere(['a'])
      await one.dropEverywhere(Array.from({ length: 1_001 }, (_, index) => `tag ${index}`))
      engines.redis.resume()
      await expect.poll(() => told, { timeout: 8_000, interval: 5 }).toContain('other forgot all')
    })
  })
})
