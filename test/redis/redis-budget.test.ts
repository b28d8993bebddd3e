import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest'
import type { RateLimitedError } from '../../src/domain/provider-error.ts'
import { forOneRequest } from '../../src/domain/request-scope.ts'
import { isLeftOut } from '../support/left-out.ts'
import { type RedisServer, startRedis, startRedisProxy, whyNoRedis } from '../support/redis.ts'
import {
  ask,
  inOrder,
  LIMIT,
  openBudget,
  type Process,
  pass,
  perWindow,
  press,
  startBudgets,
  tooEarly,
  WINDOW_MS,
} from './start-budgets.ts'

const WHAT = 'budgets that processes share by Redis'

describe.skipIf(isLeftOut(WHAT, whyNoRedis()))(WHAT, () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  let server: RedisServer

  beforeAll(async () => {
    process.on('unhandledRejection', note)
    server = await startRedis()
  })
  afterAll(async () => {
    await server.stop()
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  const start = (
    context: TestContext,
    count: number,
    { on = server, ...total }: { on?: RedisServer; totalLimit?: number; totalWindowMs?: number } = {},
  ) => startBudgets(context, new Array(count).fill(on.url), total)

  // How much of a limit is used in a second or two is also a matter of what else the machine does.
  describe.concurrent('processes', { retry: 2 }, () => {
    test('never go over the limit together, use it, and have even parts of it', async context => {
      const { stop } = press(await start(context, 2), 6)
      await wait(2_500)
      const arrivals = await stop()
      expect(tooEarly(arrivals)).toEqual([])
      expect(perWindow(arrivals)).toBeGreaterThan(0.75 * LIMIT)
      const parts = [0, 1].map(by => arrivals.filter(arrival => arrival.by === by).length)
      expect(Math.min(...parts) / Math.max(...parts)).toBeGreaterThan(0.6)
    })

    test('leave all of it to the one that wants it', async context => {
      const [one] = await start(context, 2)
      const { stop } = press([one as Process], 6)
      await wait(1_500)
      const arrivals = await stop()
      expect(tooEarly(arrivals)).toEqual([])
      expect(perWindow(arrivals)).toBeGreaterThan(0.75 * LIMIT)
    })

    test('never go over what all directories share', async context => {
      const processes = await start(context, 2, { totalLimit: 6 })
      const loads = ['a', 'b', 'c'].map(scope => press(processes, 3, scope))
      await wait(1_500)
      const arrivals = (await Promise.all(loads.map(({ stop }) => stop()))).flat()
      expect(tooEarly(inOrder(arrivals), 6)).toEqual([])
      expect(perWindow(inOrder(arrivals))).toBeGreaterThan(0.75 * 6)
    })

    test('let a directory pass while another is at its limit', async context => {
      const [one, other] = await start(context, 2)
      const { stop } = press([one as Process, other as Process], 8)
      await wait(WINDOW_MS)
      const beginMs = performance.now()
      const turn = await ask(other as Process, { scope: 'idle' })
      expect(performance.now() - beginMs).toBeLessThan(0.6 * WINDOW_MS)
      turn.ended()
      await stop()
    })

    test('all hold off when the provider has refused one of them', async context => {
      const [one, other] = await start(context, 2)
      one?.budget.refuse('one', 1)
      // It is told over another connection than the one that asks.
      await wait(50)
      const beginMs = performance.now()
      const turn = await ask(other as Process)
      expect(performance.now() - beginMs).toBeGreaterThan(900)
      turn.ended()
    })

    test('all hold off when one of them was refused that finds Redis too slow to wait for', async context => {
      const [other] = await start(context, 1)
      const proxy = await startRedisProxy(server.port)
      context.onTestFinished(() => proxy.stop())
      const slow = openBudget(context, proxy.url, other?.owner ?? '', { limit: 1_000, windowMs: WINDOW_MS })
      await context.expect.poll(slow.isUp, { timeout: 5_000, interval: 5 }).toBe(true)
      proxy.delayMs = 150
      await context.expect.poll(slow.isUp, { timeout: 5_000, interval: 5 }).toBe(false)
      slow.budget.refuse('one', 1)
      await wait(50)
      const beginMs = performance.now()
      const turn = await ask(other as Process)
      expect(performance.now() - beginMs).toBeGreaterThan(800)
      turn.ended()
    })

    test('refuse at once who can not be in time, for what others wait for as well, and keep their word to the rest', async context => {
      const [one, other] = await start(context, 2)
      const many = { deadlineMs: performance.now() + 60_000 }
      const walk = Array.from({ length: 40 }, () => ask(one as Process, many).then(pass))
      await wait(100)
      const beginMs = performance.now()
      const results = await Promise.all(
        Array.from({ length: 20 }, () =>
          ask(other as Process, { deadlineMs: beginMs + 4 * WINDOW_MS }).then(
            turn => ({ startedMs: pass(turn) - beginMs, error: null, settledMs: 0 }),
            (error: RateLimitedError) => ({ startedMs: 0, error, settledMs: performance.now() - beginMs }),
          ),
        ),
      )
      const refused = results.filter(({ error }) => error !== null)
      const started = results.filter(({ error }) => error === null)
      expect(refused.length).toBeGreaterThan(4)
      expect(started.length).toBeGreaterThan(4)
      for (const { error, settledMs } of refused) {
        expect(settledMs).toBeLessThan(2 * WINDOW_MS)
        expect(error).toMatchObject({
          code: 'RATE_LIMITED',
          retryAfterSeconds: expect.toSatisfy(s => s >= 1 && s <= 4),
        })
      }
      for (const { startedMs } of started) expect(startedMs).toBeLessThan(5 * WINDOW_MS)
      await Promise.all(walk)
    })

    test('keep the place of a request that waits to be sent, however long that is', async context => {
      const [one, other] = await start(context, 2, { totalLimit: 1 })
      const turn = await ask(one as Process)
      const next = ask(other as Process)
      let hasStarted = false
      next.then(() => {
        hasStarted = true
      })
      await wait(3_800)
      expect(hasStarted).toBe(false)
      turn.sent()
      const sentMs = performance.now()
      turn.ended()
      ;(await next).ended()
      expect(performance.now() - sentMs).toBeGreaterThan(WINDOW_MS)
    })

    test('give back a place at once whose request is never sent', async context => {
      const [one, other] = await start(context, 2, { totalLimit: 1 })
      ;(await ask(one as Process)).ended()
      const beginMs = performance.now()
      ;(await ask(other as Process)).ended()
      expect(performance.now() - beginMs).toBeLessThan(WINDOW_MS)
    })

    test('take over what one of them leaves behind that has died', async context => {
      const [one, other] = await start(context, 2)
      for (let count = 0; count < LIMIT; count += 1) await ask(one as Process)
      await one?.crash()
      const beginMs = performance.now()
      ;(await ask(other as Process)).ended()
      expect(performance.now() - beginMs).toBeLessThan(3_000 + 2 * WINDOW_MS)
      await context.expect.poll(() => other?.live(), { timeout: 5_000 }).toBe(1)
    })

    test.for([
      {
        name: 'is killed',
        befall: (own: RedisServer) => own.kill(),
        mend: (own: RedisServer) => own.start(),
      },
      {
        name: 'hangs',
        befall: async (own: RedisServer) => own.pause(),
        mend: async (own: RedisServer) => own.resume(),
      },
    ])(
      'keep to the limit while Redis $name, each with its part, and afterwards',
      async ({ befall, mend }, context) => {
        const own = await startRedis()
        context.onTestFinished(() => own.stop())
        const processes = await start(context, 2, { on: own })
        const { arrivals, stop } = press(processes, 6)
        await wait(1_200)
        await befall(own)
        await context.expect.poll(() => processes.map(({ isUp }) => isUp())).toEqual([false, false])
        const goneMs = performance.now()
        const beginMs = performance.now()
        ;(await ask(processes[1] as Process, { scope: 'idle' })).ended()
        expect(performance.now() - beginMs).toBeLessThan(100)
        await wait(1_500)
        for (const by of [0, 1]) {
          const part = arrivals.filter(arrival => arrival.by === by && arrival.atMs > goneMs + WINDOW_MS)
          expect(tooEarly(part, LIMIT / 2)).toEqual([])
          expect(perWindow(part)).toBeGreaterThan(0.6 * (LIMIT / 2))
        }
        await mend(own)
        await context.expect
          .poll(() => processes.map(({ isUp }) => isUp()), { timeout: 8_000 })
          .toEqual([true, true])
        await wait(1_200)
        expect(tooEarly(await stop())).toEqual([])
      },
    )

    test('do not take what others held in the window before Redis was gone, asked for or not', async context => {
      const own = await startRedis()
      context.onTestFinished(() => own.stop())
      const [one, other] = await start(context, 2, { on: own })
      pass(await ask(one as Process))
      // Once the other has heard that the directory is in use.
      await context.expect.poll(() => other?.slack(), { timeout: 5_000 }).toBe(0)
      const sentMs = (await Promise.all(Array.from({ length: LIMIT }, () => ask(one as Process)))).map(pass)
      own.pause()
      const starts = await Promise.all(Array.from({ length: LIMIT }, () => ask(other as Process).then(pass)))
      expect(Math.min(...starts) - Math.min(...sentMs)).toBeGreaterThan(WINDOW_MS)
      expect(other?.isUp()).toBe(false)
    })

    test('do not take to be free what others need in bursts, though it is free just then', async context => {
      const [one, other] = await start(context, 2, { totalLimit: 2 * LIMIT })
      await context.expect.poll(() => other?.slackOfAll()).toBeGreaterThan(0)
      const asks = Array.from({ length: 2 * LIMIT }, (_, index) => ask(one as Process, { scope: `${index}` }))
      for (const turn of await Promise.all(asks)) pass(turn)
      await context.expect.poll(() => other?.slackOfAll(), { interval: 5 }).toBe(0)
      // By then it has seen that all of it is free again.
      await wait(WINDOW_MS + 350)
      expect(other?.slackOfAll()).toBe(0)
      await context.expect.poll(() => other?.slackOfAll()).toBeGreaterThan(0)
    })

    test('tell of what they did alone when Redis is back', async context => {
      const own = await startRedis()
      context.onTestFinished(() => own.stop())
      const [one, other] = await start(context, 2, { on: own, totalLimit: 20, totalWindowMs: 60_000 })
      await own.kill()
      await context.expect.poll(() => one?.isUp()).toBe(false)
      for (let count = 0; count < 5; count += 1) pass(await ask(one as Process, { scope: `${count}` }))
      await own.start()
      await context.expect.poll(() => [one?.isUp(), other?.isUp()], { timeout: 5_000 }).toEqual([true, true])
      pass(await ask(other as Process))
      // Of its ten, six are not there.
      expect(other?.budget.states([])).toEqual([{ provider: 'workos', scope: 'provider', remaining: 10 - 6 }])
    })

    test('give Redis up where one request has waited too long for its turns, each of them prompt, and not where many have together', async context => {
      const proxy = await startRedisProxy(server.port)
      context.onTestFinished(() => proxy.stop())
      const [one] = await startBudgets(context, [proxy.url])
      const many = async (count: number, request: number) => {
        for (let index = 0; index < count; index += 1)
          pass(await ask(one as Process, { scope: `${request} ${index}` }))
      }
      proxy.delayMs = 8
      await Promise.all(Array.from({ length: 10 }, (_, request) => forOneRequest(() => many(8, request))))
      // One whose requests end sets off what is asked for all who wait behind.
      const turns = Array.from({ length: 88 }, () => forOneRequest(() => ask(one as Process)))
      await forOneRequest(() => Promise.all(turns.map(async turn => pass(await turn))))
      expect(one?.isUp()).toBe(true)
      // While nothing else was to be done: what a busy machine costs is not Redis's.
      const { idle } = performance.eventLoopUtilization()
      await forOneRequest(() => many(40, 10))
      expect(performance.eventLoopUtilization().idle - idle).toBeLessThan(250)
      expect(one?.isUp()).toBe(false)
    })

    test('count who lived before Redis was gone for as long as it may take to come back', async context => {
      const own = await startRedis()
      context.onTestFinished(() => own.stop())
      const [one, other] = await start(context, 2, { on: own })
      await own.kill()
      await other?.crash()
      await own.start()
      await context.expect.poll(() => one?.isUp(), { timeout: 5_000 }).toBe(true)
      await wait(300)
      expect(one?.live()).toBe(2)
      await context.expect.poll(() => one?.live(), { timeout: 6_000 }).toBe(1)
    })
  })
})
