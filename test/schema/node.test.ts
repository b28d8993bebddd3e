import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { directoryId, groupId, organizationId, userId } from '../support/seeded-ids.ts'
import { globalId, startApp, type TestApp } from '../support/start-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.sandbox.clearCalls())
afterAll(() => app.stop())

const NODES = 'query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }'
interface Nodes {
  nodes: ({ __typename: string; id: string } | null)[] | null
}

describe('node', () => {
  test('answers each kind of object of both providers by its id', async () => {
    const { known } = app.sandbox.data
    const ids = {
      Organization: [
        organizationId('workos', known.workosOrganizationId),
        organizationId('scalekit', known.scalekitOrganizationId),
      ],
      Directory: [
        directoryId(app.sandbox, known.workosSmallDirectoryId),
        directoryId(app.sandbox, known.scalekitMediumDirectoryId),
      ],
      DirectoryUser: [userId(app.sandbox, known.workosUserId), userId(app.sandbox, known.scalekitUserId)],
      DirectoryGroup: [
        groupId(app.sandbox, known.workosGroupId),
        groupId(app.sandbox, known.scalekitLargeGroupId),
      ],
    }
    for (const [kind, idsOfKind] of Object.entries(ids)) {
      for (const id of idsOfKind) {
        const answer = await app.query('query($id: ID!) { node(id: $id) { __typename id } }', { id })
        expect(answer).toEqual({ data: { node: { __typename: kind, id } } })
      }
    }
  })

  test.each([
    ['an organization', globalId('Organization', 'workos', 'org_01UNKNOWN')],
    ['a directory', globalId('Directory', 'scalekit', 'org_1', 'dir_404')],
    ['a user of an unknown directory', globalId('DirectoryUser', 'scalekit', 'org_1', 'dir_1', 'diruser_1')],
    ['a group', globalId('DirectoryGroup', 'workos', 'org_1', 'directory_1', 'directory_group_404')],
  ])('is null, without an error, for %s that nobody knows', async (_what, id) => {
    const answer = await app.query('query($id: ID!) { node(id: $id) { id } }', { id })
    expect(answer).toEqual({ data: { node: null } })
  })

  test('is null for a user or a group that Scalekit has not in the directory of its id', async () => {
    const { known } = app.sandbox.data
    const path = ['scalekit', known.scalekitTwoDirectoriesOrganizationId, known.scalekitMediumDirectoryId]
    const answer = await app.query<Nodes>(NODES, {
      ids: [
        globalId('DirectoryUser', ...path, 'diruser_404'),
        globalId('DirectoryGroup', ...path, known.scalekitLargeGroupId),
      ],
    })
    expect(answer).toEqual({ data: { nodes: [null, null] } })
  })

  test('is null for an id that claims another organization or another directory', async () => {
    const { known } = app.sandbox.data
    const { workosOrganizationId: otherOrganization, workosSmallDirectoryId: directory } = known
    const owner =
      app.sandbox.data.workos.directories.find(({ id }) => id === directory)?.organization_id ?? ''
    const claims = [
      globalId('Directory', 'workos', otherOrganization, directory),
      globalId('DirectoryUser', 'workos', otherOrganization, directory, known.workosUserId),
      globalId('DirectoryUser', 'workos', owner, known.workosMediumDirectoryId, known.workosUserId),
      globalId('DirectoryGroup', 'workos', otherOrganization, directory, known.workosGroupId),
      globalId('Directory', 'scalekit', known.scalekitEmptyOrganizationId, known.scalekitLargeDirectoryId),
      globalId(
        'DirectoryUser',
        'scalekit',
        known.scalekitOrganizationId,
        known.scalekitMediumDirectoryId,
        known.scalekitUserId,
      ),
    ]
    const rightful = globalId('DirectoryUser', 'workos', owner, directory, known.workosUserId)
    const { data, errors } = await app.query<Nodes>(NODES, { ids: [...claims, rightful] })
    expect(errors).toBeUndefined()
    expect(data?.nodes).toEqual([...claims.map(() => null), { __typename: 'DirectoryUser', id: rightful }])
  })

  test('takes fields by interface fragments and by fragments on several types at once', async () => {
    const { known } = app.sandbox.data
    const id = userId(app.sandbox, known.workosUserId)
    const { data } = await app.query(
      `query($id: ID!) { node(id: $id) { ...Anything ... on DirectoryGroup { name } } }
      fragment Anything on Node { id ... on DirectoryUser { provider directory { name } } }`,
      { id },
    )
    expect(data).toEqual({
      node: { id, provider: 'WORKOS', directory: { name: '田中精機 Google Workspace' } },
    })
  })
})

describe('nodes', () => {
  test('has 30 ids of all kinds and both providers in their places', async () => {
    const { known, workos, scalekit } = app.sandbox.data
    const workosRoster = workos.rosters.get(known.workosSmallDirectoryId)
    const scalekitRoster = scalekit.rosters.get(known.scalekitMediumDirectoryId)
    const mixed = [
      ...workos.organizations.slice(0, 5).map(({ id }) => organizationId('workos', id)),
      ...scalekit.organizations.map(({ id }) => organizationId('scalekit', id)),
      ...workos.directories.slice(0, 4).map(({ id }) => directoryId(app.sandbox, id)),
      ...scalekit.directories.slice(0, 4).map(({ id }) => directoryId(app.sandbox, id)),
      ...(workosRoster?.users ?? []).slice(0, 4).map(({ id }) => userId(app.sandbox, id)),
      ...(workosRoster?.groups ?? []).slice(0, 2).map(({ id }) => groupId(app.sandbox, id)),
      ...(scalekitRoster?.users ?? []).slice(60, 64).map(({ id }) => userId(app.sandbox, id)),
      ...(scalekitRoster?.groups ?? []).slice(0, 2).map(({ id }) => groupId(app.sandbox, id)),
    ]
    const ids = mixed.map((_, index) => mixed[(index * 7) % mixed.length] ?? '')
    expect(new Set(ids).size).toBe(30)
    const { data, errors } = await app.query<Nodes>(NODES, { ids })
    expect(errors).toBeUndefined()
    expect(data?.nodes?.map(node => node?.id)).toEqual(ids)
  })

  test('has null with an error in the place of a bad id, null without one for an unknown id', async () => {
    const { known } = app.sandbox.data
    const halden = organizationId('workos', known.workosOrganizationId)
    const { data, errors } = await app.query<Nodes>(NODES, {
      ids: [halden, 'rubbish', globalId('Organization', 'workos', 'org_01UNKNOWN'), halden, 'b3Jn'],
    })
    const found = { __typename: 'Organization', id: halden }
    expect(data?.nodes).toEqual([found, null, null, found, null])
    expect(errors).toMatchObject([
      { path: ['nodes', 1], extensions: { code: 'BAD_USER_INPUT' } },
      { path: ['nodes', 4], extensions: { code: 'BAD_USER_INPUT' } },
    ])
  })

  test('has null with an error in the places of a provider that fails, and the other’s stand', async () => {
    const { known } = app.sandbox.data
    const heal = app.sandbox.inject({ provider: 'scalekit', kind: 'status', status: 403, path: /^\/api/ })
    const halden = organizationId('workos', known.workosOrganizationId)
    const vantage = organizationId('scalekit', known.scalekitOrganizationId)
    const { data, errors } = await app.query<Nodes>(NODES, { ids: [vantage, halden] })
    heal()
    expect(data?.nodes).toEqual([null, { __typename: 'Organization', id: halden }])
    expect(errors).toMatchObject([
      { path: ['nodes', 0], extensions: { code: 'FORBIDDEN', provider: 'SCALEKIT' } },
    ])
  })

  test('takes no id, and not more than 100', async () => {
    const ids = Array.from({ length: 101 }, (_, index) => globalId('Organization', 'workos', `org_${index}`))
    const none = await app.query<Nodes>(NODES, { ids: [] })
    const tooMany = await app.query<Nodes>(NODES, { ids })
    expect(none).toEqual({ data: { nodes: [] } })
    expect(tooMany).toMatchObject({
      errors: [{ message: '`ids` takes 100 ids at most.', extensions: { code: 'BAD_USER_INPUT' } }],
    })
    expect(app.sandbox.calls).toEqual([])
    const enough = await app.query<Nodes>(NODES, { ids: ids.slice(0, 100) })
    expect(enough).toEqual({ data: { nodes: Array(100).fill(null) } })
  })
})
