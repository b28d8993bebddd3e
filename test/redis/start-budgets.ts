import { setTimeout as wait } from 'node:timers/promises'
import { pino } from 'pino'
import type { TestContext } from 'vitest'
import { createKeyspace, createRedis, type RedisConnection } from '../../src/redis/redis.ts'
import { createRedisBudget } from '../../src/redis/redis-budget.ts'
import { createReplicas } from '../../src/redis/replicas.ts'
import { type Budget, createBudget } from '../../src/upstream/budget.ts'
import type { BudgetAsk } from '../../src/upstream/lanes.ts'
import type { RateLimit } from '../../src/upstream/rate-window.ts'
import type { Turn } from '../../src/upstream/turn.ts'

/** Of a directory. */
export const LIMIT = 4
/** Shorter than the published second, so that many of them pass in a short test. */
export const WINDOW_MS = 300
/** So that what a busy machine loses now and then does not end the use of Redis. */
const OLDEST_REQUEST_MS = 0
/** So many requests to the provider that it is no limit. */
const PLENTY = 1_000

/** One that shares its limits with others. */
export interface Process {
  readonly budget: Budget
  /** Those of one owner share a budget. */
  readonly owner: string
  readonly redis: RedisConnection
  /** A key that all of them have. */
  readonly keyspace: (...parts: readonly string[]) => string
  isUp(): boolean
  live(): number | null
  /** Of how many shares it takes one if it works alone. */
  shares(): number
  /** How many requests it may send to the directory at once if Redis goes now, beside its own places. */
  slack(): number
  /** The same of all directories together. */
  slackOfAll(): number
  /** Ends it as one that is told to stop. */
  stop(): Promise<void>
  /** Ends it without a word to anybody. */
  crash(): Promise<void>
}

let families = 0
/** One after the other, since who does not reach Redis at once takes it to be down. */
let starting: Promise<readonly Process[]> = Promise.resolve([])

export function openBudget(
  context: TestContext,
  url: string,
  owner: string,
  total: RateLimit,
  wholeShareMs = 60_000,
): Process {
  const redis = createRedis(url, pino({ level: 'silent' }), () => OLDEST_REQUEST_MS)
  const keyspace = createKeyspace(owner)
  const replicas = createReplicas(redis, keyspace('replicas'))
  const limits = { total, perScope: { limit: LIMIT, windowMs: WINDOW_MS } }
  const shared = createRedisBudget(redis, replicas, { keyspace, wholeShareMs, ...limits })
  const crash = async () => {
    await redis.stop()
    shared.stop()
  }
  context.onTestFinished(crash)
  return {
    owner,
    budget: createBudget({ provider: 'workos', ...limits, shared }),
    redis,
    keyspace,
    isUp: redis.isUp,
    live: replicas.liveCount,
    shares: shared.shares,
    slack: () => shared.slack('one'),
    slackOfAll: () => shared.slack(null),
    async stop() {
      shared.stop()
      await replicas.stop()
      await redis.stop()
    },
    crash,
  }
}

/** Processes that know each other, each with its way to the same Redis. */
export async function startBudgets(
  context: TestContext,
  urls: readonly string[],
  { totalLimit = PLENTY, totalWindowMs = WINDOW_MS, wholeShareMs = 60_000 } = {},
): Promise<readonly Process[]> {
  families += 1
  const owner = `owner ${families}`
  starting = starting.then(async () => {
    const total = { limit: totalLimit, windowMs: totalWindowMs }
    const opened = urls.map(url => openBudget(context, url, owner, total, wholeShareMs))
    const areUp = () => opened.every(({ isUp }) => isUp())
    await context.expect.poll(areUp, { timeout: 5_000, interval: 5 }).toBe(true)
    return opened
  })
  const processes = await starting
  await context.expect
    .poll(() => processes.map(({ live }) => live()), { timeout: 5_000 })
    .toEqual(processes.map(() => urls.length))
  return processes
}

export function ask({ budget }: Process, overrides: Partial<BudgetAsk> = {}): Promise<Turn> {
  return budget.acquire({
    scope: 'one',
    caller: 'any',
    deadlineMs: performance.now() + 10_000,
    signal: new AbortController().signal,
    ...overrides,
  })
}

export interface Arrival {
  readonly atMs: number
  readonly by: number
}

/** Asks again and again, for a provider that takes a while to be reached and another to answer. */
export function press(processes: readonly Process[], workers: number, scope: string | null = 'one') {
  const arrivals: Arrival[] = []
  let isOver = false
  const work = async (by: number) => {
    const one = processes[by]
    while (!isOver && one !== undefined) {
      const turn = await ask(one, { scope, deadlineMs: performance.now() + 60_000 })
      turn.sent()
      await wait(2 + Math.random() * 10)
      arrivals.push({ atMs: performance.now(), by })
      await wait(2 + Math.random() * 10)
      turn.ended()
    }
  }
  const working = processes.flatMap((_, by) => Array.from({ length: workers }, () => work(by)))
  const stop = async () => {
    isOver = true
    await Promise.all(working)
    return inOrder(arrivals)
  }
  return { arrivals, stop }
}

export function inOrder(arrivals: readonly Arrival[]): readonly Arrival[] {
  return arrivals.toSorted((one, other) => one.atMs - other.atMs)
}

/** Those that came too early after the one that many places before them. */
export function tooEarly(arrivals: readonly Arrival[], limit = LIMIT, windowMs = WINDOW_MS) {
  return arrivals.filter(({ atMs }, index) => atMs - (arrivals[index - limit]?.atMs ?? -Infinity) < windowMs)
}

export function perWindow(arrivals: readonly Arrival[]): number {
  const lastedMs = (arrivals.at(-1)?.atMs ?? 0) - (arrivals[0]?.atMs ?? 0)
  return arrivals.length / (lastedMs / WINDOW_MS)
}

/** Sends its request, which is answered at once; gives back when. */
export function pass(turn: Turn): number {
  const startedMs = performance.now()
  turn.sent()
  turn.ended()
  return startedMs
}
