import { expect, onTestFinished, test, vi } from 'vitest'
import { organizationId } from '../support/seeded-ids.ts'
import { serveApp } from '../support/serve-app.ts'
import type { TestApp } from '../support/start-app.ts'
import {
  callsTo,
  failuresOf,
  holdClock,
  manyOrganizations,
  ONE_LIST,
  organizations,
  post,
  start,
} from './start-faults.ts'

const OPEN = [
  { path: 'organizations', code: 'UPSTREAM_UNAVAILABLE', provider: 'WORKOS', reason: 'circuit-open' },
]
/** Told at once, and never repeated. */
const BROKEN = { provider: 'workos', kind: 'status', status: 501 } as const

const LINK =
  'mutation($id: ID!) { createPortalLink(input: { organizationId: $id }) { __typename ... on Error { message } } }'

/** Lets a circuit half open without the time that it takes; the clocks of calls and answers go on as they are. */
function letCircuitCool(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5_001 })
  onTestFinished(() => void vi.useRealTimers())
}

async function breakCircuit(app: TestApp): Promise<void> {
  app.sandbox.inject(BROKEN)
  await app.query(manyOrganizations(12))
  app.sandbox.clearCalls()
}

test('a provider that fails repeatedly is left alone for a moment, and no other is', async () => {
  const app = await start()
  await breakCircuit(app)
  const answer = await app.query(`{ ${organizations(50)} other: ${organizations(5, 'SCALEKIT')} }`)
  expect(failuresOf(answer)).toEqual(OPEN)
  expect(answer.data?.other).not.toBeNull()
  app.sandbox.clearFaults()
  expect(failuresOf(await app.query(ONE_LIST))).toEqual(OPEN)
  expect(callsTo(app)).toHaveLength(0)
})

test('a write is not sent to it either, and is known not to have been', async () => {
  const app = await start()
  await breakCircuit(app)
  const id = organizationId('workos', app.sandbox.data.known.workosOrganizationId)
  const { data } = await app.query<{ createPortalLink: { __typename: string; message: string } }>(LINK, {
    id,
  })
  expect(data?.createPortalLink.__typename).toBe('UnavailableError')
  expect(data?.createPortalLink.message).not.toMatch(/carried out/)
  expect(callsTo(app)).toHaveLength(0)
})

test('an answer that is kept stands in for it', async () => {
  const letPass = holdClock()
  const app = await start({ dirgraph: { cacheTtlSeconds: 30 } })
  const first = await app.query(ONE_LIST)
  await breakCircuit(app)
  letPass(40)
  const later = await app.query(ONE_LIST)
  expect(later.errors).toBeUndefined()
  expect(later.data).toEqual(first.data)
  expect(later.extensions?.dirgraph).toMatchObject({ stale: [{ provider: 'WORKOS' }] })
  expect(callsTo(app)).toHaveLength(0)
})

test('after five seconds one call tries it; a failure leaves it alone for as long again', async () => {
  const app = await start()
  await breakCircuit(app)
  letCircuitCool()
  expect(failuresOf(await app.query(manyOrganizations(6)))).toHaveLength(6)
  expect(callsTo(app)).toHaveLength(1)
  app.sandbox.clearFaults()
  expect(failuresOf(await app.query(ONE_LIST))).toEqual(OPEN)
  letCircuitCool()
  expect((await app.query(ONE_LIST)).errors).toBeUndefined()
  expect((await app.query(manyOrganizations(6))).errors).toBeUndefined()
  expect(callsTo(app)).toHaveLength(1 + 1 + 6)
})

test('who comes while that one is under way is refused at once, with a read or a write', async () => {
  const app = await start()
  await breakCircuit(app)
  app.sandbox.clearFaults()
  const remove = app.sandbox.inject({ provider: 'workos', kind: 'delay', delayMs: 1_500 })
  letCircuitCool()
  let isOver = false
  const trial = app.query(ONE_LIST).finally(() => {
    isOver = true
  })
  await expect.poll(() => callsTo(app).length).toBe(1)
  remove()
  expect(failuresOf(await app.query(`{ ${organizations(50)} }`))).toEqual(OPEN)
  const { data } = await app.query<{ createPortalLink: { __typename: string; message: string } }>(LINK, {
    id: organizationId('workos', app.sandbox.data.known.workosOrganizationId),
  })
  expect(data?.createPortalLink.__typename).toBe('UnavailableError')
  expect(data?.createPortalLink.message).not.toMatch(/carried out/)
  expect([isOver, callsTo(app).length]).toEqual([false, 1])
  expect((await trial).errors).toBeUndefined()
  expect((await app.query(`{ ${organizations(50)} }`)).errors).toBeUndefined()
})

test('fewer than ten failures are no reason', async () => {
  const app = await start()
  app.sandbox.inject(BROKEN)
  await app.query(manyOrganizations(9))
  expect(failuresOf(await app.query(ONE_LIST))).toMatchObject([{ reason: 'server-error' }])
})

test('nor is every second call', async () => {
  const app = await start()
  for (let turn = 0; turn < 12; turn += 1) {
    const remove = app.sandbox.inject(BROKEN)
    expect(failuresOf(await app.query(ONE_LIST))).toMatchObject([{ reason: 'server-error' }])
    remove()
    expect((await app.query(ONE_LIST)).errors).toBeUndefined()
  }
})

test('calls that reach nobody count', async () => {
  const app = await start()
  app.sandbox.inject({ provider: 'workos', kind: 'reset' })
  await app.query(manyOrganizations(12))
  expect(failuresOf(await app.query(`{ ${organizations(50)} }`))).toEqual(OPEN)
})

test('calls that wait for a token which does not come do not', async () => {
  const app = await start()
  const remove = app.sandbox.inject({ provider: 'scalekit', kind: 'status', status: 501, path: /oauth/ })
  expect(failuresOf(await app.query(manyOrganizations(12, 'SCALEKIT')))).toHaveLength(12)
  remove()
  expect((await app.query(manyOrganizations(12, 'SCALEKIT'))).errors).toBeUndefined()
})

test('calls that are never answered count', async () => {
  const app = await start({ dirgraph: { operationTimeoutMs: 1_500 } })
  app.sandbox.inject({ provider: 'workos', kind: 'hang' })
  await app.query(manyOrganizations(12))
  expect(failuresOf(await app.query(`{ ${organizations(50)} }`))).toEqual(OPEN)
  expect(callsTo(app)).toHaveLength(12)
})

test.each([
  ['429', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }],
  ['403', { kind: 'status', status: 403 }],
  ['401', { kind: 'status', status: 401 }],
  ['400', { kind: 'status', status: 400 }],
  ['a page of HTML', { kind: 'html' }],
  ['malformed JSON', { kind: 'malformed-json' }],
] as const)('answers with %s do not', async (_title, fault) => {
  const app = await start()
  const remove = app.sandbox.inject({ provider: 'workos', ...fault })
  await app.query(manyOrganizations(12))
  remove()
  const healed = await app.query(`{ ${organizations(50)} }`)
  expect(failuresOf(healed).map(({ code }) => code)).not.toContain('UPSTREAM_UNAVAILABLE')
})

test('callers who leave do not, wherever their calls are', async () => {
  const app = await serveApp({ workosLimits: { requestsPerMinute: 15 } })
  onTestFinished(() => app.stop())
  const remove = app.sandbox.inject({ provider: 'workos', kind: 'hang' })
  for (const leave of [app.dirgraph.fetch, (request: Request) => fetch(app.url, request)]) {
    const leaving = new AbortController()
    // More than the limit lets go at once, so that some leave while they wait for their turn.
    const left = leave(post(manyOrganizations(12), leaving.signal)).catch(() => null)
    await expect.poll(() => callsTo(app).length).toBeGreaterThanOrEqual(12)
    leaving.abort(new Error('any reason'))
    await left
  }
  remove()
  const answer = await app.query(`{ ${organizations(50)} providers { provider reachable } }`)
  expect(failuresOf(answer).map(({ reason }) => reason)).not.toContain('circuit-open')
})
