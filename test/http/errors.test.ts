import {
  buildSchema,
  type GraphQLInputType,
  GraphQLObjectType,
  GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  printSchema,
} from 'graphql'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { DirectoryProvider } from '../../src/domain/directory-provider.ts'
import { createCompositeProvider } from '../../src/providers/composite-provider.ts'
import { schema } from '../../src/schema/index.ts'
import { createServer, type ServerSettings } from '../../src/server/server.ts'
import { ANY_SERVER } from '../support/any-server.ts'
import { organizationId } from '../support/seeded-ids.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { CODES } from './codes.ts'
import { type Answer, get, post, send } from './send.ts'

const SECRET = 'sk_live_x'
const ENVIRONMENTS = ['production', 'development', 'test', '']

afterEach(() => vi.unstubAllEnvs())

describe.each(ENVIRONMENTS)('with NODE_ENV=%s', environment => {
  test('an error that a resolver throws is masked, whichever field it resolves', async () => {
    vi.stubEnv('NODE_ENV', environment)
    const { log, lines } = createLog()
    const { schema: broken, operations } = breakEveryField()
    const server = createServer({ ...settings(log), schema: broken })
    expect(operations.length).toBeGreaterThan(100)
    for (const query of operations) {
      const answer = await post(server, { query })
      expect([query, answer.codes]).toEqual([query, ['INTERNAL_SERVER_ERROR']])
      expect(answer.json?.errors?.[0]?.message).toBe('Unexpected error.')
      expect(answer.text).not.toContain(SECRET)
    }
    expect(lines.join('')).not.toContain(SECRET)
    await server.stop()
  })

  test('an error that a provider throws is masked in every root field and in every mutation', async () => {
    vi.stubEnv('NODE_ENV', environment)
    const { log, lines } = createLog()
    const provider = new Proxy({} as DirectoryProvider, {
      get: () => () => {
        throw new Error(SECRET)
      },
    })
    const server = createServer({ ...settings(log), provider })
    const root = [...fieldsOf(schema.getQueryType()), ...fieldsOf(schema.getMutationType())]
    for (const { query, name } of root) {
      const answer = await post(server, { query: query.replaceAll('"x"', `"${ORGANIZATION}"`) })
      expect(answer.text).not.toContain(SECRET)
      if (name === 'node' || name === 'organization') expect(answer.codes).toEqual(['INTERNAL_SERVER_ERROR'])
    }
    const ready = await send(server, '/ready', {})
    expect([ready.status, ready.text]).toEqual([500, 'Unexpected error.\n'])
    expect(lines.join('')).not.toContain(SECRET)
    await server.stop()
  })

  describe('has a code of the list, and nothing but what the list says,', () => {
    let app: TestApp
    beforeAll(async () => {
      app = await startApp({
        dirgraph: {
          adminToken: 'admin-token',
          persistedDocuments: { documents: {}, mode: 'allow' },
        },
      })
    })
    afterAll(() => app.stop())

    const ADMIN = { authorization: 'Bearer admin-token' }
    const FAILURES: [string, string, () => Promise<Answer>][] = [
      ['a body that is no JSON', 'BAD_USER_INPUT', () => post(app.dirgraph, '{', ADMIN)],
      ['a body that is null', 'BAD_USER_INPUT', () => post(app.dirgraph, 'null', ADMIN)],
      ['a body that is text', 'BAD_USER_INPUT', () => post(app.dirgraph, '"{ x }"', ADMIN)],
      [
        'a parameter too many',
        'BAD_USER_INPUT',
        () => post(app.dirgraph, { query: '{ x }', extra: 1 }, ADMIN),
      ],
      ['a batch', 'BAD_USER_INPUT', () => post(app.dirgraph, [{ query: '{ x }' }], ADMIN)],
      ['a body that is too large', 'BAD_USER_INPUT', () => post(app.dirgraph, ' '.repeat(300_000), ADMIN)],
      ['no operation', 'BAD_USER_INPUT', () => post(app.dirgraph, {}, ADMIN)],
      ['a syntax error', 'BAD_USER_INPUT', () => post(app.dirgraph, { query: '{' }, ADMIN)],
      ['an unknown field', 'BAD_USER_INPUT', () => post(app.dirgraph, { query: '{ x }' }, ADMIN)],
      [
        'an unknown operation',
        'BAD_USER_INPUT',
        () => post(app.dirgraph, { query: '{ __typename }', operationName: 'X' }, ADMIN),
      ],
      [
        'a missing variable',
        'BAD_USER_INPUT',
        () => post(app.dirgraph, { query: 'query($id: ID!) { node(id: $id) { id } }' }, ADMIN),
      ],
      [
        'a bad variable',
        'BAD_USER_INPUT',
        () =>
          post(
            app.dirgraph,
            { query: 'query($n: Int) { organizations(first: $n) { totalCount } }', variables: { n: 'x' } },
            ADMIN,
          ),
      ],
      ['a bad id', 'BAD_USER_INPUT', () => post(app.dirgraph, { query: '{ node(id: "x") { id } }' }, ADMIN)],
      [
        'a page that is too large',
        'BAD_USER_INPUT',
        () => post(app.dirgraph, { query: '{ organizations(first: 101) { totalCount } }' }, ADMIN),
      ],
      [
        'a document that is too large',
        'BAD_USER_INPUT',
        () => post(app.dirgraph, { query: `{ ${'x '.repeat(2_000)} }` }, ADMIN),
      ],
      ['a mutation by GET', 'BAD_USER_INPUT', () => get(app.dirgraph, { query: 'mutation { x }' })],
      ['a GET without a preflight', 'BAD_USER_INPUT', () => get(app.dirgraph, { query: '{ x }' }, {})],
      [
        'variables that are no JSON',
        'BAD_USER_INPUT',
        () => get(app.dirgraph, { query: '{ x }', variables: '{' }),
      ],
      ['a form', 'BAD_USER_INPUT', () => post(app.dirgraph, 'query=x', { 'content-type': 'text/plain' })],
      ['a wrong method', 'BAD_USER_INPUT', () => send(app.dirgraph, '/graphql', { method: 'PUT' })],
      ['no token', 'UNAUTHENTICATED', () => post(app.dirgraph, { query: '{ __typename }' })],
      [
        'a wrong token',
        'UNAUTHENTICATED',
        () => post(app.dirgraph, { query: '{ __typename }' }, { authorization: 'Bearer x' }),
      ],
      ['an unknown document', 'NOT_FOUND', () => post(app.dirgraph, { documentId: 'x' }, ADMIN)],
      [
        'an operation that costs too much',
        'QUERY_TOO_COSTLY',
        () => post(app.dirgraph, { query: COSTLY }, ADMIN),
      ],
    ]

    test.each(FAILURES)('%s (%s)', async (_what, code, ask) => {
      vi.stubEnv('NODE_ENV', environment)
      const { codes, headers, json, text } = await ask()
      expect(CODES).toContain(code)
      expect(codes).toEqual([code])
      const requestId = headers.get('x-request-id')
      for (const { extensions } of json?.errors ?? []) expect(extensions).toEqual({ code, requestId })
      expect(text).not.toMatch(/stack|originalError|node_modules|\.ts\b/)
    })
  })
})

const COSTLY = `{ organizations(first: 100) { nodes { directories(first: 100) { nodes {
  users(first: 100) { nodes { groups(first: 100) { nodes { id } } } } } } } } }`

const ORGANIZATION = organizationId('workos', 'org_01EHWNCE74X7JSDV0X3SZ3KJNY')

function createLog() {
  const lines: string[] = []
  return { log: pino({ level: 'trace' }, { write: line => lines.push(line) }), lines }
}

function settings(log: ServerSettings['log']): ServerSettings {
  return { ...ANY_SERVER, schema, provider: createCompositeProvider(new Map()), log }
}

/** Our types with a resolver that throws in each field, and for each field an operation that asks for it alone. */
function breakEveryField() {
  const copy = buildSchema(printSchema(schema))
  const types = Object.values(copy.getTypeMap()).filter(
    type => isObjectType(type) && !type.name.startsWith('__'),
  ) as GraphQLObjectType[]
  for (const type of types) {
    for (const field of Object.values(type.getFields())) {
      field.resolve = () => {
        throw new Error(SECRET)
      }
    }
  }
  const query = new GraphQLObjectType({
    name: 'Start',
    fields: Object.fromEntries(types.map(type => [`to${type.name}`, { type, resolve: () => ({}) }])),
  })
  const operations = types.flatMap(type =>
    fieldsOf(type).map(field => `{ to${type.name} ${field.query.replace(/^mutation /, '')} }`),
  )
  return { schema: new GraphQLSchema({ query, types }), operations }
}

/** An operation for each field, with something for each argument that it can't do without. */
function fieldsOf(type: GraphQLObjectType | null | undefined): { name: string; query: string }[] {
  return Object.values(type?.getFields() ?? {}).map(field => {
    const given = field.args.filter(isRequiredArgument).map(({ name, type }) => `${name}: ${literalOf(type)}`)
    const args = given.length > 0 ? `(${given.join(', ')})` : ''
    const selection = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : ''
    const prefix = type?.name === 'Mutation' ? 'mutation ' : ''
    return { name: field.name, query: `${prefix}{ ${field.name}${args}${selection} }` }
  })
}

function literalOf(type: GraphQLInputType): string {
  const nullable = getNullableType(type)
  if (isListType(nullable)) return `[${literalOf(nullable.ofType)}]`
  if (isEnumType(nullable)) return nullable.getValues()[0]?.name ?? ''
  if (!isInputObjectType(nullable))
    return nullable.name === 'Int' ? '1' : nullable.name === 'Boolean' ? 'true' : '"x"'
  const fields = Object.values(nullable.getFields())
  const given = nullable.isOneOf ? fields.slice(0, 1) : fields.filter(isRequiredInputField)
  return `{ ${given.map(field => `${field.name}: ${literalOf(field.type)}`).join(', ')} }`
}
