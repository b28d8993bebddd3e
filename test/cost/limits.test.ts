import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { startApp, type TestApp, type TestAppSettings } from '../support/start-app.ts'

let app: TestApp

afterEach(() => app.stop())

const start = async (dirgraph: TestAppSettings['dirgraph'] = {}) => {
  app = await startApp({ dirgraph })
}

async function post(query: string, variables: Record<string, unknown> = {}) {
  const response = await app.dirgraph.fetch(
    new Request('http://dirgraph.test/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    }),
  )
  return { status: response.status, body: await response.json() }
}

const DEAR =
  '{ organizations(first: 100) { nodes { directories(first: 100) { nodes { users(first: 10) { nodes { name } } } } } } }'

describe('an operation that may need too many calls', () => {
  test('is refused with the field that needs most of them, before any call is made', async () => {
    await start()
    expect(await post(DEAR)).toEqual({
      status: 400,
      body: {
        errors: [
          {
            message:
              'This operation may need 10207 upstream calls, of which `organizations.directories.users` needs most; 2000 are allowed. Ask for smaller pages.',
            extensions: { code: 'QUERY_TOO_COSTLY', requestId: expect.any(String) },
          },
        ],
      },
    })
    expect(app.sandbox.calls).toEqual([])
  })

  test.each([
    [14, 200],
    [13, 400],
  ])('is measured by the setting: %i gives %i', async (maxEstimatedCalls, status) => {
    await start({ maxEstimatedCalls })
    const query = '{ organizations(first: 5) { nodes { directories { nodes { id } } } } }'
    expect((await post(query)).status).toBe(status)
  })

  test('is refused though it is many small ones', async () => {
    await start()
    const aliases = Array.from({ length: 12 }, (_, index) => `a${index}: directories { nodes { id } }`)
    expect(await post(`{ ${aliases.join(' ')} }`)).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'QUERY_TOO_COSTLY' } }] },
    })
    expect(app.sandbox.calls).toEqual([])
  })

  test('is refused though it writes', async () => {
    await start()
    const aliases = Array.from(
      { length: 11 },
      (_, index) => `a${index}: syncDirectory(input: { directoryId: "x" }) { __typename }`,
    )
    await app.stop()
    await start({ maxEstimatedCalls: 30 })
    expect(await post(`mutation { ${aliases.join(' ')} }`)).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'QUERY_TOO_COSTLY' } }] },
    })
  })
})

describe('a document that only keeps a server busy', () => {
  const bomb = (depth: number, leaf: string, spread: (name: string) => string) => {
    const fragments = Array.from({ length: depth }, (_, index) => {
      const inside = index === depth - 1 ? leaf : `${spread(`f${index + 1}`)}`
      return `fragment f${index} on Query { ${inside} }`
    })
    return `{ ...f0 } ${fragments.join(' ')}`
  }

  test('by fragments that double each other ends with a mistake, and no call', async () => {
    await start()
    const { status, body } = await post(bomb(40, 'providers { provider }', name => `...${name} ...${name}`))
    expect(status).toBeGreaterThanOrEqual(200)
    expect(status).toBeLessThan(500)
    expect(body.errors).toHaveLength(1)
    expect(body.errors[0].extensions.code).toMatch(/^(BAD_USER_INPUT|QUERY_TOO_COSTLY)$/)
    expect(app.sandbox.calls).toEqual([])
  })

  test('by more fields than anybody reads ends with a mistake, and no call', async () => {
    await start()
    const aliases = Array.from({ length: 12_000 }, (_, index) => `a${index}: __typename`)
    const { body } = await post(`{ ${aliases.join(' ')} }`)
    expect(body.errors).toHaveLength(1)
    expect(body.errors[0].extensions.code).not.toBe('INTERNAL_SERVER_ERROR')
    expect(app.sandbox.calls).toEqual([])
  })
})

describe('an operation that has made as many calls as it may', () => {
  test('answers what has come, and QUERY_TOO_COSTLY for each field that is still open', async () => {
    await start({ maxUpstreamCalls: 5 })
    const { data, errors } = await app.query<{
      organizations: {
        nodes: { name: string; directories: { nodes: { name: string; groups: object | null }[] } }[]
      }
    }>(
      '{ organizations(first: 7) { nodes { name directories { nodes { name groups(first: 2) { nodes { name } } } } } } }',
    )
    const calls = app.sandbox.calls.filter(({ path }) => path !== '/oauth/token')
    expect(calls).toHaveLength(5)
    const directories = data?.organizations.nodes.flatMap(node => node.directories.nodes) ?? []
    expect(directories.every(({ name }) => name.length > 0)).toBe(true)
    const open = directories.filter(({ groups }) => groups === null)
    expect([directories.length, open.length, errors?.length]).toEqual([7, 5, 5])
    for (const error of errors ?? []) {
      expect(error).toMatchObject({
        message: 'This operation has made the 5 upstream calls that one may make.',
        extensions: { code: 'QUERY_TOO_COSTLY' },
      })
      expect(error.path?.at(-1)).toBe('groups')
    }
  })

  test.each([
    ['a list over both providers', 1, '{ organizations(first: 50) { nodes { id } } }', 'organizations'],
    [
      'a walk over organizations',
      3,
      '{ directories(first: 20, filter: { provider: SCALEKIT }) { nodes { id } } }',
      'directories',
    ],
  ])(
    'fails %s as a whole, of which no provider is to blame',
    async (_what, maxUpstreamCalls, query, field) => {
      await start({ maxUpstreamCalls })
      const { data, errors } = await app.query(query)
      expect(data).toEqual({ [field]: null })
      expect(errors).toMatchObject([{ path: [field], extensions: { code: 'QUERY_TOO_COSTLY' } }])
    },
  )

  test('says nothing against an answer that is kept, which still stands in when the provider fails', async () => {
    await start({ maxUpstreamCalls: 1, cacheTtlSeconds: 0.05 })
    const list = (first: number) =>
      `at${first}: organizations(first: ${first}, filter: { provider: WORKOS }) { nodes { id } }`
    const { data } = await app.query(`{ ${list(3)} }`)
    await wait(60)
    const spent = await app.query(`{ ${list(4)} ${list(3)} }`)
    expect(spent.errors).toMatchObject([{ path: ['at3'], extensions: { code: 'QUERY_TOO_COSTLY' } }])
    app.sandbox.inject({ provider: 'workos', kind: 'status', status: 501 })
    const stale = await app.query(`{ ${list(3)} }`)
    expect([stale.errors, stale.data]).toEqual([undefined, data])
  })

  test('is not held against the next one', async () => {
    await start({ maxUpstreamCalls: 2 })
    const query =
      '{ organizations(first: 3, filter: { provider: WORKOS }) { nodes { directories { nodes { name } } } } }'
    for (let time = 0; time < 3; time += 1) expect((await app.query(query)).errors).toBeUndefined()
  })
})
