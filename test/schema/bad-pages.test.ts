import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { directoryId, groupId, organizationId, userId } from '../support/seeded-ids.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.sandbox.clearCalls())
afterAll(() => app.stop())

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Each list of the graph: what leads to it, and the request by which its provider lists it. */
const LISTS: readonly (readonly [string, () => { query: (page: string) => string; id: string }, RegExp])[] = [
  ['organizations', () => root('organizations(PAGE) { nodes { id } }'), /organizations$/],
  ['directories', () => root('directories(PAGE) { nodes { id } }'), /(directories|organizations)$/],
  [
    'directories of an organization',
    () => within('Organization', 'directories', anOrganization()),
    /directories$/,
  ],
  [
    'users of a WorkOS directory',
    () => within('Directory', 'users', aDirectory('workos')),
    /directory_users$/,
  ],
  ['users of a Scalekit directory', () => within('Directory', 'users', aDirectory('scalekit')), /users$/],
  [
    'groups of a WorkOS directory',
    () => within('Directory', 'groups', aDirectory('workos')),
    /directory_groups$/,
  ],
  ['groups of a Scalekit directory', () => within('Directory', 'groups', aDirectory('scalekit')), /groups$/],
  ['groups of a user', () => within('DirectoryUser', 'groups', aUser()), /directory_groups$/],
  ['users of a group', () => within('DirectoryGroup', 'users', aGroup()), /directory_users$/],
]

const BAD_PAGES: readonly (readonly [string, string])[] = [
  ['first: 0', 'first: 0'],
  ['first: 101', 'first: 101'],
  ['first: -1', 'first: -1'],
  ['last: 0', 'last: 0'],
  ['last: 101', 'last: 101'],
  ['first with last', 'first: 5, last: 5'],
  ['last with after', 'last: 5, after: "x"'],
  ['first with before', 'first: 5, before: "x"'],
  ['an empty cursor', 'after: ""'],
  ['a cursor of rubbish', 'after: "rubbish"'],
  ['a cursor of 10 KB', `after: "${'a'.repeat(10_240)}"`],
  ['a cursor of another form', `after: "${encode({ after: 1 })}"`],
  ['a cursor of another version', `after: "${encode([0, 'abcdefgh', 'org_1'])}"`],
  ['a cursor of no list', `last: 5, before: "${encode([1, 'abcdefgh', 'org_1'])}"`],
]

describe.each(LISTS)('the list of %s', (_list, source, request) => {
  test.each(BAD_PAGES)('refuses %s as BAD_USER_INPUT, and asks for no page', async (_what, page) => {
    const { query, id } = source()
    const { errors } = await app.query(query(page), id === '' ? {} : { id })
    expect(errors).toMatchObject([{ path: expect.any(Array), extensions: { code: 'BAD_USER_INPUT' } }])
    expect(app.sandbox.calls.filter(({ path }) => request.test(path))).toEqual([])
  })
})

describe('a cursor', () => {
  const page = 'pageInfo { endCursor } nodes { id }'
  const EVERYWHERE = `query($workos: ID!, $scalekit: ID!, $after: String) {
    organizations(first: 1, after: $after, filter: { provider: SCALEKIT }) { ${page} }
    directories(first: 1, after: $after) { ${page} }
    workos: directory(by: { id: $workos }) {
      users(first: 1, after: $after) { ${page} }
      others: users(first: 1, after: $after, filter: { email: "a@b.example" }) { ${page} }
      groups(first: 1, after: $after) { ${page} }
    }
    scalekit: directory(by: { id: $scalekit }) {
      users(first: 1, after: $after) { ${page} }
      groups(first: 1, after: $after) { ${page} }
    }
  }`

  test('of one list is refused by every other, of the same provider and of the other', async () => {
    const ids = { workos: aDirectory('workos'), scalekit: aDirectory('scalekit') }
    const first = await app.query(EVERYWHERE, { ...ids, after: null })
    const cursors = [...JSON.stringify(first.data).matchAll(/"endCursor":"([^"]+)"/g)].map(
      ([, cursor]) => cursor,
    )
    // That of the users with an address that nobody has is null.
    expect(new Set(cursors).size).toBe(6)
    for (const after of cursors) {
      app.sandbox.clearCalls()
      const { errors } = await app.query(EVERYWHERE, { ...ids, after })
      // All lists but the one that issued it.
      expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(Array(6).fill('BAD_USER_INPUT'))
    }
  })

  test('that was tampered with is refused before any call where its form tells', async () => {
    const { query, id } = within('Directory', 'users', aDirectory('workos'))
    const { data } = await app.query<{ node: { users: { edges: { cursor: string }[] } } }>(
      query('first: 1').replace('nodes { id }', 'edges { cursor }'),
      { id },
    )
    const [version, list] = JSON.parse(
      Buffer.from(data?.node.users.edges[0]?.cursor ?? '', 'base64url').toString(),
    )
    for (const inside of ['../../x', 'a&limit=100', '', 'x'.repeat(3_000), '\0']) {
      app.sandbox.clearCalls()
      const { errors } = await app.query(query(`after: "${encode([version, list, inside])}"`), { id })
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
      expect(app.sandbox.calls.filter(({ path }) => path === '/directory_users')).toEqual([])
    }
  })

  test.each(['restart', 'refuse'] as const)(
    'of a WorkOS item that is gone is BAD_USER_INPUT after its one call, when WorkOS would %s',
    async staleCursor => {
      const { quirks, workos, known } = app.sandbox.data
      quirks.staleCursor = staleCursor
      const roster = workos.rosters.get(known.workosSmallDirectoryId)
      const { query, id } = within('Directory', 'users', aDirectory('workos'))
      const after = await endCursorOf(query('first: 5').replace('nodes { id }', page), id)
      const [gone] = roster?.users.splice(-5, 1) ?? []
      app.sandbox.clearCalls()
      const { data, errors } = await app.query(query(`first: 5, after: "${after}"`), { id })
      if (gone) roster?.users.splice(-4, 0, gone)
      quirks.staleCursor = 'restart'
      expect(data).toEqual({ node: { users: null } })
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', provider: 'WORKOS' } }])
      expect(app.sandbox.calls.filter(({ path }) => path === '/directory_users')).toHaveLength(1)
    },
  )

  test('whose token Scalekit refuses is BAD_USER_INPUT after its one call', async () => {
    const { query, id } = within('Directory', 'users', aDirectory('scalekit'))
    const after = await endCursorOf(query('first: 5').replace('nodes { id }', page), id)
    const [version, list, inside] = JSON.parse(Buffer.from(after, 'base64url').toString())
    const place = JSON.parse(inside)
    place[4] = `${place[4]}x`
    app.sandbox.clearCalls()
    const { errors } = await app.query(
      query(`first: 5, after: "${encode([version, list, JSON.stringify(place)])}"`),
      {
        id,
      },
    )
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', provider: 'SCALEKIT' } }])
    expect(app.sandbox.calls.filter(({ path }) => path.endsWith('/users'))).toHaveLength(1)
  })

  test.each(['workos', 'scalekit'] as const)(
    'that %s repeats ends the walk with an error',
    async provider => {
      const { query, id } = within('Directory', 'users', aDirectory(provider))
      app.sandbox.data.quirks.repeatCursor = true
      const pages: (readonly [unknown, number])[] = []
      let after: string | null = null
      while (pages.length < 10) {
        app.sandbox.clearCalls()
        const cursor: string = after === null ? '' : `, after: "${after}"`
        const { data, errors } = await app.query<Page>(
          query(`first: 20${cursor}`).replace('nodes { id }', page),
          { id },
        )
        pages.push([
          errors?.[0]?.extensions,
          app.sandbox.calls.filter(({ path }) => path.endsWith('users')).length,
        ])
        after = data?.node.users?.pageInfo.endCursor ?? null
        if (after === null) break
      }
      app.sandbox.data.quirks.repeatCursor = false
      expect(pages.length).toBeLessThan(5)
      expect(pages.at(-1)?.[0]).toEqual({
        code: 'UPSTREAM_UNAVAILABLE',
        reason: 'cursor-loop',
        provider: provider.toUpperCase(),
        requestId: expect.any(String),
      })
      for (const [, calls] of pages) expect(calls).toBeLessThan(3)
    },
  )
})

interface Page {
  node: { users: { pageInfo: { endCursor: string } } | null }
}

async function endCursorOf(query: string, id: string): Promise<string> {
  const { data } = await app.query<Page>(query, { id })
  return data?.node.users?.pageInfo.endCursor ?? ''
}

function root(field: string) {
  return { query: (page: string) => `{ ${field.replace('PAGE', page)} }`, id: '' }
}

function within(type: string, field: string, id: string) {
  const query = (page: string) =>
    `query($id: ID!) { node(id: $id) { ... on ${type} { ${field}(${page}) { nodes { id } } } } }`
  return { query, id }
}

function anOrganization() {
  return organizationId('workos', app.sandbox.data.known.workosOrganizationId)
}

function aDirectory(provider: 'workos' | 'scalekit') {
  const { workosSmallDirectoryId, scalekitMediumDirectoryId } = app.sandbox.data.known
  return directoryId(
    app.sandbox,
    { workos: workosSmallDirectoryId, scalekit: scalekitMediumDirectoryId }[provider],
  )
}

function aUser() {
  return userId(app.sandbox, app.sandbox.data.known.workosUserWithGroupsId)
}

function aGroup() {
  return groupId(app.sandbox, app.sandbox.data.known.workosGroupId)
}
