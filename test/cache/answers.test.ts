import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { directoryId, organizationId } from '../support/seeded-ids.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

let app: TestApp

afterEach(() => app.stop())

const start = async (cacheTtlSeconds: number) => {
  app = await startApp({ dirgraph: { cacheTtlSeconds }, providers: ['workos'] })
}

const ORGANIZATIONS = '{ organizations(first: 5) { nodes { name } } }'
const ONE = 'query($id: ID!) { organization(by: { id: $id }) { name } }'

async function ask(
  query = ORGANIZATIONS,
  variables?: Record<string, unknown>,
  headers?: Record<string, string>,
) {
  app.sandbox.clearCalls()
  const result = await app.query(query, variables, headers)
  return { ...result, calls: app.sandbox.calls.length }
}

const fail = (status: number, path = /./) =>
  app.sandbox.inject({ provider: 'workos', path, kind: 'status', status })
const staleOf = (result: { extensions?: Record<string, unknown> }) =>
  (result.extensions?.dirgraph as { stale?: unknown } | undefined)?.stale
const halden = () => organizationId('workos', app.sandbox.data.known.workosOrganizationId)

describe('an answer', () => {
  test('is not reused by another operation where the time for it is 0', async () => {
    await start(0)
    expect((await ask()).calls).toBe(1)
    expect((await ask()).calls).toBe(1)
    fail(500)
    expect((await ask()).errors).toHaveLength(1)
  })

  test('is reused while it is fresh, and asked for again afterwards', async () => {
    await start(0.3)
    const { data } = await ask()
    const again = await ask(ORGANIZATIONS, {}, { 'dirgraph-cost': 'true' })
    expect(again).toMatchObject({
      calls: 0,
      data,
      extensions: { dirgraph: { cacheHits: 1, upstreamCalls: 0 } },
    })
    expect(staleOf(again)).toBeUndefined()
    await wait(320)
    expect((await ask()).calls).toBe(1)
  })

  test('is renewed in the background once two thirds of its time are over, and nobody waits for it', async () => {
    await start(3)
    await ask()
    await wait(2_050)
    const [one] = app.sandbox.data.workos.organizations.slice(-1)
    Object.assign(one ?? {}, { name: 'Renamed' })
    const old = await ask()
    expect(JSON.stringify(old.data)).not.toContain('Renamed')
    await expect.poll(() => app.sandbox.calls.at(-1)?.status).toBe(200)
    expect(app.sandbox.calls).toHaveLength(1)
    await expect.poll(async () => JSON.stringify((await app.query(ORGANIZATIONS)).data)).toContain('Renamed')
    expect(app.sandbox.calls).toHaveLength(1)
  })

  test('is renewed by one call, however many would', async () => {
    await start(1.5)
    await ask()
    await wait(1_050)
    app.sandbox.inject({ provider: 'workos', times: 1, kind: 'delay', delayMs: 100 })
    app.sandbox.clearCalls()
    await Promise.all(Array.from({ length: 10 }, () => app.query(ORGANIZATIONS)))
    await expect.poll(() => app.sandbox.calls.at(-1)?.status).toBe(200)
    expect(app.sandbox.calls).toHaveLength(1)
  })

  test('that could not be renewed in the background goes on, and nobody hears of it', async () => {
    await start(1.5)
    await ask()
    await wait(1_050)
    fail(501)
    const { data, errors, extensions } = await ask()
    expect(data).toMatchObject({ organizations: { nodes: [{}, {}, {}, {}, {}] } })
    expect([errors, extensions]).toEqual([undefined, undefined])
  })
})

describe('an answer that is refused when it is renewed in the background', () => {
  test.each([
    [401, 'reason', 'credentials-refused'],
    [403, 'code', 'FORBIDDEN'],
    [404, 'code', 'NOT_FOUND'],
    [400, 'code', 'BAD_USER_INPUT'],
  ])('with %i ends at once, and does not come back', async (status, name, value) => {
    await start(3)
    await ask()
    await wait(2_050)
    fail(status)
    expect((await ask()).errors).toBeUndefined()
    await expect.poll(() => app.sandbox.calls.at(-1)?.status).toBe(status)
    const isRefused = async () => (await app.query(ORGANIZATIONS)).errors?.[0]?.extensions
    await expect.poll(isRefused, { timeout: 500 }).toMatchObject({ [name]: value })
    app.sandbox.clearFaults()
    fail(501)
    expect((await ask()).errors).toMatchObject([{ extensions: { reason: 'server-error' } }])
  })

  test('as an object that is gone is gone at once', async () => {
    await start(3)
    await ask(ONE, { id: halden() })
    await wait(2_050)
    fail(404)
    expect((await ask(ONE, { id: halden() })).data?.organization).not.toBeNull()
    const organization = async () => (await app.query(ONE, { id: halden() })).data?.organization
    await expect.poll(organization, { timeout: 500 }).toBeNull()
  })
})

describe('while the provider fails', () => {
  test.each([500, 501, 503, 429])(
    'with %i an older answer stands in, and says how old it is',
    async status => {
      await start(0.05)
      const { data } = await ask()
      await wait(1_100)
      fail(status)
      const stale = await ask()
      expect(stale).toMatchObject({ data })
      expect(stale.errors).toBeUndefined()
      expect(stale.extensions).toEqual({
        dirgraph: { stale: [{ provider: 'WORKOS', ageSeconds: expect.any(Number) }] },
      })
      expect((staleOf(stale) as [{ ageSeconds: number }])[0].ageSeconds).toBeGreaterThanOrEqual(1)
    },
  )

  test.each(['reset', 'malformed-json', 'html'] as const)('by %s an older answer stands in', async kind => {
    await start(0.05)
    const { data } = await ask()
    await wait(60)
    app.sandbox.inject({ provider: 'workos', kind })
    const stale = await ask()
    expect([stale.data, stale.errors]).toEqual([data, undefined])
    expect(staleOf(stale)).toMatchObject([{ provider: 'WORKOS' }])
  })

  test('none stands in where there is none', async () => {
    await start(30)
    await ask()
    fail(501)
    expect(await ask('{ organizations(first: 4) { nodes { id } } }')).toMatchObject({
      errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }],
    })
  })

  test.each([
    [401, [{ extensions: { reason: 'credentials-refused' } }]],
    [403, [{ extensions: { code: 'FORBIDDEN' } }]],
    [404, undefined],
  ])(
    'with %i, which is an answer, none stands in; nor does it when the provider fails later',
    async (status, errors) => {
      await start(0.05)
      await ask(ONE, { id: halden() })
      await wait(60)
      fail(status)
      const refused = await ask(ONE, { id: halden() })
      expect(refused.data).toEqual({ organization: null })
      if (errors === undefined) expect(refused.errors).toBeUndefined()
      else expect(refused.errors).toMatchObject(errors)
      expect(staleOf(refused)).toBeUndefined()
      app.sandbox.clearFaults()
      fail(501)
      expect(await ask(ONE, { id: halden() })).toMatchObject({
        data: { organization: null },
        errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }],
      })
    },
  )
})

describe('never kept are', () => {
  test.each([400, 401, 403, 422, 429, 500, 503])('answers of %i', async status => {
    await start(30)
    fail(status, /^\/organizations/)
    expect((await ask()).errors).toHaveLength(1)
    app.sandbox.clearFaults()
    await wait(status === 429 ? 1_100 : 0)
    const after = await ask()
    expect([after.errors, after.calls]).toEqual([undefined, 1])
  })

  test('an object that was not there', async () => {
    await start(30)
    const id = directoryId(app.sandbox, app.sandbox.data.known.workosMediumDirectoryId)
    const query = 'query($id: ID!) { directory(by: { id: $id }) { name } }'
    const { directories } = app.sandbox.data.workos
    const kept = directories.splice(0)
    expect(await ask(query, { id })).toMatchObject({ data: { directory: null }, calls: 1 })
    directories.push(...kept)
    expect(await ask(query, { id })).toMatchObject({ data: { directory: {} }, calls: 1 })
  })

  test.each(['malformed-json', 'html', 'truncated', 'reset-mid-body'] as const)(
    'bodies that are %s',
    async kind => {
      await start(30)
      const remove = app.sandbox.inject({ provider: 'workos', path: /^\/organizations/, kind })
      expect((await ask()).errors).toHaveLength(1)
      remove()
      const after = await ask()
      expect([after.errors, after.calls]).toEqual([undefined, 1])
    },
  )
})
