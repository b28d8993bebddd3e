import { afterEach, describe, expect, test } from 'vitest'
import { PLANNED_READS } from '../budget/planned-reads.ts'
import { READS } from '../budget/read-operations.ts'
import { WRITES } from '../budget/write-operations.ts'
import { startApp, type TestApp, type TestAppSettings } from '../support/start-app.ts'

let app: TestApp

afterEach(() => app.stop())

const start = async (settings: TestAppSettings = {}) => {
  app = await startApp(settings)
}

const QUERY = '{ organizations(first: 5) { nodes { id } } }'

describe('what an operation has cost', () => {
  test.each<[what: string, headers: Record<string, string>, reportCost: boolean, isTold: boolean]>([
    ['unasked', {}, false, false],
    ['with the header', { 'dirgraph-cost': 'true' }, false, true],
    ['with another word in the header', { 'dirgraph-cost': '1' }, false, false],
    ['with the setting', {}, true, true],
  ])('%s is told or not', async (_what, headers, reportCost, isTold) => {
    await start({ dirgraph: { reportCost } })
    const { extensions } = await app.query(QUERY, {}, headers)
    expect(extensions !== undefined).toBe(isTold)
  })

  test('is told in this form', async () => {
    await start({ dirgraph: { reportCost: true, cacheTtlSeconds: 30 } })
    const { extensions } = await app.query(QUERY)
    expect(extensions).toEqual({
      dirgraph: {
        estimatedCalls: 4,
        upstreamCalls: 1,
        cacheHits: 0,
        coalesced: 0,
        retries: 0,
        waitedMs: expect.any(Number),
        budgets: [
          { provider: 'WORKOS', scope: 'provider', remaining: 9_999 },
          { provider: 'SCALEKIT', scope: 'provider', remaining: 10_000 },
        ],
      },
    })
    expect((await app.query(QUERY)).extensions).toMatchObject({
      dirgraph: { upstreamCalls: 0, cacheHits: 1 },
    })
  })

  test('counts every attempt as a call, and those after the first as retries', async () => {
    await start({ dirgraph: { reportCost: true } })
    app.sandbox.inject({ provider: 'workos', kind: 'status', status: 503, times: 1 })
    const { errors, extensions } = await app.query(QUERY)
    expect(errors).toBeUndefined()
    expect(extensions).toMatchObject({ dirgraph: { upstreamCalls: 2, retries: 1 } })
  })

  test('is told of a failure as well', async () => {
    await start({ dirgraph: { reportCost: true }, providers: ['workos'] })
    app.sandbox.inject({ provider: 'workos', kind: 'status', status: 501 })
    const { errors, extensions } = await app.query(QUERY)
    expect(errors).toHaveLength(1)
    expect(extensions).toMatchObject({ dirgraph: { estimatedCalls: 4, upstreamCalls: 1 } })
  })

  test('leaves the token out, which is everybody’s', async () => {
    await start({ dirgraph: { reportCost: true, maxUpstreamCalls: 1 }, providers: ['scalekit'] })
    const { errors, extensions } = await app.query(QUERY)
    expect(errors).toBeUndefined()
    expect(app.sandbox.calls).toHaveLength(2)
    expect(extensions).toMatchObject({ dirgraph: { upstreamCalls: 1 } })
  })
})

describe('no operation costs more than it was reckoned to:', () => {
  test.each([...READS, ...PLANNED_READS, ...WRITES])('%s', async (_name, { query, variables, world }) => {
    await start({ ...world, dirgraph: { reportCost: true } })
    const { extensions } = await app.query(query, variables?.(app.sandbox))
    const cost = extensions?.dirgraph as { estimatedCalls: number; upstreamCalls: number } | undefined
    const calls = app.sandbox.calls.filter(({ path }) => path !== '/oauth/token')
    expect(cost?.upstreamCalls).toBe(calls.length)
    expect(cost?.estimatedCalls).toBeGreaterThanOrEqual(calls.length)
  })
})
