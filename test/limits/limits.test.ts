import { afterEach, describe, expect, test } from 'vitest'
import { PUBLISHED_LIMITS } from '../support/any-call.ts'
import { directoryId } from '../support/seeded-ids.ts'
import { startApp, type TestApp, type TestAppSettings } from '../support/start-app.ts'

let app: TestApp

afterEach(() => app.stop())

const start = async (settings: TestAppSettings) => {
  app = await startApp(settings)
}

const USERS = `query($id: ID!, $first: Int!) { directory(by: { id: $id }) { users(first: $first) { nodes { name } } } }`
const COST = { 'dirgraph-cost': 'true' }

const large = () => directoryId(app.sandbox, app.sandbox.data.known.workosLargeDirectoryId)
const medium = () => directoryId(app.sandbox, app.sandbox.data.known.workosMediumDirectoryId)
const refused = () => app.sandbox.calls.filter(({ status }) => status === 429)
const usersOf = (directory: string) => app.sandbox.calls.filter(({ query }) => query.directory === directory)

/** Distinct pages, so that no two of them are one call. */
const pages = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => app.query(USERS, { id: large(), first: from + index }))

describe('against a provider that holds to its published limits', () => {
  test('many operations on one directory of WorkOS are all answered, and none is refused', async () => {
    await start(PUBLISHED_LIMITS)
    const results = await Promise.all(pages(18))
    expect(results.flatMap(({ errors }) => errors ?? [])).toEqual([])
    expect(refused()).toEqual([])
    expect(usersOf(app.sandbox.data.known.workosLargeDirectoryId)).toHaveLength(18)
  })

  test('so are many on Scalekit, where the token counts as well', async () => {
    await start(PUBLISHED_LIMITS)
    const id = directoryId(app.sandbox, app.sandbox.data.known.scalekitLargeDirectoryId)
    const document = `query($id: ID!, $first: Int!) {
      directory(by: { id: $id }) { users(first: $first) { nodes { name } } groups(first: $first) { nodes { name } } }
    }`
    const results = await Promise.all(
      Array.from({ length: 30 }, (_, index) => app.query(document, { id, first: index + 1 })),
    )
    expect(results.flatMap(({ errors }) => errors ?? [])).toEqual([])
    expect(refused()).toEqual([])
  })

  test('a first page comes before the rest of somebody’s walk', async () => {
    await start(PUBLISHED_LIMITS)
    const walk = app.query(
      `query($id: ID!) { directory(by: { id: $id }) { ${Array.from({ length: 20 }, (_, index) => `a${index}: users(first: ${index + 1}) { nodes { id } }`).join(' ')} } }`,
      { id: large() },
    )
    const id = app.sandbox.data.known.workosLargeDirectoryId
    await expect.poll(() => usersOf(id).length).toBe(4)
    const page = await app.query(USERS, { id: large(), first: 50 })
    expect(page.errors).toBeUndefined()
    expect(usersOf(id).findIndex(({ query }) => query.limit === '50')).toBeLessThan(6)
    expect((await walk).errors).toBeUndefined()
    expect(refused()).toEqual([])
  })

  test('a directory that waits lets another pass', async () => {
    await start(PUBLISHED_LIMITS)
    const walk = Promise.all(pages(12))
    const id = app.sandbox.data.known.workosLargeDirectoryId
    await expect.poll(() => usersOf(id).length).toBe(4)
    expect((await app.query(USERS, { id: medium(), first: 3 })).errors).toBeUndefined()
    expect(usersOf(id).length).toBeLessThan(12)
    await walk
    expect(refused()).toEqual([])
  })
})

describe('what can not be served in time', () => {
  test('is refused as RATE_LIMITED with the seconds to wait, and no call is made for it', async () => {
    await start({ ...PUBLISHED_LIMITS, dirgraph: { operationTimeoutMs: 700 } })
    const results = await Promise.all(pages(10))
    const errors = results.flatMap(result => result.errors ?? [])
    expect(errors).toHaveLength(6)
    for (const error of errors) {
      expect(error).toMatchObject({
        path: ['directory', 'users'],
        extensions: { code: 'RATE_LIMITED', provider: 'WORKOS', retryAfterSeconds: 2 },
      })
    }
    expect(usersOf(app.sandbox.data.known.workosLargeDirectoryId)).toHaveLength(4)
    expect(refused()).toEqual([])
  })

  test('is refused on the word of the provider as well, and then nobody asks until its time has come', async () => {
    await start({ ...PUBLISHED_LIMITS, dirgraph: { operationTimeoutMs: 2_000 } })
    const fault = { provider: 'workos', path: /directory_users/, kind: 'status', status: 429 } as const
    app.sandbox.inject({ ...fault, headers: { 'retry-after': '30' } })
    const [first, second] = [await pages(1)[0], await pages(1, 2)[0]]
    for (const result of [first, second]) {
      expect(result?.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 30 } }])
    }
    expect(refused()).toHaveLength(1)
    app.sandbox.clearFaults()
    expect((await app.query(USERS, { id: medium(), first: 1 })).errors).toBeUndefined()
  })

  test('is refused as soon as the provider holds off those that wait already', async () => {
    await start({ ...PUBLISHED_LIMITS, dirgraph: { operationTimeoutMs: 4_000 } })
    const id = app.sandbox.data.known.workosLargeDirectoryId
    const results = pages(10)
    await expect.poll(() => usersOf(id).length).toBe(4)
    const fault = { provider: 'workos', path: /directory_users/, kind: 'status', status: 429 } as const
    app.sandbox.inject({ ...fault, headers: { 'retry-after': '30' } })
    const errors = (await Promise.all(results)).flatMap(result => result.errors ?? [])
    expect(errors).toHaveLength(6)
    // Who had waited until its own time is over would not have been told how long the provider means it.
    for (const { extensions } of errors) {
      expect(extensions?.code).toBe('RATE_LIMITED')
      expect(extensions?.retryAfterSeconds).toBeGreaterThan(20)
      expect(extensions?.retryAfterSeconds).toBeLessThan(40)
    }
    expect(refused().length).toBeLessThanOrEqual(4)
  })
})

describe('what is left of the limits', () => {
  test('is told for the provider and for each directory that was asked', async () => {
    await start({ ...PUBLISHED_LIMITS })
    await pages(1)[0]
    const { extensions } = await app.query(USERS, { id: large(), first: 2 }, COST)
    expect(extensions).toMatchObject({
      dirgraph: {
        budgets: [
          { provider: 'WORKOS', scope: 'provider', remaining: 6_000 - 2 },
          { provider: 'WORKOS', scope: app.sandbox.data.known.workosLargeDirectoryId, remaining: 2 },
          { provider: 'SCALEKIT', scope: 'provider', remaining: expect.any(Number) },
        ],
      },
    })
  })
})
