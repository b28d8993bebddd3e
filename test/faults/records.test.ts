import { expect, test } from 'vitest'
import { directoryId, userId } from '../support/seeded-ids.ts'
import { sendJson } from '../upstream/start-server.ts'
import { callsTo, failuresOf, holdClock, ONE_LIST, start, startRaw } from './start-faults.ts'

const BY_EMAIL = '{ directoryUsersByEmail(email: "ada@example.com") { id } }'
const USERS = `query($id: ID!, $after: String) { node(id: $id) { ... on Directory {
  users(first: 5, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } } } }`

test('10: a record of another form is null with an error, and the rest of its page is whole', async () => {
  const app = await start()
  const wrong = app.sandbox.data.workos.organizations.at(-2)
  if (wrong === undefined) throw new Error('the sandbox has too few organizations')
  Object.assign(wrong, { name: { secret: 'word' } })
  const answer = await app.query<{ organizations: { nodes: unknown[] } }>(ONE_LIST)
  expect(failuresOf(answer)).toEqual([
    {
      path: 'organizations.nodes.1',
      code: 'UPSTREAM_UNAVAILABLE',
      provider: 'WORKOS',
      reason: 'bad-response',
    },
  ])
  expect(answer.data?.organizations.nodes.map(node => node === null)).toEqual([
    false,
    true,
    false,
    false,
    false,
  ])
  expect(JSON.stringify(answer.errors)).not.toMatch(/secret|word/)
})

test('13: a cursor that is handed out again ends the walk with an error, a call after it was seen', async () => {
  const app = await start({ providers: ['workos'], scale: { organizations: 150 } })
  app.sandbox.data.quirks.repeatCursor = true
  expect(failuresOf(await app.query(BY_EMAIL))).toMatchObject([{ reason: 'cursor-loop' }])
  expect(callsTo(app)).toHaveLength(2)
})

test('13: pages that lead in a circle end the walk after one round', async () => {
  const pages: Record<string, readonly [string, string]> = {
    '': ['directory_01', 'directory_02'],
    directory_02: ['directory_03', 'directory_04'],
    directory_04: ['directory_01', 'directory_02'],
  }
  const app = await startRaw(({ search }, response) => {
    const ids = pages[search.get('after') ?? ''] ?? []
    sendJson(response, { data: ids.map(toDirectory), list_metadata: { before: 'x', after: ids.at(-1) } })
  })
  expect(failuresOf(await app.query(BY_EMAIL))).toMatchObject([{ reason: 'cursor-loop' }])
  expect(app.server.requests).toHaveLength(3)
})

// Known: `everyItem` counts an item once for each page that it comes on.
test('16: what comes on two pages of one walk counts once', async () => {
  const app = await startRaw(({ path, search }, response) => {
    if (path === '/directory_users') {
      const directory = search.get('directory') ?? ''
      return sendJson(response, { data: [toUser(directory)], list_metadata: {} })
    }
    const isFirst = search.get('after') === null
    const ids = isFirst ? ['directory_01', 'directory_02'] : ['directory_02', 'directory_03']
    const after = isFirst ? 'directory_02' : null
    sendJson(response, { data: ids.map(toDirectory), list_metadata: { before: isFirst ? null : 'x', after } })
  })
  const { data, errors } = await app.query(BY_EMAIL)
  expect(errors).toBeUndefined()
  const users = (data?.directoryUsersByEmail ?? []) as { id: string }[]
  const ids = users.map(({ id }) => id)
  expect(ids).toHaveLength(3)
  expect(new Set(ids).size).toBe(3)
})

test('17: what is deleted between two pages is on none, and the walk goes on', async () => {
  const app = await start()
  const { workosMediumDirectoryId } = app.sandbox.data.known
  const id = directoryId(app.sandbox, workosMediumDirectoryId)
  type Page = { node: { users: { nodes: { id: string }[]; pageInfo: { endCursor: string } } } }
  const { data } = await app.query<Page>(USERS, { id })
  const roster = app.sandbox.data.workos.rosters.get(workosMediumDirectoryId)
  const gone = roster?.users.splice(-7, 1)[0]
  const next = await app.query<Page>(USERS, { id, after: data?.node.users.pageInfo.endCursor })
  expect(next.errors).toBeUndefined()
  expect(next.data?.node.users.nodes).toHaveLength(5)
  expect(JSON.stringify(next.data)).not.toContain(Buffer.from(gone?.id ?? 'nobody').toString('base64url'))
})

test('17: what is deleted is null without an error, at the latest when its answer’s time is over', async () => {
  const letPass = holdClock()
  const app = await start({ dirgraph: { cacheTtlSeconds: 30 } })
  const { workosSmallDirectoryId, workosUserId } = app.sandbox.data.known
  const variables = { id: userId(app.sandbox, workosUserId) }
  const NODE = 'query($id: ID!) { node(id: $id) { ... on DirectoryUser { state } } }'
  expect((await app.query(NODE, variables)).data?.node).not.toBeNull()
  const users = app.sandbox.data.workos.rosters.get(workosSmallDirectoryId)?.users ?? []
  users.splice(
    users.findIndex(({ id }) => id === workosUserId),
    1,
  )
  letPass(31)
  expect(await app.query(NODE, variables)).toEqual({ data: { node: null } })
  // Nor does it come back when the provider fails.
  app.sandbox.inject({ provider: 'workos', kind: 'status', status: 501 })
  expect(failuresOf(await app.query(NODE, variables))).toMatchObject([{ reason: 'server-error' }])
})

function toDirectory(id: string) {
  return { id, organization_id: 'org_01', name: id, state: 'linked', type: 'okta scim v2.0' }
}

function toUser(directory: string) {
  const id = directory.replace('directory_', 'directory_user_')
  return { id, directory_id: directory, organization_id: 'org_01', email: 'ada@example.com', state: 'active' }
}
