import { afterEach, describe, expect, test } from 'vitest'
import { countOf } from '../budget/count-calls.ts'
import { directoryId } from '../support/seeded-ids.ts'
import { startApp, type TestApp, type TestAppSettings } from '../support/start-app.ts'

/**
 * Cost for the groups of n users of a directory of WorkOS: one by one n calls; by a walk one for every 100 groups, and
 * for each group one for every 100 users of the directory, in no more than 8 calls for members.
 */

let app: TestApp

afterEach(() => app.stop())

const start = async (settings: TestAppSettings = { scale: { organizations: 1 } }) => {
  app = await startApp({ providers: ['workos'], ...settings })
}

/** 30 users and 6 groups: a walk is 1 + 6 calls. */
const small = () => directoryId(app.sandbox, app.sandbox.data.known.workosExtraDirectoryIds[0] ?? '')

const usersWithGroups = (
  first: number,
  groups = 'groups { nodes { id name } totalCount pageInfo { hasNextPage } }',
) => `query($id: ID!) { directory(by: { id: $id }) { users(first: ${first}) { nodes { id ${groups} } } } }`

interface Answer {
  directory: { users: { nodes: { id: string; groups: { nodes: { id: string }[] } }[] } }
}

async function ask(query: string, id: string) {
  app.sandbox.clearCalls()
  const { data, errors } = await app.query<Answer>(query, { id })
  expect(errors).toBeUndefined()
  const asked = app.sandbox.calls
  return {
    nodes: data?.directory.users.nodes ?? [],
    calls: countOf(asked).calls,
    ofUsers: asked.filter(({ path, query: { user } }) => path === '/directory_groups' && user).length,
    ofGroups: asked.filter(({ path, query: { group } }) => path === '/directory_users' && group).length,
    groupLists: asked.filter(({ path, query: { user } }) => path === '/directory_groups' && !user).length,
  }
}

const ONE_BY_ONE = { ofGroups: 0, groupLists: 0 }

describe('the groups of many users of a small directory', () => {
  test.each([8, 20, 30])('are a walk of its 6 groups for %i users', async first => {
    await start()
    expect(await ask(usersWithGroups(first), small())).toMatchObject({
      ofUsers: 0,
      ofGroups: 6,
      groupLists: 1,
    })
  })

  test.each([1, 3, 7])('are a call for each of %i users, which is no more', async first => {
    await start()
    expect(await ask(usersWithGroups(first), small())).toMatchObject({ ofUsers: first, ...ONE_BY_ONE })
  })

  test('are the same by the walk as one by one', async () => {
    await start()
    const { nodes } = await ask(usersWithGroups(30), small())
    expect(nodes.some(({ groups }) => groups.nodes.length > 0)).toBe(true)
    for (const node of nodes) {
      const { data } = await app.query(
        `query($id: ID!) { node(id: $id) { ... on DirectoryUser { id groups { nodes { id name } totalCount pageInfo { hasNextPage } } } } }`,
        { id: node.id },
      )
      expect(data?.node).toEqual(node)
    }
  })

  test('are the same where users are in several groups, in none, and have more than a page of them', async () => {
    await start()
    const { data } = app.sandbox
    const roster = data.workos.rosters.get(data.known.workosExtraDirectoryIds[0] ?? '')
    const [first, second] = roster?.users ?? []
    roster?.groupIdsByUser.set(first?.id ?? '', new Set(roster.groups.map(({ id }) => id)))
    roster?.groupIdsByUser.set(second?.id ?? '', new Set())
    const query = usersWithGroups(30, 'groups(first: 2) { nodes { id } pageInfo { hasNextPage endCursor } }')
    const { nodes, ofGroups } = await ask(query, small())
    expect(ofGroups).toBe(6)
    for (const node of nodes) {
      const { data: alone } = await app.query(
        `query($id: ID!) { node(id: $id) { ... on DirectoryUser { id groups(first: 2) { nodes { id } pageInfo { hasNextPage endCursor } } } } }`,
        { id: node.id },
      )
      expect(alone?.node).toEqual(node)
    }
  })

  test('are asked one by one from a place in their middle or from their end', async () => {
    await start()
    expect(await ask(usersWithGroups(20, 'groups(last: 1) { nodes { id } }'), small())).toMatchObject({
      ofUsers: 20,
      ...ONE_BY_ONE,
    })
  })

  test('are asked one by one where a member can not be read, so that nobody lacks a group in silence', async () => {
    await start()
    const { data } = app.sandbox
    const { users = [] } = data.workos.rosters.get(data.known.workosExtraDirectoryIds[0] ?? '') ?? {}
    const asked = await ask(usersWithGroups(30), small())
    // The last on the page is spoilt once the page itself was read: by an id that is none of a user.
    Object.assign(users[0] ?? {}, { state: 7 })
    const { data: after } = await app.query<Answer>(usersWithGroups(20), { id: small() })
    expect(after?.directory.users.nodes).toEqual(asked.nodes.slice(0, 20))
    expect(app.sandbox.calls.filter(({ query: { user } }) => user)).toHaveLength(20)
  })
})

describe('the groups of many users are asked one by one', () => {
  test('where the directory has too many groups', async () => {
    await start()
    const large = directoryId(app.sandbox, app.sandbox.data.known.workosLargeDirectoryId)
    expect(await ask(usersWithGroups(30), large)).toMatchObject({ ofUsers: 30, ...ONE_BY_ONE })
  })

  test('where its size is not known', async () => {
    await start()
    const uncounted = directoryId(app.sandbox, app.sandbox.data.known.workosUncountedDirectoryId)
    expect(await ask(usersWithGroups(15), uncounted)).toMatchObject({ ofUsers: 15, ...ONE_BY_ONE })
  })

  test('where the directory’s record has not been seen, and by a walk once it has', async () => {
    await start()
    const first = await ask(usersWithGroups(30), small())
    const ids = first.nodes.map(({ id }) => id)
    const query =
      'query($ids: [ID!]!) { nodes(ids: $ids) { id ... on DirectoryUser { groups { nodes { id name } } } } }'
    const walked = async (fresh: TestApp) => {
      fresh.sandbox.clearCalls()
      const { data } = await fresh.query(query, { ids })
      return { data, walks: fresh.sandbox.calls.filter(({ query: { group } }) => group).length }
    }
    const other = await startApp({ providers: ['workos'], scale: { organizations: 1 } })
    try {
      const [unseen, seen] = [await walked(other), await walked(app)]
      expect([unseen.walks, seen.walks]).toEqual([0, 6])
      expect(seen.data).toEqual(unseen.data)
    } finally {
      await other.stop()
    }
  })

  test('where it turns out to have more groups than its record says', async () => {
    await start()
    const { data } = app.sandbox
    const id = data.known.workosExtraDirectoryIds[0] ?? ''
    const { groups = [] } = data.workos.rosters.get(id) ?? {}
    const [group] = groups
    if (group === undefined) throw new Error('no group')
    for (let index = 0; index < 4; index += 1)
      groups.push({ ...group, id: `${group.id.slice(0, -1)}${index}X` })
    expect(await ask(usersWithGroups(30), small())).toMatchObject({ ofUsers: 30, ofGroups: 0, groupLists: 1 })
  })
})
