import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { directoryId, groupId, organizationId, userId } from '../support/seeded-ids.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

const ALL_FIELDS = `... on DirectoryGroup {
  id provider upstreamId idpId name totalUsers rawAttributes directory { id name } organization { id name }
  createdAt updatedAt
}`

describe('a group', () => {
  test('of WorkOS has every field as WorkOS keeps it, and is not counted', async () => {
    const { known, workos } = app.sandbox.data
    const group = workos.rosters.get(known.workosSmallDirectoryId)?.groups.find(row => row.raw_attributes)
    const answer = await app.query(`query($id: ID!) { node(id: $id) { ${ALL_FIELDS} } }`, {
      id: groupId(app.sandbox, group?.id ?? ''),
    })
    expect(answer).toEqual({
      data: {
        node: {
          id: groupId(app.sandbox, group?.id ?? ''),
          provider: 'WORKOS',
          upstreamId: group?.id,
          idpId: group?.idp_id,
          name: group?.name,
          totalUsers: null,
          rawAttributes: group?.raw_attributes,
          directory: {
            id: directoryId(app.sandbox, known.workosSmallDirectoryId),
            name: '田中精機 Google Workspace',
          },
          organization: {
            id: organizationId('workos', group?.organization_id ?? ''),
            name: 'Tanaka Seiki 田中精機',
          },
          createdAt: group?.created_at,
          updatedAt: group?.updated_at,
        },
      },
    })
  })

  test('of Scalekit has every field as Scalekit keeps it', async () => {
    const { known, scalekit } = app.sandbox.data
    const group = scalekit.rosters
      .get(known.scalekitLargeDirectoryId)
      ?.groups.find(({ id }) => id === known.scalekitLargeGroupId)
    const answer = await app.query(`query($id: ID!) { node(id: $id) { ${ALL_FIELDS} } }`, {
      id: groupId(app.sandbox, known.scalekitLargeGroupId),
    })
    expect(answer).toEqual({
      data: {
        node: {
          id: groupId(app.sandbox, known.scalekitLargeGroupId),
          provider: 'SCALEKIT',
          upstreamId: known.scalekitLargeGroupId,
          idpId: null,
          name: 'Everyone',
          totalUsers: group?.total_users,
          rawAttributes: group?.group_detail,
          directory: {
            id: directoryId(app.sandbox, known.scalekitLargeDirectoryId),
            name: 'Vantage Okta',
          },
          organization: {
            id: organizationId('scalekit', known.scalekitOrganizationId),
            name: 'Vantage Point Analytics',
          },
          createdAt: null,
          updatedAt: new Date(group?.updated_at ?? '').toISOString(),
        },
      },
    })
  })

  test.each([
    ['workos', 'workosSmallDirectoryId', null],
    ['scalekit', 'scalekitMediumDirectoryId', 'counted'],
  ] as const)('of %s lists its members, and its directory lists it', async (provider, known, counted) => {
    const directory = app.sandbox.data.known[known]
    const {
      users = [],
      groups = [],
      groupIdsByUser,
    } = app.sandbox.data[provider].rosters.get(directory) ?? {}
    const [group] = groups
    const members = users.filter(({ id }) => groupIdsByUser?.get(id)?.has(group?.id ?? ''))
    interface Answer {
      node: { users: { totalCount: number | null; nodes: { id: string }[] } }
      directory: { groups: { totalCount: number | null; nodes: { upstreamId: string }[] } }
    }
    const { data, errors } = await app.query<Answer>(
      `query($group: ID!, $directory: ID!) {
        node(id: $group) { ... on DirectoryGroup { users(first: 100) { totalCount nodes { id } } } }
        directory(by: { id: $directory }) { groups(first: 100) { nodes { upstreamId } } }
      }`,
      { group: groupId(app.sandbox, group?.id ?? ''), directory: directoryId(app.sandbox, directory) },
    )
    expect(errors).toBeUndefined()
    expect(members.length).toBeGreaterThan(2)
    expect(data?.node.users.totalCount).toBe(counted && members.length)
    expect(new Set(data?.node.users.nodes.map(({ id }) => id))).toEqual(
      new Set(members.map(({ id }) => userId(app.sandbox, id))),
    )
    expect(new Set(data?.directory.groups.nodes.map(({ upstreamId }) => upstreamId))).toEqual(
      new Set(groups.map(({ id }) => id)),
    )
  })
})
