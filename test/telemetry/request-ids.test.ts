import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createCompositeProvider } from '../../src/providers/composite-provider.ts'
import { createServer } from '../../src/server/server.ts'
import { type GuardedApp, startGuarded } from '../security/start-guarded.ts'
import { ANY_SERVER } from '../support/any-server.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

const ID = 'x-request-id'
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/
const LIST = 'query List { organizations(first: 3, filter: { provider: WORKOS }) { nodes { name } } }'

describe('each answer', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await startApp({ dirgraph: { allowedOrigins: ['https://app.example.com'] } })
  })
  afterAll(() => app.stop())
  const get = (path: string, init: RequestInit = {}) =>
    app.dirgraph.fetch(new Request(`http://dirgraph.test${path}`, init))

  test.each(['/graphql', '/health', '/ready', '/metrics', '/nowhere'])(
    'at %s has an id of its own',
    async path => {
      const [first, second] = [await get(path), await get(path)]
      expect(first.headers.get(ID)).toMatch(UUID)
      expect(second.headers.get(ID)).not.toBe(first.headers.get(ID))
    },
  )

  test.each(['a', 'Root_1-67891233-abcdef012345678912345678', 'x'.repeat(64), 'A.b_c-9'])(
    'has the id that its request came with: %s',
    async id => {
      expect((await get('/health', { headers: { [ID]: id } })).headers.get(ID)).toBe(id)
    },
  )

  test.each(['', 'a b', 'a,b', '"', 'a\u00e9', '<script>', '../x', 'x'.repeat(65)])(
    'has an id of its own where its request came with what is none: %j',
    async id => {
      expect((await get('/health', { headers: { [ID]: id } })).headers.get(ID)).toMatch(UUID)
    },
  )

  test('shows its id to pages of origins that are let in', async () => {
    const { headers } = await get('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://app.example.com' },
      body: '{"query":"{ __typename }"}',
    })
    expect(headers.get('access-control-expose-headers')).toContain(ID)
  })

  test('has its id also after the server has stopped', async () => {
    await app.dirgraph.stop()
    const response = await get('/graphql', { headers: { [ID]: 'late' } })
    expect([response.status, response.headers.get(ID)]).toEqual([503, 'late'])
    expect(response.headers.get('retry-after')).toBe('1')
    const extensions = { code: 'UPSTREAM_UNAVAILABLE', requestId: 'late' }
    expect(await response.json()).toEqual({ errors: [{ message: expect.any(String), extensions }] })
  })
})

describe('the id of a request', () => {
  let app: GuardedApp
  let token: string
  beforeEach(async () => {
    app = await startGuarded()
    onTestFinished(app.stop)
    token = await app.sign()
  })
  const linesOf = (requestId: string) => app.lines().filter(line => line.requestId === requestId)

  test('is in each of its errors, and in each of its lines of the log', async () => {
    app.sandbox.inject({ provider: 'workos', kind: 'status', status: 501 })
    const query = '{ a: organizations(first: 1) { totalCount nodes { name } } b: node(id: "x") { id } }'
    const response = await app.post({ query }, token, { [ID]: 'mine' })
    const { errors } = (await response.json()) as { errors: { extensions: object }[] }
    expect(errors.map(({ extensions }) => extensions)).toMatchObject([
      { code: 'BAD_USER_INPUT', requestId: 'mine' },
      { code: 'UPSTREAM_UNAVAILABLE', requestId: 'mine' },
    ])
    expect(app.lines().map(({ msg, requestId }) => [msg, requestId])).toEqual([
      ['upstream call', 'mine'],
      ['operation', 'mine'],
    ])
  })

  test('is in the line of a mutation', async () => {
    const query = 'mutation { enableScim(input: { organizationId: "x" }) { __typename } }'
    await app.post({ query }, token, { [ID]: 'mine' })
    expect(linesOf('mine').map(({ msg }) => msg)).toEqual(['audit', 'operation'])
  })

  test.each<[string, object, Record<string, string>, string]>([
    ['a document that does not fit', { query: '{ nope }' }, {}, 'BAD_USER_INPUT'],
    ['no token', { query: LIST }, { authorization: '' }, 'UNAUTHENTICATED'],
    ['an answer that can not be read', { query: LIST }, { accept: 'image/png' }, 'BAD_USER_INPUT'],
    ['an unknown id of a document', { documentId: 'x' }, {}, 'BAD_USER_INPUT'],
  ])('is in the line of what is refused for %s, with the code', async (_what, body, headers, code) => {
    const response = await app.post(body, token, { ...headers, [ID]: 'mine' })
    const { errors } = (await response.json()) as { errors: object[] }
    expect(errors).toMatchObject([{ extensions: { code, requestId: 'mine' } }])
    expect(linesOf('mine')).toMatchObject([{ msg: 'operation refused', codes: [code] }])
  })

  test('is its own for each who sends one document, though what is wrong with it is kept', async () => {
    const idsIn = async (requestId: string) => {
      const response = await app.post({ query: '{ nope }' }, token, { [ID]: requestId })
      const { errors } = (await response.json()) as { errors: { extensions: { requestId: string } }[] }
      return errors.map(({ extensions }) => extensions.requestId)
    }
    expect([await idsIn('first'), await idsIn('second')]).toEqual([['first'], ['second']])
  })
})

describe('what nobody expected', () => {
  const lines: string[] = []
  const broken = () => {
    throw new TypeError('broken')
  }
  async function* ticks() {
    yield 1
    yield 2
  }
  const server = createServer({
    ...ANY_SERVER,
    schema: new GraphQLSchema({
      query: new GraphQLObjectType({
        name: 'Query',
        fields: { broken: { type: GraphQLString, resolve: broken } },
      }),
      subscription: new GraphQLObjectType({
        name: 'Subscription',
        fields: { broken: { type: GraphQLString, subscribe: ticks, resolve: broken } },
      }),
    }),
    estimateCalls: () => ({ calls: 0, dearest: '' }),
    provider: createCompositeProvider(new Map()),
    log: pino({}, { write: line => lines.push(line) }),
  })
  const post = (query: string, accept: string) =>
    server.fetch(
      new Request('http://dirgraph.test/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept, [ID]: 'mine' },
        body: JSON.stringify({ query }),
      }),
    )
  const unexpected = () => lines.map(line => JSON.parse(line)).filter(({ msg }) => msg === 'unexpected error')
  beforeEach(() => {
    lines.length = 0
  })

  test('is logged with the id of its request', async () => {
    const response = await post('{ broken }', 'application/json')
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { requestId: 'mine' } }] })
    expect(unexpected()).toMatchObject([
      { requestId: 'mine', error: { name: 'TypeError' }, path: ['broken'] },
    ])
  })

  test('is logged with it for each event of a subscription', async () => {
    const response = await post('subscription { broken }', 'text/event-stream')
    const text = await response.text()
    expect(text.match(/"requestId":"mine"/g)).toHaveLength(2)
    expect(unexpected()).toMatchObject([{ requestId: 'mine' }, { requestId: 'mine' }])
  })
})
