import { getIntrospectionQuery } from 'graphql'
import { afterEach, describe, expect, test } from 'vitest'
import { post } from '../http/send.ts'
import { startApp, type TestApp, type TestAppSettings } from '../support/start-app.ts'

let app: TestApp
afterEach(() => app.stop())

const start = async (dirgraph: NonNullable<TestAppSettings['dirgraph']> = {}) => {
  app = await startApp({ dirgraph })
}

const ACCEPTED = [
  'application/json',
  'application/graphql-response+json',
  'application/graphql-response+json, application/json;q=0.9',
  'text/event-stream',
  'multipart/mixed',
  '*/*',
]

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ')
const aliases = (count: number) => `{ providers { ${times(count, index => `a${index}: __typename`)} } }`
const rootFields = (count: number) => `{ ${times(count, () => '__typename')} }`
/** `{`, `}` and a word for each; the last one has no braces of its own. */
const tokens = (count: number) => `{ ${times(count - 2, () => '__typename')} }`
const levels = (count: number) => `{ node(id: "x") { ... on Directory { ${nest(count - 1)} } } }`
const nest = (count: number): string =>
  count === 1
    ? 'id'
    : count === 2
      ? 'organization { id }'
      : `organization { directories { ${nodes(count - 2)} } }`
const nodes = (count: number): string => (count === 1 ? '__typename' : `nodes { ${nest(count - 1)} }`)

const LIMITS = [
  ['30 aliases', {}, aliases(30), aliases(31)],
  ['as many aliases as it is set to', { maxAliases: 2 }, aliases(2), aliases(3)],
  ['20 root fields', {}, rootFields(20), rootFields(21)],
  ['as many root fields as it is set to', { maxRootFields: 3 }, rootFields(3), rootFields(4)],
  ['1,000 tokens', { maxRootFields: 1_000 }, tokens(1_000), tokens(1_001)],
  ['as many tokens as it is set to', { maxTokens: 12 }, tokens(12), tokens(13)],
  ['15 levels', {}, levels(15), levels(16)],
  ['as many levels as it is set to', { maxDepth: 6 }, levels(6), levels(7)],
] as const

describe('a document', () => {
  test.each(LIMITS)('may have %s and not one more', async (_what, settings, most, more) => {
    await start(settings)
    const largest = await post(app.dirgraph, { query: most })
    expect(largest.json?.errors?.map(({ message }) => message) ?? []).not.toContainEqual(
      expect.stringContaining('more than the'),
    )
    const refused = await post(app.dirgraph, { query: more })
    expect(refused.status).toBe(400)
    expect(refused.json?.errors?.[0]?.message).toContain('more than the')
    expect(app.sandbox.calls).toEqual([])
  })

  test.each(ACCEPTED)('that is too large is a 400 with a code for who accepts %s', async accept => {
    await start()
    for (const query of [aliases(31), rootFields(21), tokens(1_001), levels(16)]) {
      const { status, text } = await post(app.dirgraph, { query }, { accept })
      expect(status).toBe(400)
      expect(text).toContain('"code":"BAD_USER_INPUT"')
    }
    expect(app.sandbox.calls).toEqual([])
  })

  test.each([
    ['100 ids', {}, 100],
    ['as many ids as it is set to', { maxIds: 3 }, 3],
  ])('may name %s and not one more, in the document or in a variable', async (_what, settings, most) => {
    await start(settings)
    const ask = (count: number) => {
      const ids = Array.from({ length: count }, () => 'none of ours')
      return [
        post(app.dirgraph, { query: 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }', variables: { ids } }),
        post(app.dirgraph, { query: `{ nodes(ids: ${JSON.stringify(ids)}) { id } }` }),
      ]
    }
    for (const { json } of await Promise.all(ask(most))) expect(json?.data).toBeTruthy()
    for (const { status, json } of await Promise.all(ask(most + 1))) {
      expect(status).toBe(400)
      expect(json).toMatchObject({
        errors: [{ message: `\`ids\` takes ${most} ids at most.`, extensions: { code: 'BAD_USER_INPUT' } }],
      })
    }
    expect(app.sandbox.calls).toEqual([])
  })

  test('may not hide aliases, levels or root fields in fragments', async () => {
    await start()
    for (const query of [
      `{ providers { ...P ...P } } fragment P on ProviderStatus { ${times(16, index => `a${index}: __typename`)} }`,
      `{ ...Q ...Q } fragment Q on Query { ${times(11, () => '__typename')} }`,
      `{ ... { ${times(21, () => '__typename')} } }`,
      `{ node(id: "x") { ...D } } fragment D on Directory { ${nest(10)} ...E } fragment E on Directory { ${nest(15)} }`,
    ]) {
      const { status, codes } = await post(app.dirgraph, { query })
      expect([status, codes]).toEqual([400, ['BAD_USER_INPUT']])
    }
  })

  test('may nest connections as Relay writes them, from organizations down to the groups of a user', async () => {
    await start()
    const relay = `{ organizations(first: 1) { edges { node { directories(first: 1) { edges { node { users(first: 1) {
      edges { node { name groups(first: 1) { edges { node { name } } } } } } } } } } } } }`
    const { status, json } = await post(app.dirgraph, { query: relay })
    expect(status).toBe(200)
    expect(json?.errors).toBeUndefined()
  })

  test('that asks for the schema as tools do is answered however little depth is left to others', async () => {
    await start({ maxDepth: 3, introspection: true })
    const query = getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true })
    const { json } = await post(app.dirgraph, { query })
    expect(json?.errors).toBeUndefined()
    expect(json?.data).toHaveProperty('__schema')
  })

  test('that asks for the schema may not go deeper than tools do, nor take other fields along', async () => {
    await start({ maxDepth: 3, introspection: true })
    const deep = `{ __type(name: "Query") { fields { type { ${'ofType { '.repeat(13)} name ${'} '.repeat(13)} } } } }`
    const mixed = `{ __typename ...S organizations { nodes { directories { nodes { id } } } } }
      fragment S on Query { __schema { queryType { name } } }`
    for (const query of [deep, mixed]) {
      expect(await post(app.dirgraph, { query })).toMatchObject({ status: 400, codes: ['BAD_USER_INPUT'] })
    }
    expect(app.sandbox.calls).toEqual([])
  })
})

describe('variables', () => {
  const query = 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }'

  test('have as many values as a document has tokens', async () => {
    await start({ maxTokens: 50, maxIds: 100 })
    const ids = (count: number) => Array.from({ length: count }, () => 'x')
    const largest = await post(app.dirgraph, { query, variables: { ids: ids(49) } })
    expect(largest.json?.data).toEqual({ nodes: ids(49).map(() => null) })
    const refused = await post(app.dirgraph, { query, variables: { ids: ids(50) } })
    expect(refused).toMatchObject({ status: 400, codes: ['BAD_USER_INPUT'] })
  })

  test('are as deep as a document is, whether they are used or not', async () => {
    await start()
    const nested = (depth: number) => ({
      query: '{ __typename }',
      variables: JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
    })
    expect(await post(app.dirgraph, nested(15))).toMatchObject({ status: 200, codes: [] })
    expect(await post(app.dirgraph, nested(16))).toMatchObject({ status: 400, codes: ['BAD_USER_INPUT'] })
  })

  test('that do not fit are told of five times, and not at length', async () => {
    await start()
    const variables = { ids: Array.from({ length: 400 }, () => ({ long: 'x'.repeat(200) })) }
    const { json, text } = await post(app.dirgraph, { query, variables })
    expect(json?.errors).toHaveLength(5)
    expect(text.length).toBeLessThan(5_000)
    const quoted = await post(app.dirgraph, {
      query: 'query($n: Int) { organizations(first: $n) { totalCount } }',
      variables: { n: 'x'.repeat(100_000) },
    })
    expect(quoted.text.length).toBeLessThan(1_000)
  })
})

describe('a body', () => {
  const padded = (bytes: number) => `{"query":"{ __typename }"}${' '.repeat(bytes - 26)}`

  test.each([
    ['256 KB long', {}, 262_144],
    ['as long as it is set to', { maxBodyBytes: 2_000 }, 2_000],
  ])('may be %s and not one byte more', async (_what, settings, most) => {
    await start(settings)
    expect(await post(app.dirgraph, padded(most))).toMatchObject({ status: 200, codes: [] })
    for (const accept of ACCEPTED) {
      const { status, text } = await post(app.dirgraph, padded(most + 1), { accept })
      expect(status).toBe(413)
      expect(text).toContain('"code":"BAD_USER_INPUT"')
    }
  })
})
