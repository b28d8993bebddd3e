import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { directoryId, groupId } from '../support/seeded-ids.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

describe('users of a directory', () => {
  const query = `query($id: ID!, $filter: DirectoryUserFilter) {
    directory(by: { id: $id }) { users(first: 100, filter: $filter) { totalCount nodes { upstreamId } } }
  }`
  interface Users {
    directory: { users: { totalCount: number | null; nodes: { upstreamId: string }[] } | null }
  }

  test.each([
    ['workos', 'workosSmallDirectoryId'],
    ['scalekit', 'scalekitMediumDirectoryId'],
  ] as const)('of %s are narrowed to a group and to an address', async (provider, known) => {
    const directory = app.sandbox.data.known[known]
    const {
      users = [],
      groups = [],
      groupIdsByUser,
    } = app.sandbox.data[provider].rosters.get(directory) ?? {}
    const [group] = groups
    const members = users.filter(({ id }) => groupIdsByUser?.get(id)?.has(group?.id ?? ''))
    const somebody = users.find(({ email }) => email)
    const id = directoryId(app.sandbox, directory)
    const inGroup = await app.query<Users>(query, {
      id,
      filter: { groupId: groupId(app.sandbox, group?.id ?? '') },
    })
    const byAddress = await app.query<Users>(query, {
      id,
      filter: { email: somebody?.email?.toUpperCase() },
    })
    const idsOf = ({ data }: typeof inGroup) => data?.directory.users?.nodes.map(user => user.upstreamId)
    expect(members.length).toBeGreaterThan(2)
    expect(new Set(idsOf(inGroup))).toEqual(new Set(members.map(user => user.id)))
    expect(idsOf(byAddress)).toEqual([somebody?.id])
  })

  test('of Scalekit are narrowed to those that changed since; WorkOS can not do that', async () => {
    const { known, scalekit } = app.sandbox.data
    const { users = [] } = scalekit.rosters.get(known.scalekitMediumDirectoryId) ?? {}
    const updatedAfter = new Date(Date.parse(users[40]?.updated_at ?? '')).toISOString()
    const since = users.filter(user => Date.parse(user.updated_at) > Date.parse(updatedAfter))
    const atScalekit = await app.query<Users>(query, {
      id: directoryId(app.sandbox, known.scalekitMediumDirectoryId),
      filter: { updatedAfter },
    })
    const atWorkos = await app.query<Users>(query, {
      id: directoryId(app.sandbox, known.workosSmallDirectoryId),
      filter: { updatedAfter },
    })
    expect(since.length).toBeGreaterThan(10)
    expect(atScalekit.data?.directory.users?.nodes).toHaveLength(since.length)
    expect(atWorkos.data).toEqual({ directory: { users: null } })
    expect(atWorkos.errors).toMatchObject([{ extensions: { code: 'UNSUPPORTED', provider: 'WORKOS' } }])
  })

  test.each([
    ['workos', 'workosSmallDirectoryId', 'workosLargeGroupId'],
    ['scalekit', 'scalekitMediumDirectoryId', 'scalekitLargeGroupId'],
  ] as const)('of %s are none when the group is another directory’s', async (_provider, directory, group) => {
    const { known } = app.sandbox.data
    const answer = await app.query<Users>(query, {
      id: directoryId(app.sandbox, known[directory]),
      filter: { groupId: groupId(app.sandbox, known[group]) },
    })
    expect(answer).toEqual({ data: { directory: { users: { totalCount: 0, nodes: [] } } } })
  })
})

describe('users by e-mail address', () => {
  test('are found in every directory of both providers, whatever the case', async () => {
    const { known } = app.sandbox.data
    const answer = await app.query(
      'query($email: String!) { directoryUsersByEmail(email: $email) { upstreamId provider } }',
      { email: known.sharedEmail.toUpperCase() },
    )
    expect(answer).toEqual({
      data: {
        directoryUsersByEmail: [
          { upstreamId: known.workosSharedUserId, provider: 'WORKOS' },
          { upstreamId: known.scalekitSharedUserId, provider: 'SCALEKIT' },
        ],
      },
    })
  })

  test('are nobody for an address that nobody has', async () => {
    const answer = await app.query('{ directoryUsersByEmail(email: "nobody@nowhere.example") { id } }')
    expect(answer).toEqual({ data: { directoryUsersByEmail: [] } })
  })
})
