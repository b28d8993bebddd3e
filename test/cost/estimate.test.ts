import { parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { estimateCalls, estimateCallsOnce } from '../../src/schema/estimate-calls.ts'
import { schema } from '../../src/schema/index.ts'
import { globalId } from '../support/start-app.ts'

const estimate = (text: string, variables: Record<string, unknown> = {}, operationName?: string) => {
  const document = parse(text)
  expect(validate(schema, document)).toEqual([])
  return estimateCalls(schema, document, operationName, variables)
}
const callsOf = (text: string, variables?: Record<string, unknown>, name?: string) =>
  estimate(text, variables, name).calls

const WORKOS = globalId('Directory', 'workos', 'org_1', 'directory_1')
const scalekitUser = (directory: string, user: string) =>
  globalId('DirectoryUser', 'scalekit', 'org_1', `dir_${directory}`, `diruser_${user}`)

describe('the estimate of', () => {
  // Organizations: a page of each provider, one at the seam, and one for every 30. Users and groups: one for every 30,
  // and one more where there are several. All else: one.
  test.each<[what: string, document: string, calls: number]>([
    ['nothing', '{ __typename }', 0],
    ['what is known here', '{ providers { provider operations } }', 0],
    ['introspection', '{ __schema { types { fields { name } } } }', 0],
    ['a list of organizations', '{ organizations(first: 30) { nodes { name } } }', 2 + 1 + 1],
    ['a list of the usual length', '{ organizations { nodes { name } } }', 2 + 1 + 1],
    ['a longer one', '{ organizations(first: 100) { nodes { name } } }', 2 + 4 + 1],
    ['a list within it', '{ organizations(first: 5) { nodes { directories { nodes { id } } } } }', 4 + 5 * 1],
    [
      'three lists within one another',
      '{ organizations(first: 5) { nodes { directories(first: 2) { nodes { users(first: 10) { nodes { name } } } } } } }',
      4 + 5 * (1 + 2 * 1),
    ],
    [
      'a list from its end',
      '{ organizations(first: 5) { nodes { directories(last: 3) { nodes { users(last: 60) { nodes { name } } } } } } }',
      4 + 5 * (1 + 3 * 3),
    ],
    [
      'both sides by edges',
      '{ organizations(first: 5) { edges { node { directories { edges { cursor } } } } } }',
      4 + 5,
    ],
    ['one directory', `{ directory(by: { workosId: "directory_1" }) { name } }`, 1],
    [
      'aliases, each for itself',
      `{ a: directory(by: { id: "${WORKOS}" }) { name } b: directory(by: { id: "${WORKOS}" }) { name } }`,
      2,
    ],
    [
      'what a user points to, and what of it is in the key',
      `{ directory(by: { id: "${WORKOS}" }) { users(first: 10) { nodes { directory { id provider } organization { name } } } } }`,
      1 + 1 + 10 * 1,
    ],
    [
      'a search by address within a directory',
      `{ directory(by: { id: "${WORKOS}" }) { users(filter: { email: "a@b.c" }) { nodes { id } } } }`,
      1 + 50,
    ],
    ['a search by address everywhere', '{ directoryUsersByEmail(email: "a@b.c") { name } }', 200],
    [
      'fragments',
      'query { ...a } fragment a on Query { organizations(first: 5) { ...b } } fragment b on OrganizationConnection { nodes { ... on Organization { directories { nodes { id } } } } }',
      4 + 5,
    ],
    [
      'all mutations',
      `mutation { a: syncDirectory(input: { directoryId: "${WORKOS}" }) { __typename } b: syncDirectory(input: { directoryId: "${WORKOS}" }) { __typename } }`,
      2 * 3,
    ],
  ])('%s', (_what, document, calls) => {
    expect(callsOf(document)).toBe(calls)
  })

  const SKIPPED = `query($with: Boolean!) { organizations(first: 5) { nodes { name directories @include(if: $with) { nodes { id } } } } }`
  const PAGED =
    'query($first: Int = 10) { organizations(first: 1) { nodes { directories(first: $first) { nodes { users { nodes { id } } } } } } }'
  const NODES = 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }'

  test.each<[what: string, document: string, variables: Record<string, unknown>, calls: number]>([
    ['what is left out by a variable', SKIPPED, { with: false }, 4],
    ['what is not', SKIPPED, { with: true }, 4 + 5],
    ['a page of the variable’s default', PAGED, {}, 4 + 1 + 10],
    ['a page of the variable', PAGED, { first: 3 }, 4 + 1 + 3],
    ['ids with a look-up', NODES, { ids: [WORKOS, globalId('Organization', 'workos', 'org_1')] }, 2],
    ['the same id twice', NODES, { ids: [WORKOS, WORKOS] }, 1],
    [
      'ids without a look-up, by directory',
      NODES,
      { ids: [scalekitUser('1', '1'), scalekitUser('1', '2'), scalekitUser('2', '1')] },
      2 * 50,
    ],
    ['ids that are none', NODES, { ids: ['x', ''] }, 2],
  ])('%s', (_what, document, variables, calls) => {
    expect(callsOf(document, variables)).toBe(calls)
  })

  test('every mutation is more than nothing', () => {
    const mutations = Object.values(schema.getMutationType()?.getFields() ?? {})
    expect(mutations).not.toHaveLength(0)
    expect(mutations.filter(({ extensions }) => extensions.complexity === undefined)).toEqual([])
  })

  test('the operation that is run, and of no other', () => {
    const both =
      'query a { organizations(first: 5) { nodes { name } } } query b { directoryUsersByEmail(email: "a@b.c") { name } }'
    expect([callsOf(both, {}, 'a'), callsOf(both, {}, 'b')]).toEqual([4, 200])
  })

  test('a page of a size that is refused is not negative', () => {
    expect(
      callsOf('{ organizations(first: -5) { nodes { directories { nodes { id } } } } }'),
    ).toBeGreaterThan(0)
    const huge = '{ organizations(first: 1000000) { nodes { directories { nodes { id } } } } }'
    expect(callsOf(huge)).toBe(2 + 4 + 1 + 100)
  })
})

describe('an estimate that is kept', () => {
  const document = parse(`
    query A($first: Int!) { organizations(first: $first) { nodes { directories { nodes { id } } } } }
    query B($first: Int!) { organizations(first: $first) { nodes { id } } }
  `)
  const kept = (name: string, first: unknown) => estimateCallsOnce(schema, document, name, { first })

  test('is the one of equal variables and of the same operation', () => {
    const asks = [kept('A', 5), kept('A', 50), kept('B', 5)]
    expect(asks).toEqual([
      estimateCalls(schema, document, 'A', { first: 5 }),
      estimateCalls(schema, document, 'A', { first: 50 }),
      estimateCalls(schema, document, 'B', { first: 5 }),
    ])
    expect(kept('A', 5)).toBe(asks[0])
  })

  test('is none where the variables do not fit, however often', () => {
    expect(() => kept('A', 'five')).toThrow('$first')
    expect(() => kept('A', 'five')).toThrow('$first')
  })

  test('is one of few: sizes that change all the time do not fill the memory', () => {
    const first = kept('B', 1)
    for (let size = 2; size <= 200; size += 1) kept('B', size)
    expect(kept('B', 1)).not.toBe(first)
  })
})

describe('the dearest field', () => {
  test.each<[document: string, path: string]>([
    [
      '{ organizations { nodes { directories { nodes { users { nodes { groups { nodes { name } } } } } } } } }',
      'organizations.directories.users.groups',
    ],
    [
      '{ organizations(first: 1) { nodes { id } } directoryUsersByEmail(email: "a@b.c") { id } }',
      'directoryUsersByEmail',
    ],
    ['{ organizations { edges { node { them: directories { nodes { id } } } } } }', 'organizations.them'],
    [
      'query { ...a } fragment a on Query { mine: organizations { nodes { ... { directories { nodes { id } } } } } }',
      'mine.directories',
    ],
  ])('of %s is %s', (document, path) => {
    expect(estimate(document).dearest).toBe(path)
  })
})
