import { getNamedType, isObjectType, parse, validate } from 'graphql'
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
const WORKOS_USER = globalId('DirectoryUser', 'workos', 'org_1', 'directory_1', 'directory_user_1')
const scalekitUser = (directory: string, user: string) =>
  globalId('DirectoryUser', 'scalekit', 'org_1', `dir_${directory}`, `diruser_${user}`)

describe('the estimate of', () => {
  // Organizations: three, and one for every 30. Directories of an organization and groups of a user: two. Users and
  // groups: one for every 30, and one more where there are several; behind a cursor one for each, and one more.
  test.each<[what: string, document: string, calls: number]>([
    ['nothing', '{ __typename }', 0],
    ['what is known here', '{ providers { provider operations } }', 0],
    ['introspection', '{ __schema { types { fields { name } } } }', 0],
    ['a list of organizations', '{ organizations(first: 30) { nodes { name } } }', 2 + 1 + 1],
    ['a list of the usual length', '{ organizations { nodes { name } } }', 2 + 1 + 1],
    ['a longer one', '{ organizations(first: 100) { nodes { name } } }', 2 + 4 + 1],
    ['a list within it', '{ organizations(first: 5) { nodes { directories { nodes { id } } } } }', 4 + 5 * 2],
    [
      'three lists within one another',
      '{ organizations(first: 5) { nodes { directories(first: 2) { nodes { users(first: 10) { nodes { name } } } } } } }',
      4 + 5 * (2 + 2 * 1),
    ],
    [
      'a list from its end',
      '{ organizations(first: 5) { nodes { directories(last: 3) { nodes { users(last: 60) { nodes { name } } } } } } }',
      4 + 5 * (2 + 3 * 3),
    ],
    [
      'both sides by edges',
      '{ organizations(first: 5) { edges { node { directories { edges { cursor } } } } } }',
      4 + 5 * 2,
    ],
    ['one organization', '{ organization(by: { workosId: "org_1" }) { name } }', 1],
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
      'what a search by address everywhere finds, which is taken to be 20 people',
      '{ directoryUsersByEmail(email: "a@b.c") { organization { name } groups { nodes { name } } } }',
      200 + 20 * (1 + 2),
    ],
    [
      'their groups in full, by a scan for each',
      '{ directoryUsersByEmail(email: "a@b.c") { groups { nodes { totalUsers } } } }',
      200 + 20 * (2 + 50),
    ],
    [
      'a page behind a cursor',
      `{ directory(by: { id: "${WORKOS}" }) { users(first: 30, after: "x") { nodes { name } } } }`,
      1 + 31,
    ],
    [
      'a page of organizations ahead of a cursor',
      '{ organizations(last: 10, before: "x") { nodes { name } } }',
      3 + 11,
    ],
    ['directories across organizations', '{ directories(first: 5) { nodes { name } } }', 184],
    [
      'users with the names of their groups',
      `{ directory(by: { id: "${WORKOS}" }) { users(first: 100) { nodes { groups { totalCount edges { node { id name } } } } } } }`,
      1 + 5 + 100 * 2,
    ],
    [
      'users with more of their groups, by one scan of the directory',
      `{ directory(by: { id: "${WORKOS}" }) { users(first: 100) { nodes { groups { nodes { id totalUsers } } } } } }`,
      1 + 5 + 50 + 100 * 2,
    ],
    [
      'the same by edges and fragments',
      `query { directory(by: { id: "${WORKOS}" }) { users(first: 5) { edges { ...a } } } }
        fragment a on DirectoryUserEdge { node { ...b } }
        fragment b on DirectoryUser { groups { nodes { ... { updatedAt } } } }`,
      1 + 1 + 50 + 5 * 2,
    ],
    [
      'the members of groups with more of their groups',
      `{ directory(by: { id: "${WORKOS}" }) { groups(first: 3) { nodes { users(first: 5) { nodes { groups { nodes { totalUsers } } } } } } } }`,
      1 + 1 + 3 * (1 + 50 + 5 * 2),
    ],
    [
      'roles with what is in the keys of their groups',
      `{ directory(by: { id: "${WORKOS}" }) { roleAssignments { roleName group { id provider } } } }`,
      1,
    ],
    [
      'roles with their groups, found by one scan',
      `{ directory(by: { id: "${WORKOS}" }) { roleAssignments { group { name } } } }`,
      1 + 50,
    ],
    [
      'what the groups of roles lead to, which are taken to be 20',
      `{ directory(by: { id: "${WORKOS}" }) { roleAssignments { group { users(first: 3) { nodes { id } } } } } }`,
      1 + 50 + 20,
    ],
    [
      '20 organizations with their directories, 10 users and 5 groups of each',
      '{ organizations(first: 20) { nodes { directories { nodes { users(first: 10) { nodes { name } } groups(first: 5) { nodes { name } } } } } } }',
      4 + 20 * (2 + 20 * (1 + 1)),
    ],
    [
      'fragments',
      'query { ...a } fragment a on Query { organizations(first: 5) { ...b } } fragment b on OrganizationConnection { nodes { ... on Organization { directories { nodes { id } } } } }',
      4 + 5 * 2,
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
    ['what is not', SKIPPED, { with: true }, 4 + 5 * 2],
    ['a page of the variable’s default', PAGED, {}, 4 + 2 + 10],
    ['a page of the variable', PAGED, { first: 3 }, 4 + 2 + 3],
    ['ids with a look-up', NODES, { ids: [WORKOS, globalId('Organization', 'workos', 'org_1')] }, 2],
    ['the same id twice', NODES, { ids: [WORKOS, WORKOS] }, 1],
    [
      'ids without a look-up, by directory',
      NODES,
      { ids: [scalekitUser('1', '1'), scalekitUser('1', '2'), scalekitUser('2', '1')] },
      2 * 50,
    ],
    ['members of WorkOS by id, whose directory may be asked as well', NODES, { ids: [WORKOS_USER] }, 2],
    [
      'users without a look-up, and more of their groups, by directory',
      'query($ids: [ID!]!) { nodes(ids: $ids) { ... on DirectoryUser { groups { nodes { totalUsers } } } } }',
      { ids: [scalekitUser('1', '1'), scalekitUser('1', '2')] },
      2 * 50 + 2 * 2,
    ],
    ['ids that are none', NODES, { ids: ['x', ''] }, 2],
  ])('%s', (_what, document, variables, calls) => {
    expect(callsOf(document, variables)).toBe(calls)
  })

  test('every field that leads to objects of a provider is what it declares', () => {
    const ENTITIES = ['Organization', 'Directory', 'DirectoryUser', 'DirectoryGroup']
    const isCostly = (type: string) =>
      type === 'Node' || type === 'RoleAssignment' || ENTITIES.includes(type.replace(/Connection$/, ''))
    const types = ['Query', 'RoleAssignment', 'DeleteDirectoryPayload', ...ENTITIES].map(name =>
      schema.getType(name),
    )
    const free = types.filter(isObjectType).flatMap(type =>
      Object.values(type.getFields())
        .filter(field => isCostly(getNamedType(field.type).name) && field.extensions.complexity === undefined)
        .map(field => `${type.name}.${field.name}`),
    )
    // What it costs is counted where the roles are.
    expect(free).toEqual(['RoleAssignment.group'])
  })

  test.each([
    ['users', 'directory { name }'],
    ['users', 'organization { name }'],
    ['groups', 'directory { name }'],
    ['groups', 'organization { name }'],
  ])('what %s point to by %s, for each of them', (members, pointer) => {
    const query = `{ directory(by: { id: "${WORKOS}" }) { ${members}(first: 10) { nodes { ${pointer} } } } }`
    expect(callsOf(query)).toBe(1 + 1 + 10)
  })

  test('what directories and payloads point to', () => {
    expect(callsOf(`{ directory(by: { id: "${WORKOS}" }) { organization { name } } }`)).toBe(1 + 1)
    expect(
      callsOf(`mutation { deleteDirectory(input: { directoryId: "${WORKOS}" }) {
        ... on DeleteDirectoryPayload { organization { name } } } }`),
    ).toBe(3 + 1)
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
    expect(callsOf(huge)).toBe(3 + 4 + 2 * 100)
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
