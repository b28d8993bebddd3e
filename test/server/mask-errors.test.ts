import { GraphQLError, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createCompositeProvider } from '../../src/providers/composite-provider.ts'
import { createServer } from '../../src/server/server.ts'
import { CODES } from '../http/codes.ts'
import { ANY_SERVER } from '../support/any-server.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterEach(() => vi.unstubAllEnvs())
afterAll(() => app.stop())

const JSON_HEADERS = { 'content-type': 'application/json' }
const ORGANIZATION = 'query($by: OrganizationBy!) { organization(by: $by) { id } }'
const USERS_SINCE = `query($f: DirectoryUserFilter, $id: ID!) {
  directory(by: { id: $id }) { users(filter: $f) { totalCount } }
}`
const NODE_WITH_DEFAULT = 'query($id: ID = "x") { node(id: $id) { id } }'

describe('a mistake of the caller', () => {
  test.each<[string, string, object?]>([
    ['a syntax error', '{ organizations '],
    ['an unknown field', '{ companies { name } }'],
    ['a missing argument', '{ node { id } }'],
    ['a missing selection', '{ organizations }'],
    ['a word that the enum has not', '{ organizations(filter: { provider: NIMBUS }) { totalCount } }'],
    ['two operations and no name', 'query A { __typename } query B { __typename }'],
    ['a variable that is missing', 'query($id: ID!) { node(id: $id) { id } }'],
    ['a variable of another type', 'query($n: Int) { organizations(first: $n) { totalCount } }', { n: 'x' }],
    [
      'a variable with a word that the enum has not',
      'query($f: OrganizationFilter) { organizations(filter: $f) { totalCount } }',
      { f: { provider: 'NIMBUS' } },
    ],
    ['two ways to name one thing', ORGANIZATION, { by: { id: 'x', workosId: 'x' } }],
    ['no way to name one thing', ORGANIZATION, { by: {} }],
    ['a time that is none', USERS_SINCE, { f: { updatedAfter: 'yesterday' }, id: 'x' }],
    ['null for what may be left out but not be null', NODE_WITH_DEFAULT, { id: null }],
    ['no operation', ''],
  ])('by %s has the code BAD_USER_INPUT and nothing of ours in it', async (_what, query, variables) => {
    const { errors } = await post(JSON.stringify({ query, variables }))
    expect(errors.length).toBeGreaterThan(0)
    for (const { message, extensions } of errors) {
      expect(extensions).toEqual({ code: 'BAD_USER_INPUT', requestId: expect.any(String) })
      expect(message).not.toMatch(/\bat .+:\d+/)
    }
  })

  test.each([
    ['rubbish', '{"query":'],
    ['a number', '7'],
    ['null', 'null'],
    ['a list', '[{"query":"{ __typename }"}]'],
    ['an operation with a parameter too many', '{"query":"{ __typename }","secret":true}'],
    ['an operation name that the document has not', '{"query":"query A { __typename }","operationName":"B"}'],
  ])('by a body that is %s has a code of the list', async (_what, body) => {
    const { errors } = await post(body)
    expect(errors.length).toBeGreaterThan(0)
    for (const { extensions } of errors) {
      expect(CODES).toContain(extensions.code)
      expect(Object.keys(extensions)).toEqual(['code', 'requestId'])
    }
  })

  test('is a 400 for clients that read the GraphQL media type', async () => {
    const response = await app.dirgraph.fetch(
      new Request('http://dirgraph.test/graphql', {
        method: 'POST',
        headers: { ...JSON_HEADERS, accept: 'application/graphql-response+json' },
        body: JSON.stringify({ query: '{ companies { name } }' }),
      }),
    )
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toContain('application/graphql-response+json')
  })
})

describe('an error that nobody expected', () => {
  const SECRET = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc'

  test.each(['production', 'development', 'test', ''])('is masked with NODE_ENV=%s', async environment => {
    vi.stubEnv('NODE_ENV', environment)
    const { lines, ask } = serve(() => {
      throw new TypeError(`it broke on ${SECRET}`)
    })
    expect(JSON.parse(await ask('{ good broken }'))).toEqual({
      data: { good: 'fine', broken: null },
      errors: [
        {
          message: 'Unexpected error.',
          path: ['broken'],
          locations: [{ line: 1, column: 8 }],
          extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.any(String) },
        },
      ],
    })
    const logged = lines.find(line => line.includes('unexpected error'))
    expect(JSON.parse(logged ?? '{}')).toMatchObject({ error: { name: 'TypeError' }, path: ['broken'] })
    expect(lines.join('')).not.toContain(SECRET)
  })

  test.each([
    ['what is no error', () => Promise.reject(SECRET)],
    ['an aggregate', () => Promise.reject(new AggregateError([new Error(SECRET)], SECRET))],
    [
      'an error with extensions',
      () => Promise.reject(Object.assign(new Error(SECRET), { extensions: { SECRET } })),
    ],
    [
      'inside a GraphQL error',
      () => Promise.reject(new GraphQLError(SECRET, { originalError: new Error(SECRET) })),
    ],
    ['a value of another type', () => Promise.resolve({ secret: SECRET })],
    ['nothing where something must be', () => Promise.resolve(null)],
  ])('is masked when it is %s', async (_what, resolve) => {
    const { lines, ask } = serve(resolve)
    const text = await ask('{ parent { strict } good }')
    expect(JSON.parse(text)).toMatchObject({
      data: { parent: null, good: 'fine' },
      errors: [{ message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    })
    expect(text + lines.join('')).not.toContain(SECRET)
  })
})

/** The real server over a schema with a field that works and two that do what they are told to. */
function serve(resolve: () => unknown) {
  const parent = new GraphQLObjectType({
    name: 'Parent',
    fields: { strict: { type: new GraphQLNonNull(GraphQLString), resolve } },
  })
  const query = new GraphQLObjectType({
    name: 'Query',
    fields: {
      good: { type: GraphQLString, resolve: () => 'fine' },
      broken: { type: GraphQLString, resolve },
      parent: { type: parent, resolve: () => ({}) },
    },
  })
  const lines: string[] = []
  const server = createServer({
    ...ANY_SERVER,
    schema: new GraphQLSchema({ query }),
    provider: createCompositeProvider(new Map()),
    log: pino({ level: 'trace' }, { write: line => lines.push(line) }),
  })
  const ask = async (operation: string) => {
    const answer = await server.fetch(request(JSON.stringify({ query: operation })))
    return answer.text()
  }
  return { lines, ask }
}

function request(body: string): Request {
  return new Request('http://dirgraph.test/graphql', { method: 'POST', headers: JSON_HEADERS, body })
}

interface Failure {
  readonly message: string
  readonly extensions: Record<string, unknown>
}

async function post(body: string): Promise<{ errors: Failure[] }> {
  const response = await app.dirgraph.fetch(request(body))
  return (await response.json()) as { errors: Failure[] }
}
