import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { directoryId, groupId, organizationId, userId } from '../support/seeded-ids.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

const ALL_FIELDS = `... on DirectoryUser {
  id provider upstreamId idpId email emails username firstName lastName name jobTitle state roles customAttributes
  rawAttributes directory { id name } organization { id name } createdAt updatedAt
}`

describe('a user', () => {
  test('of WorkOS has every field as WorkOS keeps it', async () => {
    const { known, workos } = app.sandbox.data
    const roster = workos.rosters.get(known.workosMediumDirectoryId)
    // The fourth to the last of an import: one with all that a user can have.
    const user = roster?.users.find(({ roles, emails }) => roles && emails)
    const answer = await app.query(`query($id: ID!) { node(id: $id) { ${ALL_FIELDS} } }`, {
      id: userId(app.sandbox, user?.id ?? ''),
    })
    const address = user?.email ?? user?.emails?.find(({ primary }) => primary)?.value
    expect(answer).toEqual({
      data: {
        node: {
          id: userId(app.sandbox, user?.id ?? ''),
          provider: 'WORKOS',
          upstreamId: user?.id,
          idpId: user?.idp_id,
          email: address,
          emails: [address],
          username: user?.username,
          firstName: user?.first_name,
          lastName: user?.last_name,
          name: user?.name,
          jobTitle: user?.job_title,
          state: user?.state.toUpperCase(),
          roles: ['admin', 'member'],
          customAttributes: user?.custom_attributes,
          rawAttributes: user?.raw_attributes,
          directory: {
            id: directoryId(app.sandbox, known.workosMediumDirectoryId),
            name: 'Kestrel Entra ID',
          },
          organization: {
            id: organizationId('workos', known.workosTwoDirectoriesOrganizationId),
            name: 'Kestrel & Finch LLP',
          },
          createdAt: user?.created_at,
          updatedAt: user?.updated_at,
        },
      },
    })
  })

  test('of Scalekit has every field as Scalekit keeps it, and null for what it does not tell', async () => {
    const { known, scalekit } = app.sandbox.data
    const user = scalekit.rosters
      .get(known.scalekitMediumDirectoryId)
      ?.users.find(({ id }) => id === known.scalekitUserWithGroupsId)
    const answer = await app.query(`query($id: ID!) { node(id: $id) { ${ALL_FIELDS} } }`, {
      id: userId(app.sandbox, known.scalekitUserWithGroupsId),
    })
    expect(answer).toEqual({
      data: {
        node: {
          id: userId(app.sandbox, known.scalekitUserWithGroupsId),
          provider: 'SCALEKIT',
          upstreamId: known.scalekitUserWithGroupsId,
          idpId: null,
          email: user?.email,
          emails: user?.emails,
          username: user?.preferred_username || null,
          firstName: user?.given_name,
          lastName: user?.family_name,
          name: `${user?.given_name} ${user?.family_name}`,
          jobTitle: null,
          state: null,
          roles: [],
          customAttributes: {},
          rawAttributes: user?.user_detail,
          directory: {
            id: directoryId(app.sandbox, known.scalekitMediumDirectoryId),
            name: 'Farrow Entra ID',
          },
          organization: {
            id: organizationId('scalekit', known.scalekitTwoDirectoriesOrganizationId),
            name: 'Farrow & Lindqvist',
          },
          createdAt: null,
          updatedAt: new Date(user?.updated_at ?? '').toISOString(),
        },
      },
    })
  })

  test('without an e-mail address is there all the same; one only in the list of addresses counts', async () => {
    const { known } = app.sandbox.data
    const answer = await app.query(
      'query($ids: [ID!]!) { nodes(ids: $ids) { ... on DirectoryUser { upstreamId email emails } } }',
      {
        ids: [
          userId(app.sandbox, known.workosUserWithoutEmailId),
          userId(app.sandbox, known.workosUserEmailInListId),
          userId(app.sandbox, known.scalekitUserWithoutEmailId),
        ],
      },
    )
    expect(answer).toEqual({
      data: {
        nodes: [
          { upstreamId: known.workosUserWithoutEmailId, email: null, emails: [] },
          {
            upstreamId: known.workosUserEmailInListId,
            email: expect.stringContaining('@tanaka-seiki.example'),
            emails: [expect.stringContaining('@tanaka-seiki.example')],
          },
          { upstreamId: known.scalekitUserWithoutEmailId, email: null, emails: [] },
        ],
      },
    })
  })

  test('of WorkOS may be suspended or inactive', async () => {
    const { known } = app.sandbox.data
    interface States {
      directory: { users: { nodes: { state: string; upstreamId: string }[] } }
    }
    const { data } = await app.query<States>(
      'query($id: ID!) { directory(by: { workosId: $id }) { users(first: 100) { nodes { state upstreamId } } } }',
      { id: known.workosMediumDirectoryId },
    )
    const states = data?.directory.users.nodes.map(({ state }) => state)
    expect(new Set(states)).toEqual(new Set(['ACTIVE', 'INACTIVE', 'SUSPENDED']))
  })

  test('of WorkOS is in the groups that WorkOS lists, also where its record embeds others', async () => {
    const { known, workos, quirks } = app.sandbox.data
    const roster = workos.rosters.get(known.workosSmallDirectoryId)
    const expected = [...(roster?.groupIdsByUser.get(known.workosUserWithGroupsId) ?? [])]
    quirks.embeddedGroups = true
    interface Groups {
      node: { groups: { nodes: { upstreamId: string; name: string }[] } }
    }
    const { data } = await app.query<Groups>(
      'query($id: ID!) { node(id: $id) { ... on DirectoryUser { groups { nodes { upstreamId name } } } } }',
      { id: userId(app.sandbox, known.workosUserWithGroupsId) },
    )
    quirks.embeddedGroups = false
    expect(expected.length).toBeGreaterThan(2)
    expect(new Set(data?.node.groups.nodes.map(group => group.upstreamId))).toEqual(new Set(expected))
  })

  test.each([['name'], ['name totalUsers rawAttributes updatedAt']])(
    'of Scalekit is in the groups that come with the user, asked for %s',
    async fields => {
      const { known, scalekit } = app.sandbox.data
      const roster = scalekit.rosters.get(known.scalekitMediumDirectoryId)
      const memberships = roster?.groupIdsByUser.get(known.scalekitUserWithGroupsId)
      const groups = roster?.groups.filter(({ id }) => memberships?.has(id)) ?? []
      const answer = await app.query(
        `query($id: ID!) {
          node(id: $id) { ... on DirectoryUser { groups { totalCount nodes { id ${fields} } } } }
        }`,
        { id: userId(app.sandbox, known.scalekitUserWithGroupsId) },
      )
      const whole = groups.map(group => ({
        id: groupId(app.sandbox, group.id),
        name: group.display_name,
        ...(fields !== 'name' && {
          totalUsers: group.total_users,
          rawAttributes: group.group_detail,
          updatedAt: new Date(group.updated_at).toISOString(),
        }),
      }))
      expect(groups.length).toBeGreaterThan(2)
      expect(answer).toEqual({ data: { node: { groups: { totalCount: groups.length, nodes: whole } } } })
    },
  )
})
