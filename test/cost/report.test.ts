import { afterEach, describe, expect, test } from 'vitest'
import { PLANNED_READS } from '../budget/planned-reads.ts'
import { READS } from '../budget/read-operations.ts'
import { WRITES } from '../budget/write-operations.ts'
import { directoryId, userId } from '../support/seeded-ids.ts'
import { startApp, type TestApp, type TestAppSettings } from '../support/start-app.ts'

let app: TestApp

afterEach(() => app.stop())

const start = async (settings: TestAppSettings = {}) => {
  app = await startApp(settings)
}

const QUERY = '{ organizations(first: 5) { nodes { id } } }'

describe('what an operation has cost', () => {
  test.each<[what: string, headers: Record<string, string>, reportCost: boolean, isTold: boolean]>([
    ['unasked', {}, false, false],
    ['with the header', { 'dirgraph-cost': 'true' }, false, true],
    ['with another word in the header', { 'dirgraph-cost': '1' }, false, false],
    ['with the setting', {}, true, true],
  ])('%s is told or not', async (_what, headers, reportCost, isTold) => {
    await start({ dirgraph: { reportCost } })
    const { extensions } = await app.query(QUERY, {}, headers)
    expect(extensions !== undefined).toBe(isTold)
  })

  test('is told in this form', async () => {
    await start({ dirgraph: { reportCost: true, cacheTtlSeconds: 30 } })
    const { extensions } = await app.query(QUERY)
    expect(extensions).toEqual({
      dirgraph: {
        estimatedCalls: 4,
        upstreamCalls: 1,
        cacheHits: 0,
        coalesced: 0,
        retries: 0,
        waitedMs: expect.any(Number),
        budgets: [
          { provider: 'WORKOS', scope: 'provider', remaining: 9_999 },
          { provider: 'SCALEKIT', scope: 'provider', remaining: 10_000 },
        ],
      },
    })
    expect((await app.query(QUERY)).extensions).toMatchObject({
      dirgraph: { upstreamCalls: 0, cacheHits: 1 },
    })
  })

  test('counts every attempt as a call, and those after the first as retries', async () => {
    await start({ dirgraph: { reportCost: true } })
    app.sandbox.inject({ provider: 'workos', kind: 'status', status: 503, times: 1 })
    const { errors, extensions } = await app.query(QUERY)
    expect(errors).toBeUndefined()
    expect(extensions).toMatchObject({ dirgraph: { upstreamCalls: 2, retries: 1 } })
  })

  test('tells the time that was waited for a turn within the limits', async () => {
    app = await startApp({
      dirgraph: { reportCost: true },
      providers: ['workos'],
      workosLimits: { directoryUsersPerSecond: 1 },
    })
    const id = directoryId(app.sandbox, app.sandbox.data.known.workosMediumDirectoryId)
    const { errors, extensions } = await app.query(
      'query($id: ID!) { directory(by: { id: $id }) { a: users(first: 1) { nodes { id } } b: users(first: 2) { nodes { id } } } }',
      { id },
    )
    expect(errors).toBeUndefined()
    const isLong = (waitedMs: number) => waitedMs > 500
    expect(extensions).toMatchObject({ dirgraph: { waitedMs: expect.toSatisfy(isLong) } })
  })

  test('is told of a failure as well', async () => {
    await start({ dirgraph: { reportCost: true }, providers: ['workos'] })
    app.sandbox.inject({ provider: 'workos', kind: 'status', status: 501 })
    const { errors, extensions } = await app.query(QUERY)
    expect(errors).toHaveLength(1)
    expect(extensions).toMatchObject({ dirgraph: { estimatedCalls: 4, upstreamCalls: 1 } })
  })

  test('leaves the token out, which is everybody’s', async () => {
    await start({ dirgraph: { reportCost: true, maxUpstreamCalls: 1 }, providers: ['scalekit'] })
    const { errors, extensions } = await app.query(QUERY)
    expect(errors).toBeUndefined()
    expect(app.sandbox.calls).toHaveLength(2)
    expect(extensions).toMatchObject({ dirgraph: { upstreamCalls: 1 } })
  })
})

const UNLIMITED = { reportCost: true, maxUpstreamCalls: 10_000, maxEstimatedCalls: 100_000 }

/** Runs an operation, and holds what it has cost to what it was reckoned to. */
async function holdToEstimate(query: string, variables: Record<string, unknown> = {}) {
  app.sandbox.clearCalls()
  const { data, errors, extensions } = await app.query(query, variables)
  const cost = extensions?.dirgraph as { estimatedCalls: number; upstreamCalls: number } | undefined
  const calls = app.sandbox.calls.filter(({ path }) => path !== '/oauth/token').length
  expect(cost?.upstreamCalls).toBe(calls)
  expect(cost?.estimatedCalls).toBeGreaterThanOrEqual(calls)
  return { data, errors, calls }
}

describe('no operation costs more than it was reckoned to:', () => {
  test.each([...READS, ...PLANNED_READS, ...WRITES])('%s', async (_name, { query, variables, world }) => {
    await start({ ...world, dirgraph: UNLIMITED })
    await holdToEstimate(query, variables?.(app.sandbox))
  })

  const IN = (selection: string) => `query($id: ID!) { directory(by: { id: $id }) { ${selection} } }`

  // A directory of as many groups as a scan reads, of which the last is one that is wanted.
  test.each([
    ['users with their groups in full', IN('users(first: 5) { nodes { groups { nodes { totalUsers } } } }')],
    [
      'users by edges and fragments with their groups in full',
      `query($id: ID!) { directory(by: { id: $id }) { users(first: 5) { edges { node { ...a } } } } }
        fragment a on DirectoryUser { groups { edges { node { ... { updatedAt } } } } }`,
    ],
    ['roles with their groups', IN('roleAssignments { roleName group { name } }')],
    [
      'the members of the groups of roles',
      IN('roleAssignments { group { users(first: 1) { nodes { id } } } }'),
    ],
    [
      'users by their ids with their groups in full',
      'query($users: [ID!]!) { nodes(ids: $users) { ... on DirectoryUser { groups { nodes { totalUsers } } } } }',
    ],
    [
      'users by their address with their organizations and groups in full',
      'query($email: String!) { directoryUsersByEmail(email: $email) { organization { name } groups { nodes { totalUsers } } } }',
    ],
  ])('%s, in a directory of 1,490 groups', async (_name, query) => {
    await start({ dirgraph: UNLIMITED, providers: ['scalekit'] })
    const { scalekit, known } = app.sandbox.data
    const directory = scalekit.directories.find(({ id }) => id === known.scalekitMediumDirectoryId)
    const roster = scalekit.rosters.get(directory?.id ?? '')
    const [user] = roster?.users ?? []
    if (!directory || !roster || !user) throw new Error('the sandbox has no such directory')
    for (let index = roster.groups.length; index < 1_490; index += 1) {
      roster.groups.push({ ...(roster.groups[0] as object), id: `dirgroup_${index}` } as never)
    }
    const last = roster.groups.slice(-20).map(({ id }) => id)
    for (const { id } of roster.users) roster.groupIdsByUser.set(id, new Set(last))
    Object.assign(directory, {
      role_assignments: { assignments: last.map(group_id => ({ group_id, role_name: 'member' })) },
    })
    const { data, errors, calls } = await holdToEstimate(query, {
      id: directoryId(app.sandbox, directory.id),
      users: [userId(app.sandbox, user.id)],
      email: user.email,
    })
    expect([errors, data]).toEqual([undefined, expect.any(Object)])
    expect(calls).toBeGreaterThan(20)
  })

  test('a page of 100 behind a page of one', async () => {
    await start({ dirgraph: UNLIMITED })
    const id = directoryId(app.sandbox, app.sandbox.data.known.scalekitLargeDirectoryId)
    const query = `query($id: ID!, $first: Int!, $after: String) { directory(by: { id: $id }) { name
      users(first: $first, after: $after) { nodes { id } pageInfo { endCursor } } } }`
    const one = await holdToEstimate(query, { id, first: 1 })
    const { directory } = one.data as { directory: { users: { pageInfo: { endCursor: string } } } }
    const after = directory.users.pageInfo.endCursor
    expect((await holdToEstimate(query, { id, first: 100, after })).calls).toBe(1 + 100)
  })

  test('members of WorkOS whose records lack their organization', async () => {
    await start({ dirgraph: UNLIMITED })
    const { workos, known } = app.sandbox.data
    const id = userId(app.sandbox, known.workosUserId)
    for (const { users } of workos.rosters.values()) {
      for (const user of users) Object.assign(user, { organization_id: undefined })
    }
    const { calls } = await holdToEstimate(
      'query($id: ID!) { node(id: $id) { ... on DirectoryUser { name } } }',
      { id },
    )
    expect(calls).toBe(2)
  })

  test('directories of organizations, by a listing that turns out longer', async () => {
    await start({ dirgraph: UNLIMITED, scale: { organizations: 450 }, providers: ['workos'] })
    const { calls } = await holdToEstimate(
      '{ organizations(first: 4) { nodes { directories(first: 5) { nodes { id } } } } }',
    )
    expect(calls).toBe(1 + 4 + 4)
  })
})
