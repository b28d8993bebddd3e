import { NotFoundException, UnauthorizedException, WorkOS } from '@workos-inc/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'

let sandbox: Sandbox

function createClient(apiKey: string): WorkOS {
  const { hostname, port } = new URL(sandbox.workos.url)
  return new WorkOS({ apiKey, apiHostname: hostname, port: Number(port), https: false, maxRetries: 0 })
}

let client: WorkOS

beforeAll(async () => {
  sandbox = await startSandbox({ deletionDelayMs: 0, embeddedGroups: true })
  client = createClient(sandbox.workos.apiKey)
})

afterAll(() => sandbox.stop())

function rosterOf(directoryId: string) {
  const roster = sandbox.data.workos.rosters.get(directoryId)
  if (!roster) throw new Error('no such directory')
  return roster
}

describe('the official WorkOS client', () => {
  test('lists and gets organizations', async () => {
    const { workos, known } = sandbox.data
    const organizations = await (await client.organizations.listOrganizations()).autoPagination()
    expect(organizations.map(({ id }) => id)).toEqual(workos.organizations.map(({ id }) => id).toReversed())
    const byDomain = await client.organizations.listOrganizations({
      domains: [known.workosOrganizationDomain],
    })
    expect(byDomain.data.map(({ id }) => id)).toEqual([known.workosOrganizationId])
    const found = await client.organizations.getOrganizationByExternalId(known.workosOrganizationExternalId)
    expect(found.id).toBe(known.workosOrganizationId)
  })

  test('lists and gets directories', async () => {
    const { workos, known } = sandbox.data
    const directories = await (await client.directorySync.listDirectories()).autoPagination()
    expect(directories.map(({ id }) => id)).toEqual(workos.directories.map(({ id }) => id).toReversed())
    const directory = await client.directorySync.getDirectory(known.workosSmallDirectoryId)
    expect(directory.state).toBe('active')
    expect(directory.type).toBe('gsuite directory')
  })

  test('pages through all users and groups of a directory', async () => {
    const directory = sandbox.data.known.workosMediumDirectoryId
    const roster = rosterOf(directory)
    const users = await (await client.directorySync.listUsers({ directory })).autoPagination()
    expect(users.map(({ id }) => id)).toEqual(roster.users.map(({ id }) => id).toReversed())
    const groups = await (await client.directorySync.listGroups({ directory })).autoPagination()
    expect(groups.map(({ name }) => name).toSorted()).toEqual(
      roster.groups.map(({ name }) => name).toSorted(),
    )
    for (const user of users) {
      expect(new Set(user.groups.map(({ id }) => id))).toEqual(roster.groupIdsByUser.get(user.id))
    }
  })

  test('gets a user and a group', async () => {
    const { known } = sandbox.data
    const user = await client.directorySync.getUser(known.workosUserWithoutEmailId)
    expect(user.email).toBeNull()
    const group = await client.directorySync.getGroup(known.workosLargeGroupId)
    expect(group.name).toBe('Everyone')
  })

  test('reads the event log', async () => {
    const { data } = await client.events.listEvents({ events: ['dsync.activated', 'dsync.group.user_added'] })
    expect(data[0]?.event).toBe('dsync.activated')
    expect(data[1]?.event).toBe('dsync.group.user_added')
  })

  test('makes a portal link', async () => {
    const made = await client.adminPortal.generateLink({
      organization: sandbox.data.known.workosOrganizationId,
      intent: 'dsync',
    })
    expect(made.link).toMatch(/^https:/)
  })

  test('deletes a directory, after which it is not found', async () => {
    const id = sandbox.data.known.workosUnlinkedDirectoryId
    await client.directorySync.deleteDirectory(id)
    await expect(client.directorySync.getDirectory(id)).rejects.toBeInstanceOf(NotFoundException)
  })

  test('is refused with a wrong key', async () => {
    const stranger = createClient('sk_test_other')
    await expect(stranger.directorySync.listDirectories()).rejects.toBeInstanceOf(UnauthorizedException)
  })
})
