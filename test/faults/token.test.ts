import { expect, test } from 'vitest'
import type { TestApp } from '../support/start-app.ts'
import { callsTo, failuresOf, holdClock, manyOrganizations, organizations, start } from './start-faults.ts'

const AT_SCALEKIT = `{ ${organizations(5, 'SCALEKIT')} }`
const FIVE = manyOrganizations(5, 'SCALEKIT')
const tokenCalls = ({ sandbox }: TestApp) => sandbox.calls.filter(({ path }) => path === '/oauth/token')

test('14: a token that ends in the middle of an operation is renewed once, and every call repeated once', async () => {
  const app = await start()
  await app.query(AT_SCALEKIT)
  app.sandbox.data.scalekit.tokens.clear()
  app.sandbox.clearCalls()
  expect((await app.query(FIVE)).errors).toBeUndefined()
  expect(tokenCalls(app)).toHaveLength(1)
  expect(
    callsTo(app, 'scalekit')
      .map(({ status }) => status)
      .toSorted(),
  ).toEqual([...Array(5).fill(200), ...Array(5).fill(401)])
})

test('14: a new token that is refused as well ends it: the credentials are refused', async () => {
  const app = await start()
  app.sandbox.inject({ provider: 'scalekit', kind: 'status', status: 401, path: /^\/api/ })
  const answer = await app.query(
    FIVE.replace('{', '{ other: organizations(first: 1, filter: { provider: WORKOS }) { nodes { id } } '),
  )
  expect(failuresOf(answer)).toHaveLength(5)
  for (const failure of failuresOf(answer)) {
    expect(failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', reason: 'credentials-refused' })
  }
  expect(answer.data?.other).not.toBeNull()
  expect(tokenCalls(app)).toHaveLength(2)
  expect(callsTo(app, 'scalekit')).toHaveLength(10)
})

test('14: a key of WorkOS that is refused is not tried again', async () => {
  const app = await start({ refused: ['workos'] })
  expect(failuresOf(await app.query(`{ ${organizations()} }`))).toMatchObject([
    { reason: 'credentials-refused' },
  ])
  expect(callsTo(app)).toHaveLength(1)
})

test.each([
  ['before', -5],
  ['ahead of', 5],
])(
  '15: times count from receipt, though the providers’ clocks are five minutes %s ours',
  async (_title, minutes) => {
    const letPass = holdClock()
    const app = await start({ tokenTtlSeconds: 600, dirgraph: { cacheTtlSeconds: 30 } })
    const date = new Date(Date.now() + minutes * 60_000).toUTCString()
    for (const provider of ['workos', 'scalekit'] as const) {
      app.sandbox.inject({ provider, kind: 'delay', delayMs: 1, headers: { date } })
    }
    const ask = async () =>
      expect(
        (await app.query(`{ ${organizations(5, 'SCALEKIT')} other: ${organizations()} }`)).errors,
      ).toBeUndefined()
    const made = () => [tokenCalls(app).length, callsTo(app).length, callsTo(app, 'scalekit').length]
    await ask()
    letPass(19)
    await ask()
    expect(made()).toEqual([1, 1, 1])
    letPass(12)
    await ask()
    expect(made()).toEqual([1, 2, 2])
    letPass(448)
    await ask()
    expect(made()).toEqual([1, 3, 3])
    letPass(32)
    await ask()
    expect(made()).toEqual([2, 4, 4])
  },
)

test('14: a token that can not stand in a header is none, and is sent nowhere', async () => {
  const app = await start()
  const body = '{"access_token":"one\\ntwo","expires_in":3600}'
  app.sandbox.inject({ provider: 'scalekit', kind: 'status', status: 200, path: /^\/oauth/, body })
  expect(failuresOf(await app.query(AT_SCALEKIT))).toMatchObject([{ reason: 'bad-response' }])
  expect(callsTo(app, 'scalekit')).toEqual([])
  expect(tokenCalls(app)).toHaveLength(1)
})
