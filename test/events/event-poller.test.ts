import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDirgraph, type Dirgraph } from '../../src/app.ts'
import { RateLimitedError } from '../../src/domain/provider-error.ts'
import { createMemoryPollState, type PollState } from '../../src/events/poll-state.ts'
import { createWorkosProvider } from '../../src/providers/workos/workos-provider.ts'
import { type Sandbox, type SandboxSettings, startSandbox } from '../../src/sandbox/sandbox.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { workosEvent, workosSubject } from '../providers/event-samples.ts'
import { ANY_EVENT, subscribe } from '../subscription/subscribe.ts'
import { anyCall } from '../support/any-call.ts'
import { fromWorkos, WEBHOOKS } from '../support/sign-webhooks.ts'
import { startApp } from '../support/start-app.ts'
import { type PollerSettings, startPoller, type TestPoller } from './start-poller.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

let sandbox: Sandbox
let poller: TestPoller | null
beforeEach(async () => {
  poller = null
  await start()
})
afterEach(async () => {
  await poller?.stop()
  await sandbox.stop()
})

async function start(settings: SandboxSettings = {}): Promise<void> {
  sandbox = await startSandbox(settings)
}

const begin = (settings: PollerSettings = {}) => {
  poller = startPoller(sandbox, settings)
  return poller
}

/** Adds events to the log of WorkOS; their times are so long ago. */
function happen(ids: readonly string[], agoMs = 0): void {
  const { user } = workosSubject(sandbox.data)
  const created_at = new Date(Date.now() - agoMs).toISOString()
  for (const id of ids) {
    sandbox.data.workos.events.push(workosEvent('dsync.user.updated', user, { id, created_at }) as never)
  }
}

const polls = () => sandbox.calls.filter(({ path }) => path === '/events')
const nextPolls = async (count = 2) => {
  const before = polls().length
  await expect.poll(() => polls().length).toBeGreaterThanOrEqual(before + count)
}
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `event_${index}`)

describe('polling', () => {
  test('begins a little in the past, and goes on from the last event', async () => {
    happen(['event_of_old'], 30 * MINUTE)
    happen(['event_a', 'event_b'], 2 * MINUTE)
    const { logged } = begin()
    await expect.poll(() => logged).toEqual(['event_a', 'event_b'])
    happen(['event_c'])
    await expect.poll(() => logged).toEqual(['event_a', 'event_b', 'event_c'])
    const [first, ...others] = polls()
    expect(first?.query).toMatchObject({
      order: 'asc',
      limit: '100',
      events: expect.stringContaining('dsync.'),
    })
    expect(first?.query).toHaveProperty('range_start')
    expect(others[0]?.query).toMatchObject({ after: 'event_b' })
    expect(others[0]?.query).not.toHaveProperty('range_start')
  })

  test('reads on while there is more, a call for every hundred', async () => {
    happen(numbered(250), MINUTE)
    const { logged } = begin({ everyMs: 60_000 })
    await expect.poll(() => logged.length).toBe(250)
    await poller?.stop()
    expect(logged).toEqual(numbered(250))
    expect(polls()).toHaveLength(3)
  })

  test('takes nothing twice that a webhook has brought', async () => {
    const { logged, eventLog } = begin()
    const { user } = workosSubject(sandbox.data)
    await eventLog.append('workos', 'event_a', workosEvent('dsync.user.updated', user, { id: 'event_a' }))
    happen(['event_a', 'event_b'])
    await expect.poll(() => logged).toContain('event_b')
    expect(logged).toEqual(['event_a', 'event_b'])
  })

  test('misses nothing that happened while nobody polled, and takes nothing of before twice', async () => {
    const state = createMemoryPollState()
    happen(['event_a'], MINUTE)
    const first = begin({ state })
    await expect.poll(() => first.logged).toEqual(['event_a'])
    await nextPolls()
    await first.stop()
    happen(['event_b', 'event_c'])
    const second = begin({ state })
    await expect.poll(() => second.logged).toEqual(['event_b', 'event_c'])
    await nextPolls()
    expect(second.logged).toEqual(['event_b', 'event_c'])
  })

  test('misses nothing either if nothing had happened before it was stopped', async () => {
    const state = createMemoryPollState()
    const first = begin({ state })
    await nextPolls()
    await first.stop()
    const stored = await state.load()
    expect(stored).toMatch(/^\d+$/)
    // As if the server had been away for an hour.
    await state.store(String(Number(stored) - 60 * MINUTE))
    happen(['event_a'], 50 * MINUTE)
    const second = begin({ state })
    await expect.poll(() => second.logged).toEqual(['event_a'])
  })

  test('takes nothing that is too old to be known as taken before, and tells once that something is missing', async () => {
    const state = createMemoryPollState()
    happen(['event_last'], 10 * DAY)
    await state.store(`${Date.now() - 10 * DAY} event_last`)
    // A webhook may have brought this one, and what is known of that is gone.
    happen(['event_of_old'], 5 * DAY)
    happen(['event_a', 'event_b'], 2 * DAY)
    const { logged, gaps, lines } = begin({ state })
    await expect.poll(() => logged).toEqual(['event_a', 'event_b'])
    await nextPolls()
    expect(logged).toEqual(['event_a', 'event_b'])
    expect(gaps()).toBe(1)
    expect(lines()).toMatchObject([{ level: 40, msg: expect.stringContaining('long ago') }])
  })

  test('misses nothing because nothing has happened for long', async () => {
    const state = createMemoryPollState()
    happen(['event_last'], 10 * DAY)
    await state.store(`${Date.now() - 10 * DAY} event_last`)
    const { logged, gaps, lines } = begin({ state })
    await nextPolls()
    happen(['event_a'])
    await expect.poll(() => logged).toEqual(['event_a'])
    expect([gaps(), lines()]).toEqual([0, []])
  })

  test('moves on with the clock while nothing has happened at all', async () => {
    const state = createMemoryPollState()
    await state.store(String(Date.now() - 2 * DAY))
    const { gaps } = begin({ state })
    await nextPolls()
    expect(Number(await state.load())).toBeGreaterThan(Date.now() - 11 * MINUTE)
    expect(gaps()).toBe(0)
  })

  test('goes on from where it was after a failure, with a line when it begins and one when it ends', async () => {
    happen(['event_a'], MINUTE)
    const { logged, lines } = begin()
    await expect.poll(() => logged).toEqual(['event_a'])
    const remove = sandbox.inject({ provider: 'workos', path: /events/, kind: 'status', status: 501 })
    happen(['event_b'])
    await nextPolls(3)
    expect(logged).toEqual(['event_a'])
    expect(lines()).toMatchObject([{ level: 40, msg: 'events can not be polled', reason: 'server-error' }])
    remove()
    await expect.poll(() => logged).toEqual(['event_a', 'event_b'])
    await expect.poll(() => lines().at(-1)).toMatchObject({ level: 30, msg: 'events are polled again' })
  })

  test('does not go past what could not be logged', async () => {
    const state = createMemoryPollState()
    const first = begin({ state })
    await nextPolls()
    first.setAvailable(false)
    happen(['event_a', 'event_b'])
    await nextPolls()
    expect(await state.load()).toMatch(/^\d+$/)
    await expect
      .poll(() => first.lines())
      .toMatchObject([{ msg: 'events can not be polled', reason: 'log-unavailable' }])
    first.setAvailable(true)
    await expect.poll(() => first.logged).toEqual(['event_a', 'event_b'])
  })

  test('gets past events that can not be read', async () => {
    sandbox.data.workos.events.push({ event: 'dsync.user.updated', created_at: 'soon', id: 'x' } as never)
    happen(['event_a'])
    // The sandbox goes by the time of an event; this one has none that it could leave out.
    const { logged, lines } = begin()
    await expect.poll(() => logged).toEqual(['event_a'])
    await expect.poll(() => lines()).toMatchObject([{ msg: 'unreadable event', provider: 'workos' }])
  })

  test('makes no call where another replica is the one to poll, and begins when that is over', async () => {
    happen(['event_a'])
    let isMine = false
    let asked = 0
    const state: PollState = {
      ...createMemoryPollState(),
      async lead() {
        asked += 1
        return isMine
      },
    }
    const { logged } = begin({ state })
    await expect.poll(() => asked).toBeGreaterThan(2)
    expect(polls()).toEqual([])
    isMine = true
    await expect.poll(() => logged).toEqual(['event_a'])
  })

  test('ends at once when it is stopped, with a call under way', async () => {
    sandbox.inject({ provider: 'workos', kind: 'hang' })
    begin()
    await expect.poll(() => polls().length).toBe(1)
    const startedAt = performance.now()
    await poller?.stop()
    expect(performance.now() - startedAt).toBeLessThan(2_000)
  })
})

describe.each(['restart', 'refuse'] as const)(
  'an event that WorkOS does not know any more (%s)',
  staleCursor => {
    test('is gone on from by its time', async () => {
      await sandbox.stop()
      await start({ staleCursor })
      happen(['event_of_old'], 60 * MINUTE)
      happen(['event_a'], 20 * MINUTE)
      happen(['event_b'], 10 * MINUTE)
      const state = createMemoryPollState()
      await state.store(`${Date.now() - 20 * MINUTE - 1_000} event_gone`)
      const { logged, lines } = begin({ state })
      await expect.poll(() => logged).toEqual(['event_a', 'event_b'])
      await nextPolls()
      expect(await state.load()).toMatch(/ event_b$/)
      expect(lines()).toHaveLength(1)
    })

    test('is said once if nothing has happened since', async () => {
      await sandbox.stop()
      await start({ staleCursor })
      const state = createMemoryPollState()
      await state.store(`${Date.now()} event_gone`)
      const { logged, lines } = begin({ state })
      await nextPolls(4)
      expect(logged).toEqual([])
      expect(lines()).toHaveLength(1)
    })
  },
)

test('polls count for the limit of WorkOS', async () => {
  const { apiKey, url } = sandbox.workos
  const workos = createWorkosProvider(
    { apiKey, apiUrl: url, requestsPerMinute: 1, directoryUsersPerSecond: 4 },
    { log: createLogger('silent'), cacheTtlMs: 0, fetch },
  )
  await workos.check(anyCall())
  const call = anyCall({ deadlineMs: performance.now() + 1_000 })
  await expect(workos.listEvents({ since: new Date() }, call)).rejects.toThrow(RateLimitedError)
  expect(polls()).toEqual([])
})

describe('a server', () => {
  const QUERY =
    '{ organizations(first: 3) { nodes { directories { nodes { users(first: 2) { nodes { id } } } } } } }'

  test('drops what an event contradicts that it has polled, whether a webhook has brought it or not', async () => {
    const app = await startApp({
      providers: ['workos'],
      dirgraph: { cacheTtlSeconds: 300, workosEventsPollSeconds: 1, webhooks: WEBHOOKS },
    })
    try {
      await app.query(QUERY)
      app.sandbox.clearCalls()
      const { user } = workosSubject(app.sandbox.data)
      const event = workosEvent('dsync.user.created', user, { created_at: new Date().toISOString() })
      app.sandbox.data.workos.events.push(event as never)
      const others = () => app.sandbox.calls.filter(({ path }) => path !== '/events')
      await expect
        .poll(
          async () => {
            await app.query(QUERY)
            return others().length
          },
          { timeout: 5_000, interval: 100 },
        )
        .toBeGreaterThan(0)
      const asked = others().length
      expect((await app.dirgraph.fetch(fromWorkos(event))).status).toBe(200)
      await app.query(QUERY)
      expect(others()).toHaveLength(asked)
    } finally {
      await app.stop()
    }
  })

  test('reuses what it has kept while polls fail, and ends that when they bring the event', async () => {
    const app = await startApp({
      providers: ['workos'],
      dirgraph: { cacheTtlSeconds: 300, workosEventsPollSeconds: 1 },
    })
    try {
      const callsTo = (events: boolean) =>
        app.sandbox.calls.filter(({ path }) => (path === '/events') === events).length
      const remove = app.sandbox.inject({ provider: 'workos', path: /events/, kind: 'status', status: 501 })
      await app.query(QUERY)
      app.sandbox.clearCalls()
      const { user } = workosSubject(app.sandbox.data)
      const created_at = new Date().toISOString()
      app.sandbox.data.workos.events.push(workosEvent('dsync.user.created', user, { created_at }) as never)
      await expect.poll(() => callsTo(true), { timeout: 5_000 }).toBeGreaterThan(0)
      await app.query(QUERY)
      expect(callsTo(false)).toBe(0)
      remove()
      const askAgain = async () => {
        await app.query(QUERY)
        return callsTo(false)
      }
      await expect.poll(askAgain, { timeout: 5_000, interval: 100 }).toBeGreaterThan(0)
    } finally {
      await app.stop()
    }
  })

  test('that starts again without Redis tells who comes back that events were missed, however few', async () => {
    const app = await startApp({ providers: ['workos'], dirgraph: { workosEventsPollSeconds: 1 } })
    const { apiKey, url: apiUrl } = app.sandbox.workos
    const { user } = workosSubject(app.sandbox.data)
    const happenNow = () =>
      app.sandbox.data.workos.events.push(
        workosEvent('dsync.user.updated', user, { created_at: new Date().toISOString() }) as never,
      )
    const listen = ({ fetch: fetcher }: Dirgraph, headers = {}) =>
      subscribe('http://dirgraph.test/graphql', ANY_EVENT, { fetcher, headers })
    const before = await listen(app.dirgraph)
    happenNow()
    const place = (await before.next())?.id ?? ''
    before.leave()
    await app.dirgraph.stop()
    const again = createDirgraph({
      workos: { apiKey, apiUrl },
      workosEventsPollSeconds: 1,
      logLevel: 'silent',
    })
    try {
      const after = await listen(again, { 'last-event-id': place })
      expect((await after.result()).errors?.[0]?.extensions.code).toBe('NOT_FOUND')
      expect((await after.next())?.event).toBe('complete')
    } finally {
      await again.stop()
      await app.sandbox.stop()
    }
  })

  test('asks for no events unless it is told to', async () => {
    const app = await startApp({ providers: ['workos'], dirgraph: { webhooks: WEBHOOKS } })
    await app.query(QUERY)
    expect(app.sandbox.calls.filter(({ path }) => path === '/events')).toEqual([])
    await app.stop()
  })
})
