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
  async function startPair(context: TestContext, total = {}) {
    const proxy = await startRedisProxy(server.port)
    context.onTestFinished(() => proxy.stop())
    const [far, near] = await startBudgets(context, [proxy.url, server.url], total)
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
      // As it may well be dead, those who stay share among themselves if they lose Redis too.
      await context.expect.poll(silent.near.sharers, { timeout: 5_000 }).toBe(1)
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

    test('leave it to one of which nothing is known for a minute, and no longer', async context => {
      const { near } = await startPair(context)
      const say = async (aloneForMs: number) => {
        const [seconds = '0'] = await near.redis.run(client => client.time()).then(time => time.map(String))
        const from = Number(seconds) * 1_000 - aloneForMs
        await near.redis.run(client => client.hset(near.keyspace('sharers'), 'ghost', `${from} 2`))
      }
      const startOfLast = async () => {
        const beginMs = performance.now()
        const turns = Array.from({ length: LIMIT }, () => ask(near).then(pass))
        return Math.max(...(await Promise.all(turns))) - beginMs
      }
      await say(50_000)
      expect(await startOfLast()).toBeGreaterThan(WINDOW_MS)
      await say(61_000)
      await wait(2 * WINDOW_MS)
      expect(await startOfLast()).toBeLessThan(WINDOW_MS)
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
