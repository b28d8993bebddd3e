import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest'
import { isLeftOut } from '../support/left-out.ts'
import { type RedisServer, startRedis, startRedisProxy, whyNoRedis } from '../support/redis.ts'
import {
  ask,
  inOrder,
  LIMIT,
  type Process,
  pass,
  perWindow,
  press,
  startBudgets,
  tooEarly,
  WINDOW_MS,
} from './start-budgets.ts'

const WHAT = 'a budget of which one process alone does not reach Redis'
const SHARE = LIMIT / 2
/** By then the others have noticed that one says nothing any more. */
const NOTICED_MS = 1_200

describe.skipIf(isLeftOut(WHAT, whyNoRedis()))(WHAT, () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.stop())

  /** Two of them, the first by a way that can be made long, or endless. */
  async function startPair(context: TestContext, settings = {}) {
    const proxy = await startRedisProxy(server.port)
    context.onTestFinished(() => proxy.stop())
    const [far, near] = await startBudgets(context, [proxy.url, server.url], settings)
    return { proxy, far: far as Process, near: near as Process }
  }

  const isUp = (context: TestContext, process: Process, wanted: boolean) =>
    context.expect.poll(process.isUp, { timeout: 8_000, interval: 5 }).toBe(wanted)

  describe.concurrent('the others', () => {
    test.for([
      { name: 'is cut off from Redis', isCut: true, delayMs: 0, isPressing: true },
      { name: 'is cut off, and wants something only then', isCut: true, delayMs: 0, isPressing: false },
      { name: 'hears nothing of Redis', isCut: false, delayMs: Number.POSITIVE_INFINITY, isPressing: true },
      { name: 'finds Redis too slow', isCut: false, delayMs: 60, isPressing: true },
    ])(
      'keep to the limits of a directory and of the key together with one that $name, and when it is back',
      async ({ isCut, delayMs, isPressing }, context) => {
        const total = { totalLimit: 4 * LIMIT, totalWindowMs: 2 * WINDOW_MS }
        const { proxy, far, near } = await startPair(context, total)
        const loads = (processes: readonly Process[]) =>
          ['one', null].map(scope => press(processes, 6, scope))
        const first = loads(isPressing ? [far, near] : [near])
        await wait(4 * WINDOW_MS)
        const beginMs = performance.now() - 2 * WINDOW_MS
        Object.assign(proxy, { isCut, delayMs })
        // It finds out soon, and well before the other.
        await Promise.all(
          Array.from({ length: 4 }, (_, index) => ask(far, { scope: `idle ${index}` }).then(pass)),
        )
        await isUp(context, far, false)
        const goneMs = performance.now()
        const all = isPressing ? first : [...first, ...loads([far])]
        await wait(NOTICED_MS + 4 * WINDOW_MS)
        Object.assign(proxy, { isCut: false, delayMs: 0 })
        await isUp(context, far, true)
        await wait(2 * WINDOW_MS)
        const byLoad = await Promise.all(all.map(({ stop }) => stop()))
        const since = (loads: typeof byLoad) => inOrder(loads.flat().filter(({ atMs }) => atMs > beginMs))
        expect(tooEarly(since(byLoad.filter((_, index) => index % 2 === 0)))).toEqual([])
        const arrivals = since(byLoad)
        expect(tooEarly(arrivals, total.totalLimit, total.totalWindowMs)).toEqual([])
        const after = arrivals.filter(({ atMs }) => atMs > goneMs + NOTICED_MS + 2 * WINDOW_MS)
        expect(perWindow(after)).toBeGreaterThan(0.4 * (total.totalLimit / 2))
      },
    )

    test.for([
      { what: 'a directory', scope: 'one', total: {}, share: SHARE },
      { what: 'the key', scope: null, total: { totalLimit: 2 * LIMIT }, share: LIMIT },
    ])(
      'leave its share of $what to one that wants it too, before anybody knows that it is cut off',
      async ({ scope, total, share }, context) => {
        const { proxy, far, near } = await startPair(context, total)
        const { arrivals, stop } = press([far, near], 6, scope)
        await wait(4 * WINDOW_MS)
        proxy.isCut = true
        const cutMs = performance.now()
        await wait(2 * WINDOW_MS)
        const ofNear = arrivals.filter(({ by, atMs }) => by === 1 && atMs > cutMs)
        await stop()
        expect(tooEarly(inOrder(ofNear), share)).toEqual([])
        expect(ofNear.length).toBeGreaterThanOrEqual(share)
      },
    )

    test('leave its share to one that has fallen silent, and the whole to those who stay when one has gone', async context => {
      const [silent, gone] = [await startPair(context), await startPair(context)]
      await silent.far.crash()
      await gone.far.stop()
      const whole = press([gone.near], 6)
      await wait(NOTICED_MS)
      const rest = press([silent.near], 6)
      await wait(4 * WINDOW_MS)
      const [ofWhole, ofRest] = await Promise.all([whole.stop(), rest.stop()])
      expect(tooEarly(ofRest, LIMIT - SHARE)).toEqual([])
      expect(perWindow(ofWhole)).toBeGreaterThan(0.75 * LIMIT)
    })

    test('have no more than what it leaves if they lose Redis after it', async context => {
      const urls = [server.url, server.url, server.url]
      const [first, ...rest] = await startBudgets(context, urls)
      await first?.crash()
      await context.expect.poll(() => rest.map(({ live }) => live()), { timeout: 6_000 }).toEqual([2, 2])
      // Two thirds are there for two.
      for (const { shares } of rest) expect(shares()).toBeCloseTo(3, 3)
    })

    test('leave it to one that says that it works alone, as soon as it has said so', async context => {
      const { proxy, far, near } = await startPair(context)
      proxy.delayMs = 60
      await isUp(context, far, false)
      await wait(100)
      const { stop } = press([near], 6)
      await wait(3 * WINDOW_MS)
      expect(tooEarly(await stop(), LIMIT - SHARE)).toEqual([])
    })

    test('leave it to one of which nothing is known for a minute, then half of it for half an hour', async context => {
      const { near } = await startPair(context)
      const say = async (ghosts: number, aloneForMs: number) => {
        const [seconds = '0'] = await near.redis.run(client => client.time()).then(time => time.map(String))
        const value = `${Number(seconds) * 1_000 - aloneForMs} 2`
        const fields = Array.from({ length: ghosts }, (_, index) => [`ghost ${index}`, value])
        await near.redis.run(client => client.hset(near.keyspace('sharers'), ...fields.flat()))
        await wait(2 * WINDOW_MS)
      }
      const startedAtOnce = async () => {
        const beginMs = performance.now()
        const starts = await Promise.all(Array.from({ length: LIMIT }, () => ask(near).then(pass)))
        return starts.filter(atMs => atMs - beginMs < WINDOW_MS).length
      }
      await say(1, 50_000)
      expect(await startedAtOnce()).toBe(LIMIT - SHARE)
      await say(1, 70_000)
      expect(await startedAtOnce()).toBe(LIMIT - SHARE / 2)
      await say(9, 20 * 60_000)
      expect(await startedAtOnce()).toBe(LIMIT / 2)
      await say(9, 31 * 60_000)
      expect(await startedAtOnce()).toBe(LIMIT)
    })

    test('keep to the limits with one that is alone for longer than it is left its whole share', async context => {
      const total = { totalLimit: 3 * LIMIT, totalWindowMs: 2 * WINDOW_MS }
      const { proxy, far, near } = await startPair(context, { ...total, wholeShareMs: 2_500 })
      const loads = ['one', null].map(scope => press([far, near], 6, scope))
      await wait(4 * WINDOW_MS)
      proxy.isCut = true
      const cutMs = performance.now()
      await wait(2_500 + 2_000 + 6 * WINDOW_MS)
      const longMs = performance.now()
      await wait(4 * WINDOW_MS)
      const byLoad = await Promise.all(loads.map(({ stop }) => stop()))
      expect(tooEarly(byLoad[0] ?? [])).toEqual([])
      const all = inOrder(byLoad.flat())
      expect(tooEarly(all, total.totalLimit, total.totalWindowMs)).toEqual([])
      const [ofFar, ofNear] = [0, 1].map(one => (byLoad[0] ?? []).filter(({ by }) => by === one))
      const since = (arrivals: typeof ofFar, fromMs: number) => arrivals?.filter(({ atMs }) => atMs > fromMs)
      // It has half of its share, in time, and the other one the rest, later.
      expect(tooEarly(since(ofFar, cutMs + 2_500 + WINDOW_MS) ?? [], SHARE / 2)).toEqual([])
      expect(perWindow(since(ofFar, longMs) ?? [])).toBeGreaterThan(0.6 * (SHARE / 2))
      expect(tooEarly(since(ofNear, longMs) ?? [], SHARE)).not.toEqual([])
    })

    test('leave it to one that is cut off though Redis has lost all, and come back alone', async context => {
      const own = await startRedis()
      const proxy = await startRedisProxy(own.port)
      context.onTestFinished(async () => {
        await proxy.stop()
        await own.stop()
      })
      const [far, near] = await startBudgets(context, [proxy.url, own.url])
      proxy.isCut = true
      await isUp(context, far as Process, false)
      await own.kill()
      await isUp(context, near as Process, false)
      await own.start()
      await isUp(context, near as Process, true)
      // By then it keeps to no share for the others' sake any more.
      await wait(4_500)
      const { stop } = press([near as Process], 6)
      await wait(3 * WINDOW_MS)
      expect(tooEarly(await stop(), LIMIT - SHARE)).toEqual([])
    })

    test('leave half to whoever begins while the only one there is works alone', async context => {
      const [only] = await startBudgets(context, [server.url])
      expect(only?.shares()).toBe(2)
      const proxy = await startRedisProxy(server.port)
      context.onTestFinished(() => proxy.stop())
      const [lone] = await startBudgets(context, [proxy.url])
      proxy.isCut = true
      await isUp(context, lone as Process, false)
      const { stop } = press([lone as Process], 6)
      await wait(4 * WINDOW_MS)
      expect(tooEarly(await stop(), LIMIT / 2)).toEqual([])
    })

    test.for([
      { what: 'a directory', scope: 'one', total: {}, least: 1 },
      { what: 'the key', scope: null, total: { totalLimit: 40 }, least: 4 },
    ])(
      'have a share of $what, one place at least, though all that are silent had the whole',
      async ({ scope, total, least }, context) => {
        const { near } = await startPair(context, total)
        const ghosts = Array.from({ length: 8 }, (_, index) => [`ghost ${index}`, `${Date.now()} 2`])
        await near.redis.run(client => client.hset(near.keyspace('sharers'), ...ghosts.flat()))
        const { stop } = press([near], 2 * least + 1, scope)
        await wait(4 * WINDOW_MS)
        const arrivals = await stop()
        expect(tooEarly(arrivals, least)).toEqual([])
        expect(perWindow(arrivals)).toBeGreaterThan(0.6 * least)
        expect(near.isUp()).toBe(true)
      },
    )

    test('refuse at once who can not be in time beside one that works alone', async context => {
      const { near } = await startPair(context)
      await near.redis.run(client => client.hset(near.keyspace('sharers'), 'ghost', `${Date.now()} 2`))
      const beginMs = performance.now()
      const results = await Promise.all(
        Array.from({ length: 30 }, () =>
          ask(near, { deadlineMs: beginMs + 4 * WINDOW_MS }).then(
            turn => {
              pass(turn)
              return null
            },
            () => performance.now() - beginMs,
          ),
        ),
      )
      const refusedMs = results.filter(ms => ms !== null)
      expect(refusedMs.length).toBeGreaterThan(30 - 5 * SHARE)
      // All but a few, whom the estimate has given the benefit of the doubt.
      expect(refusedMs.filter(ms => ms < 2 * WINDOW_MS).length).toBeGreaterThan(refusedMs.length - SHARE)
    })
  })
})
