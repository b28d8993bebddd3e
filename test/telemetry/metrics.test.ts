import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { countOf } from '../budget/count-calls.ts'
import { READS } from '../budget/read-operations.ts'
import { WRITES } from '../budget/write-operations.ts'
import { startApp, type TestApp, type TestAppSettings } from '../support/start-app.ts'
import { readMetrics } from './read-metrics.ts'

async function start(settings: TestAppSettings = {}): Promise<TestApp> {
  const app = await startApp(settings)
  onTestFinished(() => app.stop())
  return app
}

const LIST = 'query List { organizations(first: 3, filter: { provider: WORKOS }) { nodes { name } } }'
const CALLS = 'dirgraph_upstream_calls_total'

test('errors that a subscription is told while it runs are counted by code', async () => {
  const { dirgraph } = await start()
  const response = await dirgraph.fetch(
    new Request('http://dirgraph.test/graphql', {
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        'last-event-id': '1-0',
      },
      body: JSON.stringify({ query: 'subscription { directoryEvents { id } }' }),
    }),
  )
  expect(await response.text()).toContain('"NOT_FOUND"')
  const metrics = await readMetrics(dirgraph)
  expect(metrics.by('dirgraph_errors_total', 'code')).toEqual({ NOT_FOUND: 1 })
})

describe('upstream calls', () => {
  test('are counted as the providers saw them, by routes that have no id', async () => {
    const { dirgraph, query, sandbox } = await start()
    for (const [, { query: document, variables, world }] of [...READS, ...WRITES])
      if (world === undefined) await query(document, variables?.(sandbox))
    const metrics = await readMetrics(dirgraph)
    expect(metrics.by(CALLS, 'provider', 'method', 'route', 'status')).toEqual(seenBy(sandbox))
    expect(
      metrics.by('dirgraph_upstream_call_duration_seconds_count', 'provider', 'method', 'route', 'status'),
    ).toEqual(seenBy(sandbox))
    // Whatever was asked for, these are all the places that there are.
    expect(Object.keys(metrics.by(CALLS, 'provider', 'route'))).toHaveLength(21)
  })

  test('are counted attempt by attempt, with how each ended', async () => {
    const { dirgraph, query, sandbox } = await start()
    const workos = { provider: 'workos', times: 1 } as const
    sandbox.inject({ ...workos, kind: 'status', status: 503 })
    sandbox.inject({ ...workos, kind: 'reset' })
    await query(LIST)
    sandbox.inject({ ...workos, kind: 'html' })
    await query(LIST)
    const metrics = await readMetrics(dirgraph)
    expect(metrics.by(CALLS, 'status')).toEqual({ 200: 2, 503: 1, unreachable: 1 })
    expect(metrics.by('dirgraph_upstream_retries_total', 'provider')).toEqual({ workos: 2 })
    expect(sandbox.calls).toHaveLength(4)
  })

  test('that nobody waits for any more are `aborted`', async () => {
    const { dirgraph, sandbox } = await start()
    sandbox.inject({ provider: 'workos', kind: 'hang' })
    const leaving = new AbortController()
    const body = JSON.stringify({ query: LIST })
    const headers = { 'content-type': 'application/json' }
    const asked = new Request('http://dirgraph.test/graphql', {
      method: 'POST',
      headers,
      body,
      signal: leaving.signal,
    })
    const left = dirgraph.fetch(asked).catch(() => null)
    await vi.waitFor(() => expect(sandbox.calls).toHaveLength(1))
    leaving.abort()
    await left
    await vi.waitFor(async () =>
      expect((await readMetrics(dirgraph)).by(CALLS, 'status')).toEqual({ aborted: 1 }),
    )
  })

  test('that take too long are `timeout`', async () => {
    const { dirgraph, query, sandbox } = await start({ dirgraph: { operationTimeoutMs: 150 } })
    sandbox.inject({ provider: 'workos', kind: 'hang' })
    await query(LIST)
    expect((await readMetrics(dirgraph)).by(CALLS, 'status')).toEqual({ timeout: 1 })
  })
})

describe('operations', () => {
  const DOCUMENTS = {
    abc: LIST,
    def: 'mutation Link($id: ID!) { createPortalLink(input: { organizationId: $id }) { __typename } }',
  }

  test('are counted by the names of persisted documents, and by no other name', async () => {
    const { dirgraph, query } = await start({
      dirgraph: { persistedDocuments: { documents: DOCUMENTS, mode: 'allow' } },
    })
    await query(LIST)
    await query(DOCUMENTS.def, { id: 'x' })
    await query('{ __typename }')
    for (let number = 0; number < 30; number += 1) await query(`query Made${number}Up { __typename }`)
    await query('{ nope }')
    await query('query List { node(id: "x") { id } }')
    const metrics = await readMetrics(dirgraph)
    const expected = {
      'List query ok': 1,
      'List query partial': 1,
      'Link mutation partial': 1,
      'anonymous query ok': 1,
      'other query ok': 30,
      'other unknown refused': 1,
    }
    expect(metrics.by('dirgraph_operations_total', 'operation', 'kind', 'outcome')).toEqual(expected)
    const { 'other unknown refused': _untimed, ...timed } = expected
    expect(metrics.by('dirgraph_operation_duration_seconds_count', 'operation', 'kind', 'outcome')).toEqual(
      timed,
    )
  })

  test('have their errors counted by code, those that mutations answer as data included', async () => {
    const { dirgraph, query, sandbox } = await start()
    await query('{ a: node(id: "x") { id } b: node(id: "y") { id } }')
    await query('{ nope }')
    await query(DOCUMENTS.def, { id: 'x' })
    sandbox.inject({ provider: 'workos', kind: 'status', status: 403 })
    await query(LIST)
    expect((await readMetrics(dirgraph)).by('dirgraph_errors_total', 'code')).toEqual({
      BAD_USER_INPUT: 4,
      FORBIDDEN: 1,
    })
  })

  test('that are refused without a result are counted as well', async () => {
    const { dirgraph } = await start()
    const headers = { 'content-type': 'application/json', accept: 'image/png' }
    await dirgraph.fetch(new Request('http://dirgraph.test/graphql', { method: 'POST', headers, body: '{}' }))
    const metrics = await readMetrics(dirgraph)
    expect(metrics.by('dirgraph_operations_total', 'outcome')).toEqual({ refused: 1 })
    expect(metrics.by('dirgraph_errors_total', 'code')).toEqual({ BAD_USER_INPUT: 1 })
  })
})

describe('the cache', () => {
  test('has its lookups counted by what answered them', async () => {
    const { dirgraph, query, sandbox } = await start({ dirgraph: { cacheTtlSeconds: 30 } })
    sandbox.inject({ provider: 'workos', kind: 'delay', delayMs: 100 })
    await Promise.all([query(LIST), query(LIST), query(LIST)])
    sandbox.clearFaults()
    await query(LIST)
    const nowMs = performance.now.bind(performance)
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs() + 40_000)
    const mendSandbox = sandbox.inject({ provider: 'workos', kind: 'status', status: 501 })
    await query(LIST)
    clock.mockRestore()
    mendSandbox()
    const metrics = await readMetrics(dirgraph)
    expect(metrics.by('dirgraph_cache_lookups_total', 'provider', 'result')).toEqual({
      'workos coalesced': 2,
      'workos hit': 1,
      'workos miss': 2,
      'workos shared': 0,
      'workos stale': 1,
    })
  })
})

describe('budgets and breakers', () => {
  test('are as they stand when somebody looks, with one number for all directories', async () => {
    const { dirgraph, query, sandbox } = await start({
      workosLimits: { requestsPerMinute: 100, directoryUsersPerSecond: 4 },
      scalekitLimits: { requestsPerSecond: 50 },
    })
    const remaining = async () =>
      (await readMetrics(dirgraph)).by('dirgraph_budget_remaining', 'provider', 'scope')
    expect(await remaining()).toEqual({
      'workos provider': 100,
      'workos directory': 4,
      'scalekit provider': 50,
    })
    await query(
      '{ directories(first: 5, filter: { provider: WORKOS }) { nodes { users(first: 1) { nodes { id } } } } }',
    )
    expect(sandbox.calls).toHaveLength(6)
    expect(await remaining()).toEqual({
      'workos provider': 94,
      'workos directory': 3,
      'scalekit provider': 50,
    })
  })

  test('tell of requests that wait for a budget', async () => {
    const { dirgraph, query } = await start({
      workosLimits: { requestsPerMinute: 2 },
      dirgraph: { operationTimeoutMs: 70_000 },
    })
    const waiting = async () => (await readMetrics(dirgraph)).by('dirgraph_budget_waiting', 'provider')
    const list = (size: number) => query(LIST.replace('first: 3', `first: ${size}`))
    await Promise.all([list(1), list(2)])
    expect(await waiting()).toEqual({ workos: 0, scalekit: 0 })
    list(3)
    list(4)
    await vi.waitFor(async () => expect(await waiting()).toEqual({ workos: 2, scalekit: 0 }))
  })

  test('tell of a breaker that is open', async () => {
    const { dirgraph, query, sandbox } = await start()
    const state = async () => (await readMetrics(dirgraph)).by('dirgraph_breaker_state', 'provider')
    expect(await state()).toEqual({ workos: 0, scalekit: 0 })
    sandbox.inject({ provider: 'workos', kind: 'status', status: 501 })
    const lists = Array.from(
      { length: 10 },
      (_, size) => `o${size}: ${LIST.slice(13, -2).replace('3', `${size + 1}`)}`,
    )
    await query(`{ ${lists.join(' ')} }`)
    expect(sandbox.calls).toHaveLength(10)
    expect(await state()).toEqual({ workos: 2, scalekit: 0 })
  })
})

/** What the providers were asked, by the same labels. */
function seenBy({ calls }: Sandbox): Record<string, number> {
  const seen: Record<string, number> = {}
  for (const call of calls) {
    const [place = ''] = [
      ...Object.keys(countOf([{ ...call, query: {} }]).calls),
      ...(call.path === '/oauth/token' ? ['scalekit POST /oauth/token'] : []),
    ]
    const route =
      call.provider === 'scalekit' ? place.replace(' /organizations', ' /api/v1/organizations') : place
    const key = `${route} ${call.status}`
    seen[key] = (seen[key] ?? 0) + 1
  }
  return seen
}
