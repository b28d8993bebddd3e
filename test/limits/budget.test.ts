import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { RateLimitedError, UnavailableError } from '../../src/domain/provider-error.ts'
import { type Budget, createBudget } from '../../src/upstream/budget.ts'
import type { BudgetAsk } from '../../src/upstream/lanes.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const SECOND = 1_000
const PAGE = 1_020

function open(total = 1_000, perScope: number | null = 4): Budget {
  return createBudget({
    provider: 'workos',
    total: { limit: total, windowMs: SECOND },
    perScope: perScope === null ? null : { limit: perScope, windowMs: SECOND },
  })
}

/** What started, in order and with its time; asks are named by their caller unless said otherwise. */
function follow(budget: Budget) {
  const started: [name: string, atMs: number][] = []
  const failed: [name: string, error: unknown][] = []
  const beginMs = performance.now()
  const ask = (caller: string, overrides: Partial<BudgetAsk> & { readonly name?: string } = {}) => {
    const { name = caller, ...rest } = overrides
    const deadlineMs = performance.now() + 10 * SECOND
    const { signal } = new AbortController()
    budget.acquire({ scope: 'one', caller, deadlineMs, signal, ...rest }).then(
      turn => {
        started.push([name, Math.round(performance.now() - beginMs)])
        turn.sent()
        turn.ended()
      },
      error => failed.push([name, error]),
    )
  }
  return { started, failed, ask, names: () => started.map(([name]) => name) }
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const many = (count: number, work: (index: number) => void) =>
  Array.from({ length: count }, (_, index) => work(index))

describe('a directory', () => {
  test('gets four requests a second and no more', async () => {
    const { started, ask } = follow(open())
    many(12, index => ask(`${index}`))
    await pass(5 * SECOND)
    expect(started.map(([, atMs]) => atMs)).toEqual(
      [0, PAGE, 2 * PAGE].flatMap(atMs => [atMs, atMs, atMs, atMs]),
    )
  })

  test('that has to wait lets all others pass, and what counts for no directory', async () => {
    const { names, ask } = follow(open())
    many(9, () => ask('busy'))
    many(4, () => ask('other', { scope: 'two' }))
    ask('none', { scope: null })
    await pass(0)
    expect(names().toSorted()).toEqual([
      'busy',
      'busy',
      'busy',
      'busy',
      'none',
      'other',
      'other',
      'other',
      'other',
    ])
  })

  test('has no limit of its own where the provider has none', async () => {
    const { names, ask } = follow(open(1_000, null))
    many(50, () => ask('all'))
    await pass(0)
    expect(names()).toHaveLength(50)
  })
})

describe('the limit that all share', () => {
  test('holds for all directories together', async () => {
    const { started, ask } = follow(open(6))
    many(5, index => many(4, () => ask(`${index}`, { scope: `${index}` })))
    await pass(0)
    expect(started).toHaveLength(6)
    await pass(PAGE)
    expect(started).toHaveLength(12)
    await pass(2 * PAGE)
    expect(started).toHaveLength(20)
  })

  test('goes round the directories, so that the first of them does not take all that comes free', async () => {
    const { names, ask } = follow(open(1, 1_000))
    many(8, () => ask('walk', { scope: 'large' }))
    ask('page', { scope: 'small' })
    await pass(3 * PAGE)
    expect(names()).toEqual(['walk', 'walk', 'page', 'walk'])
  })

  test('is not taken by a newcomer while others wait for it', async () => {
    const { names, ask } = follow(open(1, 1_000))
    ask('first', { scope: 'one' })
    ask('waiting', { scope: 'one' })
    // The place is free by now, but the clock has not rung yet.
    const nowMs = performance.now() + 2 * PAGE
    vi.spyOn(performance, 'now').mockReturnValueOnce(nowMs).mockReturnValueOnce(nowMs)
    ask('newcomer', { scope: 'two' })
    await pass(3 * PAGE)
    expect(names()).toEqual(['first', 'waiting', 'newcomer'])
  })
})

describe('a request', () => {
  const start = (budget: Budget) =>
    budget.acquire({
      scope: 'one',
      caller: 'any',
      deadlineMs: performance.now() + 10 * SECOND,
      signal: new AbortController().signal,
    })

  test('that is on its way for long keeps the next from its place for as long', async () => {
    const budget = open(1_000, 1)
    const { started, ask } = follow(budget)
    const turn = await start(budget)
    turn.sent()
    ask('next')
    await pass(300)
    turn.ended()
    await pass(PAGE - 1)
    expect(started).toEqual([])
    await pass(1)
    expect(started).toEqual([['next', 300 + PAGE]])
  })

  test('that is never sent gives its place back at once', async () => {
    const budget = open(1_000, 1)
    const { names, ask } = follow(budget)
    const turn = await start(budget)
    ask('next')
    await pass(0)
    expect(names()).toEqual([])
    turn.ended()
    turn.sent()
    await pass(0)
    expect(names()).toEqual(['next'])
    expect(budget.states(['one']).map(({ remaining }) => remaining)).toEqual([999, 0])
  })

  test('that is not sent yet keeps its place, however long that takes', async () => {
    const budget = open(1_000, 1)
    const { started, ask } = follow(budget)
    const turn = await start(budget)
    ask('next')
    await pass(5 * SECOND)
    expect(started).toEqual([])
    turn.sent()
    turn.ended()
    await pass(PAGE)
    expect(started).toEqual([['next', 5 * SECOND + PAGE]])
  })
})

describe('callers', () => {
  test('take turns: 40 calls of one do not keep another’s first', async () => {
    const { names, ask } = follow(open())
    many(40, () => ask('walk'))
    many(2, () => ask('page'))
    ask('third')
    await pass(2 * PAGE)
    expect(names().slice(4, 9)).toEqual(['walk', 'page', 'third', 'walk', 'page'])
  })

  test('get their own calls in the order in which they made them', async () => {
    const { names, ask } = follow(open())
    many(9, index => ask('one', { name: `one ${index}` }))
    many(3, index => ask('other', { name: `other ${index}` }))
    await pass(5 * PAGE)
    for (const caller of ['one', 'other']) {
      const own = names().filter(name => name.startsWith(caller))
      expect(own).toEqual(own.toSorted())
    }
    expect(names()).toHaveLength(12)
  })

  test('are not refused because of what another has queued, where their own turn comes in time', async () => {
    const { names, failed, ask } = follow(open(5, null))
    many(45, () => ask('walk', { deadlineMs: performance.now() + 60 * SECOND }))
    ask('page', { deadlineMs: performance.now() + 2 * SECOND })
    await pass(2 * SECOND)
    expect([failed, names().includes('page')]).toEqual([[], true])
  })

  test('who leave free their place', async () => {
    const { names, failed, ask } = follow(open())
    many(4, () => ask('first'))
    const controller = new AbortController()
    many(8, () => ask('leaving', { signal: controller.signal }))
    ask('staying')
    controller.abort()
    await pass(PAGE)
    expect(names()).toEqual(['first', 'first', 'first', 'first', 'staying'])
    expect(failed).toHaveLength(8)
    expect(failed.every(([, error]) => error instanceof UnavailableError)).toBe(true)
  })

  test('who have left take none', async () => {
    const { names, failed, ask } = follow(open())
    many(4, () => ask('left', { signal: AbortSignal.abort() }))
    many(4, () => ask('here'))
    await pass(0)
    expect([names(), failed.length]).toEqual([['here', 'here', 'here', 'here'], 4])
  })
})

describe('what can not start before its deadline', () => {
  test('is refused at once, with the seconds until it could', async () => {
    const { failed, ask } = follow(open())
    many(8, () => ask('walk'))
    ask('hasty', { deadlineMs: performance.now() + SECOND })
    await pass(0)
    expect(failed).toEqual([['hasty', expect.any(RateLimitedError)]])
    expect(failed[0]?.[1]).toMatchObject({ provider: 'workos', retryAfterSeconds: 2 })
  })

  test('is refused where the queue of its own caller is too long', async () => {
    const { started, failed, ask } = follow(open())
    many(60, () => ask('walk', { deadlineMs: performance.now() + 10 * SECOND }))
    await pass(0)
    // Ten windows of 1,020 ms begin in ten seconds.
    expect(failed).toHaveLength(60 - 4 * 10)
    await pass(10 * SECOND)
    expect(started).toHaveLength(40)
  })
})

describe('who has waited so long that the answer would come too late', () => {
  const ANSWER_MS = 300

  /** A budget of one request a second, which has just been sent. */
  async function openSlow() {
    const budget = open(1_000, 1)
    const ask = (deadlineMs: number, signal = new AbortController().signal) =>
      budget.acquire({ scope: 'one', caller: 'any', deadlineMs, signal })
    const turn = await ask(performance.now() + SECOND)
    turn.sent()
    const answered = async () => {
      await pass(ANSWER_MS)
      turn.ended()
    }
    return { budget, ask, answered }
  }

  test('is refused at once', async () => {
    const { ask, answered } = await openSlow()
    await answered()
    const late = ask(performance.now() + PAGE + ANSWER_MS / 2).catch((error: unknown) => error)
    expect(await late).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 2 })
  })

  test('is refused at its turn if that shows only then, and the next one goes', async () => {
    const { ask, answered } = await openSlow()
    const beginMs = performance.now()
    const late = ask(beginMs + PAGE + 1.5 * ANSWER_MS).catch((error: unknown) => error)
    const next = ask(beginMs + 10 * SECOND)
    await answered()
    await pass(PAGE)
    expect(await late).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 1 })
    expect(await next).toBeDefined()
  })

  test('is not refused where the answer can just be in time', async () => {
    const { ask, answered } = await openSlow()
    await answered()
    const inTime = ask(performance.now() + PAGE + 1.1 * ANSWER_MS)
    await pass(PAGE)
    expect(await inTime).toBeDefined()
  })

  test('is told that it was the limit, not the provider, where time ends by its signal', async () => {
    const { budget, ask } = await openSlow()
    const controller = new AbortController()
    const ended = ask(performance.now() + 10 * SECOND, controller.signal).catch((error: unknown) => error)
    expect(budget.isWaiting(controller.signal)).toBe(true)
    controller.abort(new DOMException('over', 'TimeoutError'))
    expect(await ended).toBeInstanceOf(RateLimitedError)
    expect(budget.isWaiting(controller.signal)).toBe(false)
  })
})

describe('a refusal by the provider', () => {
  test('holds off all of that directory for as long as it says, and nobody else', async () => {
    const budget = open()
    const { started, ask } = follow(budget)
    budget.refuse('one', 3)
    ask('held')
    ask('other', { scope: 'two' })
    ask('none', { scope: null })
    await pass(2_999)
    expect(started.map(([name]) => name).toSorted()).toEqual(['none', 'other'])
    await pass(1)
    expect(started.at(-1)).toEqual(['held', 3_000])
  })

  test('of no directory holds off everybody', async () => {
    const budget = open()
    const { started, ask } = follow(budget)
    budget.refuse(null, 2)
    ask('one')
    ask('none', { scope: null })
    await pass(1_999)
    expect(started).toEqual([])
    await pass(1)
    expect(started).toHaveLength(2)
  })

  test('without a time holds off for a second, and one for ever for a minute', async () => {
    const budget = open()
    const { started, ask } = follow(budget)
    budget.refuse('one', null)
    budget.refuse('two', 9_999_999_999)
    ask('one')
    ask('two', { scope: 'two', deadlineMs: performance.now() + 100 * SECOND })
    await pass(100 * SECOND)
    expect(started).toEqual([
      ['one', 1_000],
      ['two', 60_000],
    ])
  })

  test('that outlasts the deadline is one here too, with its seconds', async () => {
    const budget = open()
    const { failed, ask } = follow(budget)
    budget.refuse('one', 30)
    ask('any')
    await pass(0)
    expect(failed).toMatchObject([['any', { retryAfterSeconds: 30 }]])
  })
})

describe('what is left', () => {
  test('is told for the provider and for the directories that are named', async () => {
    const budget = open(100)
    const { ask } = follow(budget)
    many(3, () => ask('a'))
    ask('b', { scope: null })
    await pass(0)
    expect(budget.states(['one', 'two'])).toEqual([
      { provider: 'workos', scope: 'provider', remaining: 96 },
      { provider: 'workos', scope: 'one', remaining: 1 },
      { provider: 'workos', scope: 'two', remaining: 4 },
    ])
    await pass(PAGE)
    expect(budget.states(['one']).map(({ remaining }) => remaining)).toEqual([100, 4])
  })

  test('leaves no clock running when nobody waits any more', async () => {
    const budget = open()
    const controller = new AbortController()
    const { ask } = follow(budget)
    budget.refuse('one', 5)
    ask('a', { signal: controller.signal })
    await pass(0)
    expect(vi.getTimerCount()).toBe(1)
    controller.abort()
    expect(vi.getTimerCount()).toBe(0)
  })
})
