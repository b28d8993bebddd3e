import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { forOneRequest } from '../../src/domain/request-scope.ts'
import { createKeyspace, createRedis, type RedisConnection } from '../../src/redis/redis.ts'
import { isLeftOut } from '../support/left-out.ts'
import {
  type RedisProxy,
  type RedisServer,
  startRedis,
  startRedisProxy,
  whyNoRedis,
} from '../support/redis.ts'

/** The bounds are times, and a machine that is busy with something else has lost them before Redis has. */
const BUSY = { retry: 2 }
const WHAT = 'the connection to Redis'

describe.skipIf(isLeftOut(WHAT, whyNoRedis()))(WHAT, () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  let server: RedisServer
  let proxy: RedisProxy
  let redis: RedisConnection
  let logged: string[]
  let oldestRequestMs: number

  beforeAll(() => void process.on('unhandledRejection', note))
  afterAll(() => void process.off('unhandledRejection', note))
  beforeEach(async () => {
    server = await startRedis()
    proxy = await startRedisProxy(server.port)
  })
  afterEach(async () => {
    await redis.stop()
    await proxy.stop()
    await server.stop()
    expect(unhandled).toEqual([])
  })

  function delay(delayMs: number): void {
    proxy.delayMs = delayMs
  }

  const isUp = (wanted: boolean) =>
    expect.poll(() => redis.isUp(), { timeout: 8_000, interval: 5 }).toBe(wanted)

  async function open(url = proxy.url): Promise<void> {
    logged = []
    oldestRequestMs = 10_000
    const log = pino({ base: null }, { write: line => logged.push(line) })
    redis = createRedis(url, log, () => oldestRequestMs)
  }

  async function openUp(url?: string): Promise<void> {
    await open(url)
    await isUp(true)
  }

  const messages = () => logged.map(line => JSON.parse(line).msg)

  /** What one request would wait: one command after the other, until one is refused at once. */
  async function waitOf(commands: number): Promise<number> {
    let waitedMs = 0
    for (let index = 0; index < commands; index += 1) {
      const beginMs = performance.now()
      await redis.run(client => client.get('anything')).catch(() => {})
      waitedMs += performance.now() - beginMs
    }
    return waitedMs
  }

  test('runs commands and scripts', async () => {
    await openUp()
    const add = redis.script(`return redis.call('INCRBY', KEYS[1], ARGV[1])`)
    expect([await add(['sum'], [2]), await add(['sum'], [3])]).toEqual([2, 5])
    expect(await redis.run(client => client.get('sum'))).toBe('5')
    expect(messages()).toEqual([])
  })

  test('runs scripts again on a Redis that has lost them', async () => {
    await openUp()
    const one = redis.script('return 1')
    await one([], [])
    await redis.run(client => client.script('FLUSH'))
    expect(await one([], [])).toBe(1)
  })

  test.each([
    ['a black hole', () => delay(Number.POSITIVE_INFINITY)],
    ['a Redis that hangs', () => server.pause()],
    ['a Redis that takes 60 ms for everything', () => delay(60)],
    ['a Redis that takes 25 ms for everything', () => delay(25)],
    ['a Redis that takes 16 ms for everything', () => delay(16)],
    ['a Redis that takes 11 ms for everything', () => delay(11)],
    ['a Redis that takes 5 ms for everything', () => delay(5)],
    ['a Redis that has ended', () => server.kill()],
  ])('does not let a request wait for more than 250 ms in all for %s', BUSY, async (_, befall) => {
    await openUp()
    await befall()
    expect(await waitOf(100)).toBeLessThan(250)
    expect(redis.isUp()).toBe(false)
    const beginMs = performance.now()
    expect(await waitOf(100)).toBeLessThan(50)
    expect(performance.now() - beginMs).toBeLessThan(100)
  })

  test('counts what each request waits for itself, and what it asks at once only once', BUSY, async () => {
    await openUp()
    delay(5)
    const ofOne = (commands: number, atOnce: number) =>
      forOneRequest(() => Promise.all(Array.from({ length: atOnce }, () => waitOf(commands))))
    for (let round = 0; round < 10; round += 1)
      await Promise.all(Array.from({ length: 20 }, () => ofOne(5, 4)))
    expect(redis.isUp()).toBe(true)
    // Nor is it forgotten what one has waited for, however long it is under way.
    await forOneRequest(async () => {
      for (let round = 0; round < 2; round += 1) {
        await waitOf(15)
        await sleep(3_100)
      }
      expect(await waitOf(15)).toBeLessThan(100)
    })
    expect([redis.isUp(), redis.reason()]).toEqual([false, 'slow'])
  })

  test('gives up a command after 100 ms, and not before', async () => {
    await openUp()
    delay(Number.POSITIVE_INFINITY)
    const beginMs = performance.now()
    const error = await redis.run(client => client.get('anything')).catch(thrown => thrown)
    expect(error).toMatchObject({ name: 'RedisUnavailableError', reason: 'timeout' })
    expect(performance.now() - beginMs).toBeGreaterThan(95)
  })

  test('does not hold against Redis that its own process was busy', async () => {
    await openUp()
    for (let round = 0; round < 3; round += 1) {
      const reply = redis.run(client => client.ping())
      const untilMs = performance.now() + 150
      while (performance.now() < untilMs);
      expect(await reply).toBe('PONG')
    }
    expect(messages()).toEqual([])
  })

  test.each([
    ['hung', () => server.pause(), () => server.resume()],
    ['ended', () => server.kill(), () => server.start()],
  ])(
    'finds out without being asked that Redis %s, and comes back; one line in the log each',
    async (_, end, mend) => {
      await openUp()
      const changes: boolean[] = []
      redis.onChange(up => changes.push(up))
      await end()
      await isUp(false)
      await mend()
      await isUp(true)
      expect(await redis.run(client => client.ping())).toBe('PONG')
      expect(changes).toEqual([false, true])
      expect(messages()).toEqual([
        'Redis can not be used; this process works alone',
        'Redis can be used again',
      ])
    },
  )

  test('starts while Redis can not be reached, and goes on trying', async () => {
    await server.kill()
    await open()
    await isUp(false)
    await expect(redis.run(client => client.ping())).rejects.toMatchObject({ name: 'RedisUnavailableError' })
    await expect.poll(messages).toEqual(['Redis can not be used; this process works alone'])
    await server.start()
    await isUp(true)
    expect(messages()).toHaveLength(2)
  })

  test('warns of a start without it only when an attempt has failed', async () => {
    server.pause()
    await open()
    await expect.poll(() => redis.state()).toBe('down')
    expect(messages()).toEqual([])
    server.resume()
    await isUp(true)
    expect(messages()).toEqual([])
    await redis.stop()

    server.pause()
    await open()
    await expect
      .poll(messages, { timeout: 4_000 })
      .toEqual(['Redis can not be used; this process works alone'])
    server.resume()
    await isUp(true)
    expect(messages().slice(1)).toEqual(['Redis can be used again'])
  })

  test('refuses all that waits, and all that comes, when it is stopped, even in a black hole', async () => {
    await openUp()
    delay(Number.POSITIVE_INFINITY)
    const waiting = redis.run(client => client.ping()).catch(error => error.reason)
    const beginMs = performance.now()
    await redis.stop()
    expect(performance.now() - beginMs).toBeLessThan(500)
    expect(await waiting).toEqual(expect.any(String))
    await expect(redis.run(client => client.ping())).rejects.toMatchObject({ reason: 'stopped' })
  })

  test('tells apart what Redis will not do from what makes no sense to ask', async () => {
    await openUp()
    await redis.run(client => client.set('text', 'secret-value'))
    const error = await redis.run(client => client.lpush('text', 'secret-value')).catch(thrown => thrown)
    expect(error).toMatchObject({ name: 'RedisReplyError', code: 'WRONGTYPE' })
    expect(JSON.stringify(error) + error.message + error.cause).not.toContain('secret-value')
    expect(redis.isUp()).toBe(true)
    await redis.run(client => client.config('SET', 'maxmemory', '1'))
    const refused = await redis.run(client => client.set('more', 'secret-value')).catch(thrown => thrown)
    expect(refused).toMatchObject({ name: 'RedisUnavailableError', reason: 'OOM' })
    expect([redis.isUp(), redis.reason()]).toEqual([false, 'OOM'])
  })

  test('never says the password, neither where it is refused nor where it is right', async () => {
    const locked = await startRedis(['--requirepass', 'hunter2hunter2'])
    onTestFinished(() => locked.stop())
    await open(locked.url.replace('//', '//:wrongwrong@'))
    await expect.poll(() => redis.reason()).toBe('WRONGPASS')
    expect(logged.join('')).not.toMatch(/wrongwrong|hunter2/)
    await redis.stop()
    await openUp(locked.url.replace('//', '//default:hunter2%68unter2@'))
    expect(logged.join('')).not.toContain('hunter2')
  })

  test('has connections of their own for subscribers and for reads that block, which come back as well', async () => {
    await openUp()
    const subscriber = redis.subscriberConnection()
    const blocking = redis.blockingConnection()
    const heard: string[] = []
    subscriber.on('ready', () => subscriber.subscribe('news').catch(() => {}))
    subscriber.on('message', (_, message) => heard.push(message))
    const say = (word: string) =>
      expect
        .poll(() => redis.run(client => client.publish('news', word)).catch(() => 0), { timeout: 8_000 })
        .toBe(1)
    await say('one')
    await expect.poll(() => heard).toEqual(['one'])
    await server.kill()
    await isUp(false)
    await server.start()
    await isUp(true)
    await say('two')
    await expect.poll(() => heard).toEqual(['one', 'two'])
    await expect.poll(() => blocking.status).toBe('ready')
    const reading = blocking.xread('BLOCK', 1_000, 'STREAMS', 'stream', '$')
    await redis.run(client => client.xadd('stream', '*', 'name', 'value'))
    expect(await reading).toMatchObject([['stream', [[expect.any(String), ['name', 'value']]]]])
  })
})

describe('a keyspace', () => {
  test('is the same for the same credentials, another for others, and shows nothing of them', () => {
    const key = createKeyspace('https://api.workos.com', 'sk_live_abc')('budget', 'one')
    expect(key).toMatch(/^dirgraph:\{[\w-]{22}\}:budget:one$/)
    expect(createKeyspace('https://api.workos.com', 'sk_live_abc')('budget', 'one')).toBe(key)
    expect(createKeyspace('https://api.workos.com', 'sk_live_abd')('budget', 'one')).not.toBe(key)
    expect(key).not.toContain('sk_live')
  })
})
