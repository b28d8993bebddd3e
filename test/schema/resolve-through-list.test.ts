import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { countOf } from '../budget/count-calls.ts'
import { startRaw } from '../faults/start-faults.ts'
import { directoryId, groupId, organizationId } from '../support/seeded-ids.ts'
import { globalId, startApp, type TestApp } from '../support/start-app.ts'
import { sendJson } from '../upstream/start-server.ts'

let app: TestApp
beforeEach(async () => {
  app = await startApp()
})
afterEach(() => app.stop())

const DIRECTORY = 'workos GET /directories/{id}'
const USERS = 'workos GET /directory_users'
const GROUPS = 'workos GET /directory_groups'
const SCALEKIT_DIRECTORY = 'scalekit GET /organizations/{id}/directories/{id}'
const SCALEKIT_USERS = 'scalekit GET /organizations/{id}/directories/{id}/users'

describe('a directory that is asked for no more than its id and a page of its users', () => {
  test.each([
    ['directory(by)', (selection: string) => `directory(by: { id: $id }) { ${selection} }`],
    ['node', (selection: string) => `node(id: $id) { ... on Directory { ${selection} } }`],
    ['nodes', (selection: string) => `nodes(ids: [$id]) { id ... on Directory { ${selection} } }`],
  ])('is shown to be there by that page, by %s', async (_field, query) => {
    const id = directoryId(app.sandbox, known().workosSmallDirectoryId)
    const { data } = await ask(
      query('id upstreamId organization { id } users(first: 2) { nodes { email } }'),
      { id },
    )
    expect(JSON.stringify(data)).toContain(`"id":"${id}"`)
    expect(JSON.stringify(data)).toContain('"email"')
    expect(calls()).toEqual({ [USERS]: 1 })
  })

  test('is found by its ids at Scalekit as well', async () => {
    const { scalekitOrganizationId: organization, scalekitLargeDirectoryId: upstreamId } = known()
    const { data } = await ask(
      `directory(by: { scalekit: { organizationId: "${organization}", directoryId: "${upstreamId}" } }) {
        upstreamId users(first: 1) { nodes { id } } }`,
    )
    expect(data).toMatchObject({ directory: { upstreamId, users: { nodes: [{}] } } })
    expect(calls()).toEqual({ [SCALEKIT_USERS]: 1 })
  })

  test('is looked up where only its id at WorkOS is known, since that leaves its organization open', async () => {
    const { workosSmallDirectoryId: upstreamId } = known()
    const { data } = await ask(
      `directory(by: { workosId: "${upstreamId}" }) { id users(first: 1) { nodes { id } } }`,
    )
    expect(data).toMatchObject({ directory: { id: directoryId(app.sandbox, upstreamId) } })
    expect(calls()).toEqual({ [DIRECTORY]: 1, [USERS]: 1 })
  })

  test('is null for one call where nobody knows it', async () => {
    const ids = [
      globalId('Directory', 'workos', known().workosOrganizationId, 'directory_01UNKNOWN'),
      globalId('Directory', 'scalekit', known().scalekitOrganizationId, 'dir_404'),
    ]
    expect(await ask('nodes(ids: $ids) { ... on Directory { id users { nodes { id } } } }', { ids })).toEqual(
      {
        data: { nodes: [null, null] },
      },
    )
    expect(app.sandbox.calls.filter(({ path }) => path !== '/oauth/token')).toHaveLength(2)
  })

  test('is null for one call where its id claims another organization', async () => {
    const ids = [
      globalId('Directory', 'workos', known().workosOrganizationId, known().workosSmallDirectoryId),
      globalId(
        'Directory',
        'scalekit',
        known().scalekitEmptyOrganizationId,
        known().scalekitLargeDirectoryId,
      ),
    ]
    expect(await ask('nodes(ids: $ids) { ... on Directory { id users { nodes { id } } } }', { ids })).toEqual(
      {
        data: { nodes: [null, null] },
      },
    )
    expect(calls()).toEqual({ [USERS]: 1, [SCALEKIT_USERS]: 1 })
  })

  test('is looked up where it has no users, which all organizations could claim', async () => {
    const { workosSmallDirectoryId: upstreamId, workosOrganizationId: other } = known()
    app.sandbox.data.workos.rosters.get(upstreamId)?.users.splice(0)
    const own = directoryId(app.sandbox, upstreamId)
    const ids = [own, globalId('Directory', 'workos', other, upstreamId)]
    expect(await ask('nodes(ids: $ids) { ... on Directory { id users { nodes { id } } } }', { ids })).toEqual(
      {
        data: { nodes: [{ id: own, users: { nodes: [] } }, null] },
      },
    )
  })

  test('is looked up where the records of its users name no organization, which all could claim', async () => {
    const { workosSmallDirectoryId: upstreamId, workosOrganizationId: other } = known()
    const { users = [], groups = [] } = app.sandbox.data.workos.rosters.get(upstreamId) ?? {}
    for (const record of [...users, ...groups]) delete (record as Partial<typeof record>).organization_id
    const own = directoryId(app.sandbox, upstreamId)
    const claimed = globalId('Directory', 'workos', other, upstreamId)
    const selection =
      '... on Directory { id users(first: 1) { nodes { id } } groups(first: 1) { nodes { id } } }'
    expect(await ask(`node(id: $id) { ${selection} }`, { id: claimed })).toEqual({ data: { node: null } })
    const { data } = await ask(`node(id: $id) { ${selection} }`, { id: own })
    expect(data).toMatchObject({ node: { id: own, users: { nodes: [{}] }, groups: { nodes: [{}] } } })
  })

  test('is null where its id claims no organization and it has one', async () => {
    const id = globalId('Directory', 'workos', '-', known().workosSmallDirectoryId)
    expect(await ask('directory(by: { id: $id }) { id users { nodes { id } } }', { id })).toEqual({
      data: { directory: null },
    })
    expect(calls()).toEqual({ [DIRECTORY]: 1 })
  })

  test('stands where the page can not be had, and the error is that of the page', async () => {
    const id = directoryId(app.sandbox, known().workosSmallDirectoryId)
    app.sandbox.inject({ provider: 'workos', kind: 'status', status: 403, path: /directory_users/ })
    const { data, errors } = await ask('directory(by: { id: $id }) { id users { nodes { id } } }', { id })
    expect(data).toEqual({ directory: { id, users: null } })
    expect(errors).toMatchObject([{ path: ['directory', 'users'], extensions: { code: 'FORBIDDEN' } }])
    expect(calls()).toEqual({ [DIRECTORY]: 1, [USERS]: 1 })
  })

  test('stands where the arguments of the page are bad, and another page of it may show it', async () => {
    const id = directoryId(app.sandbox, known().workosSmallDirectoryId)
    const { data, errors } = await ask(
      `directory(by: { id: $id }) { id bad: users(first: 0) { nodes { id } }
        worse: users(filter: { groupId: "rubbish" }) { nodes { id } } good: users(first: 1) { nodes { __typename } } }`,
      { id },
    )
    expect(data).toEqual({
      directory: { id, bad: null, worse: null, good: { nodes: [{ __typename: 'DirectoryUser' }] } },
    })
    expect(errors?.map(({ path }) => path?.at(-1)).sort()).toEqual(['bad', 'worse'])
    expect(calls()).toEqual({ [USERS]: 1 })
    await ask('directory(by: { id: $id }) { id users(after: "rubbish") { nodes { id } } }', { id })
    expect(calls()).toEqual({ [DIRECTORY]: 1 })
  })

  test('stands where the place that the page begins behind is not found', async () => {
    const id = directoryId(app.sandbox, known().workosSmallDirectoryId)
    const query = 'directory(by: { id: $id }) { id users(first: 1) { pageInfo { endCursor } } }'
    const { data } = await ask(query, { id })
    const { endCursor } = (data as { directory: { users: { pageInfo: { endCursor: string } } } }).directory
      .users.pageInfo
    app.sandbox.inject({ provider: 'workos', kind: 'status', status: 404, path: /directory_users/ })
    const next = await ask(query.replace('first: 1', `first: 1, after: "${endCursor}"`), { id })
    expect(next.data).toEqual({ directory: { id, users: null } })
    expect(next.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }])
  })

  test('stands where what the page is filtered by is not found', async () => {
    const { workosSmallDirectoryId: upstreamId } = known()
    const id = directoryId(app.sandbox, upstreamId)
    const gone = globalId('DirectoryGroup', ...pathOf(id), 'directory_group_404')
    const { data, errors } = await ask(
      'directory(by: { id: $id }) { id users(filter: { groupId: $gone }) { nodes { id } } }',
      { id, gone },
    )
    expect(data).toEqual({ directory: { id, users: null } })
    expect(errors).toMatchObject([{ path: ['directory', 'users'], extensions: { code: 'NOT_FOUND' } }])
  })

  test('is shown by those that a filter takes, and looked up where it takes nobody', async () => {
    const { workosSmallDirectoryId: upstreamId } = known()
    const id = directoryId(app.sandbox, upstreamId)
    const user = app.sandbox.data.workos.rosters.get(upstreamId)?.users.find(({ email }) => email !== null)
    const query = 'directory(by: { id: $id }) { id users(filter: { email: $email }) { nodes { email } } }'
    const { data } = await ask(query, { id, email: user?.email })
    expect(data).toEqual({ directory: { id, users: { nodes: [{ email: user?.email }] } } })
    expect(calls()).toEqual({ [USERS]: 1 })
    await ask(query, { id, email: 'nobody@fieldwork.example' })
    expect(calls()).toEqual({ [DIRECTORY]: 1, [USERS]: 1 })
  })

  test('is shown by its users where it has no groups, in whatever order they are selected', async () => {
    const { workosSmallDirectoryId: upstreamId } = known()
    const id = directoryId(app.sandbox, upstreamId)
    await ask(
      `directory(by: { id: $id }) { filtered: users(filter: { email: "nobody@fieldwork.example" }) { nodes { id } }
        all: users(first: 1) { nodes { id } } groups(first: 1) { nodes { id } } }`,
      { id },
    )
    expect(calls()).toEqual({ [USERS]: 2, [GROUPS]: 1 })
  })

  test('goes by what is selected in the end: fragments, aliases, variables and directives', async () => {
    const id = directoryId(app.sandbox, known().workosSmallDirectoryId)
    const query = `query($id: ID!, $size: Int = 3, $with: Boolean!) { node(id: $id) { ...Named } }
      fragment Named on Node { id ... on Directory { people: users(first: $size) @include(if: $with) { ...Page } }
        ... on Organization { directories { nodes { name } } } }
      fragment Page on DirectoryUserConnection { edges { node { id } } }`
    const { data } = await app.query<{ node: { people: { edges: unknown[] } } }>(query, { id, with: true })
    expect(data?.node.people.edges).toHaveLength(3)
    expect(calls()).toEqual({ [USERS]: 1 })
    await app.query(query, { id, with: false })
    expect(calls()).toEqual({ [DIRECTORY]: 1 })
  })

  test('asks for a page in the detail that all aliases need of it together', async () => {
    const id = directoryId(app.sandbox, known().scalekitLargeDirectoryId)
    await ask(
      `directory(by: { id: $id }) { a: users(first: 5) { nodes { name } }
        b: users(first: 5) { nodes { rawAttributes } } }`,
      { id },
    )
    expect(calls()).toEqual({ [`${SCALEKIT_USERS} in detail`]: 1 })
  })

  test('is looked up beside its users where more of it is asked for', async () => {
    const id = directoryId(app.sandbox, known().scalekitLargeDirectoryId)
    await ask('directory(by: { id: $id }) { id users(first: 5) { totalCount nodes { name } } }', { id })
    expect(calls()).toEqual({ [SCALEKIT_DIRECTORY]: 1, [SCALEKIT_USERS]: 1 })
  })
})

describe('a group that is asked for no more than its id and a page of its users', () => {
  const MEMBERS = '... on DirectoryGroup { id users(first: 3) { nodes { __typename } } }'

  test('is shown to be there by that page, which spares Scalekit a scan', async () => {
    const ids = [
      groupId(app.sandbox, known().workosLargeGroupId),
      groupId(app.sandbox, known().scalekitLargeGroupId),
    ]
    const { data } = await ask(`nodes(ids: $ids) { ${MEMBERS} }`, { ids })
    const users = { nodes: Array(3).fill({ __typename: 'DirectoryUser' }) }
    expect(data).toEqual({ nodes: ids.map(id => ({ id, users })) })
    expect(calls()).toEqual({ [USERS]: 1, [SCALEKIT_USERS]: 1 })
  })

  test('is null where nobody knows it, or its id claims another organization or directory', async () => {
    const { data } = await ask(`nodes(ids: $ids) { ${MEMBERS} }`, {
      ids: [
        globalId(
          'DirectoryGroup',
          ...pathOf(groupId(app.sandbox, known().workosGroupId)),
          'directory_group_404',
        ),
        globalId(
          'DirectoryGroup',
          'workos',
          known().workosOrganizationId,
          known().workosSmallDirectoryId,
          known().workosGroupId,
        ),
        globalId(
          'DirectoryGroup',
          ...pathOf(directoryId(app.sandbox, known().workosMediumDirectoryId)),
          known().workosGroupId,
        ),
        globalId(
          'DirectoryGroup',
          ...pathOf(directoryId(app.sandbox, known().scalekitMediumDirectoryId)),
          known().scalekitLargeGroupId,
        ),
      ],
    })
    expect(data).toEqual({ nodes: [null, null, null, null] })
  })
})

describe('an organization that is asked for no more than its id and a page of its directories', () => {
  const query =
    'nodes(ids: $ids) { ... on Organization { id directories(first: 1) { nodes { __typename } } } }'

  test('is shown to be there by that page', async () => {
    const ids = [
      organizationId('workos', known().workosOrganizationId),
      organizationId('scalekit', known().scalekitOrganizationId),
    ]
    const { data } = await ask(query, { ids })
    const directories = { nodes: [{ __typename: 'Directory' }] }
    expect(data).toEqual({ nodes: ids.map(id => ({ id, directories })) })
    expect(calls()).toEqual({
      'workos GET /directories': 1,
      'scalekit GET /organizations/{id}/directories': 1,
    })
  })

  test('is looked up where no more than the number of them is asked for', async () => {
    const id = organizationId('workos', known().workosEmptyOrganizationId)
    await ask('organization(by: { id: $id }) { id directories { totalCount } }', { id })
    expect(calls()).toEqual({ 'workos GET /organizations/{id}': 1 })
  })

  test('is looked up where it has none, and null where there is none', async () => {
    const empty = [
      organizationId('workos', known().workosEmptyOrganizationId),
      organizationId('scalekit', known().scalekitEmptyOrganizationId),
    ]
    const unknown = [organizationId('workos', 'org_01UNKNOWN'), organizationId('scalekit', 'org_404')]
    const { data } = await ask(query, { ids: [...empty, ...unknown] })
    expect(data).toEqual({
      nodes: [...empty.map(id => ({ id, directories: { nodes: [] } })), null, null],
    })
  })
})

test('an organization is not shown by directories whose records do not name it', async () => {
  const { server, query } = await startRaw(({ path }, response) => {
    if (path !== '/directories') return sendJson(response, { message: 'Not Found' }, 404)
    const directory = { id: 'directory_01', name: 'Old', state: 'linked', type: 'okta scim v2.0' }
    return sendJson(response, { data: [directory], list_metadata: {} })
  })
  const answer = await query(
    '{ organization(by: { workosId: "org_01" }) { id directories { nodes { name } } } }',
  )
  expect(answer).toEqual({ data: { organization: null } })
  expect(server.requests.map(({ path }) => path)).toEqual(['/directories', '/organizations/org_01'])
})

function known() {
  return app.sandbox.data.known
}

/** Runs what is selected at the root, with variables that are ids or, by name, an address. */
function ask(selection: string, variables: Record<string, unknown> = {}) {
  const types: Record<string, string> = { ids: '[ID!]!', email: 'String!' }
  const names = Object.keys(variables).map(name => `$${name}: ${types[name] ?? 'ID!'}`)
  return app.query(`query${names.length > 0 ? `(${names.join(', ')})` : ''} { ${selection} }`, variables)
}

/** The calls since this was asked the last time. */
function calls() {
  const counted = countOf(app.sandbox.calls).calls
  app.sandbox.clearCalls()
  return counted
}

/** The provider, organization and directory in a global id. */
function pathOf(id: string): string[] {
  return Buffer.from(id, 'base64url').toString().split(':').slice(1, 4)
}
