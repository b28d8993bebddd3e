import { expect, test } from 'vitest'
import { directoryId } from '../support/seeded-ids.ts'
import type { TestApp } from '../support/start-app.ts'
import {
  callsTo,
  failuresOf,
  holdClock,
  manyOrganizations,
  ONE_LIST,
  organizations,
  start,
} from './start-faults.ts'

/** With the name, so that a look-up goes before the page: by then a refusal of the page before it has arrived. */
const USERS =
  'query($id: ID!) { node(id: $id) { ... on Directory { name users(first: 5) { nodes { id } } } } }'
const limited = { provider: 'workos', kind: 'status', status: 429 } as const

function usersOf(app: TestApp, id: string) {
  return app.query(USERS, { id: directoryId(app.sandbox, id) })
}

test('1: a limit that ends in time is waited for once; its directory holds off, and others pass', async () => {
  const app = await start()
  const { workosSmallDirectoryId: one, workosMediumDirectoryId: other } = app.sandbox.data.known
  app.sandbox.inject({
    ...limited,
    path: new RegExp(`/directory_users\\?.*directory=${one}`),
    headers: { 'retry-after': '1' },
    times: 1,
  })
  const asked = () => callsTo(app).filter(({ path }) => path === '/directory_users')
  const waiting = usersOf(app, one)
  await expect.poll(() => asked().length).toBe(1)
  const alsoWaiting = app.query(USERS.replace('5', '6'), { id: directoryId(app.sandbox, one) })
  const passing = await usersOf(app, other)
  expect(passing.errors).toBeUndefined()
  expect(asked().map(({ query, status }) => [query.directory, status])).toEqual([
    [one, 429],
    [other, 200],
  ])
  for (const answer of [await waiting, await alsoWaiting]) expect(answer.errors).toBeUndefined()
  const [refused, ...later] = asked()
  const ofTheSame = later.filter(({ query }) => query.directory === one)
  expect(ofTheSame.map(({ status }) => status)).toEqual([200, 200])
  for (const { receivedAtMs } of ofTheSame) {
    expect(receivedAtMs - (refused?.answeredAtMs ?? 0)).toBeGreaterThanOrEqual(990)
  }
})

test('1: the time that was waited and the repetition are told', async () => {
  const app = await start({ dirgraph: { reportCost: true } })
  app.sandbox.inject({ ...limited, headers: { 'retry-after': '1' }, times: 1 })
  const { errors, extensions } = await app.query(ONE_LIST)
  expect(errors).toBeUndefined()
  expect(extensions?.dirgraph).toMatchObject({ upstreamCalls: 2, retries: 1 })
})

test('2: a limit beyond the deadline is refused at once, and so is all that comes before it ends', async () => {
  const app = await start()
  app.sandbox.inject({ ...limited, headers: { 'retry-after': '60' }, times: 1 })
  const refused = await app.query(`{ ${organizations()} providers { provider } }`)
  expect(refused.data).toMatchObject({ organizations: null, providers: [{}, {}] })
  expect(failuresOf(refused)).toEqual([
    { path: 'organizations', code: 'RATE_LIMITED', provider: 'WORKOS', retryAfterSeconds: 60 },
  ])
  const next = await app.query(
    `{ ${organizations(6)} ${organizations(5, 'SCALEKIT').replace('organizations', 'other: organizations')} }`,
  )
  expect(failuresOf(next)).toEqual([
    {
      path: 'organizations',
      code: 'RATE_LIMITED',
      provider: 'WORKOS',
      retryAfterSeconds: expect.toSatisfy((seconds: number) => seconds > 50 && seconds <= 61),
    },
  ])
  expect(next.data?.other).not.toBeNull()
  expect(callsTo(app)).toHaveLength(1)
})

test('2: what ends after the operation’s own, shorter deadline is refused at once as well', async () => {
  const app = await start({ dirgraph: { operationTimeoutMs: 1_000 } })
  app.sandbox.inject({ ...limited, headers: { 'retry-after': '2' } })
  expect(failuresOf(await app.query(ONE_LIST))).toMatchObject([
    { code: 'RATE_LIMITED', retryAfterSeconds: 2 },
  ])
  expect(callsTo(app)).toHaveLength(1)
})

test('2: an answer that is kept stands in, with its age told, until it is ten minutes old', async () => {
  const letPass = holdClock()
  const app = await start({ dirgraph: { cacheTtlSeconds: 30 } })
  const first = await app.query(ONE_LIST)
  app.sandbox.inject({ ...limited, headers: { 'retry-after': '3600' } })
  letPass(40)
  const later = await app.query(ONE_LIST)
  expect(later.errors).toBeUndefined()
  expect(later.data).toEqual(first.data)
  expect(later.extensions?.dirgraph).toEqual({ stale: [{ provider: 'WORKOS', ageSeconds: 40 }] })
  letPass(600)
  expect(failuresOf(await app.query(ONE_LIST))).toMatchObject([{ code: 'RATE_LIMITED' }])
})

test.each([
  [401, 'UPSTREAM_UNAVAILABLE'],
  [403, 'FORBIDDEN'],
])(
  '2: an answer that is kept does not stand in for a refusal with %i, nor for what comes after it',
  async (status, code) => {
    const letPass = holdClock()
    const app = await start({ dirgraph: { cacheTtlSeconds: 30 } })
    await app.query(ONE_LIST)
    letPass(40)
    app.sandbox.inject({ provider: 'workos', kind: 'status', status })
    const refused = await app.query(ONE_LIST)
    expect(failuresOf(refused)).toMatchObject([{ code }])
    expect(refused.extensions).toBeUndefined()
    app.sandbox.clearFaults()
    app.sandbox.inject({ provider: 'workos', kind: 'status', status: 501 })
    expect(failuresOf(await app.query(ONE_LIST))).toMatchObject([{ reason: 'server-error' }])
  },
)

test('3: a limit without a time is met with two repetitions, and then told', async () => {
  const app = await start()
  app.sandbox.inject(limited)
  expect(failuresOf(await app.query(ONE_LIST))).toMatchObject([
    { code: 'RATE_LIMITED', provider: 'WORKOS', retryAfterSeconds: null },
  ])
  expect(callsTo(app)).toHaveLength(3)
})

test('3: a limit without a time that ends meanwhile costs nobody anything', async () => {
  const app = await start()
  app.sandbox.inject({ ...limited, times: 1 })
  expect((await app.query(manyOrganizations(3))).errors).toBeUndefined()
  expect(callsTo(app)).toHaveLength(4)
})
