import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EntityKey, upstreamIdOf } from '../../src/domain/entity-key.ts'
import { parseScalekitEvent } from '../../src/providers/scalekit/scalekit-events.ts'
import { type Sandbox, type SandboxChangeKind, startSandbox } from '../../src/sandbox/sandbox.ts'
import type { ScalekitDirectory, ScalekitGroup, ScalekitUser } from '../../src/sandbox/scalekit-records.ts'
import { type Receiver, startReceiver } from './receive-webhooks.ts'
import { requestScalekit } from './sandbox-requests.ts'

interface Page {
  users: (ScalekitUser & { groups: { id: string; display_name: string }[] })[]
  groups: ScalekitGroup[]
  total_size: number
  next_page_token: string
}

let sandbox: Sandbox
let receiver: Receiver
let path: string
let directoryKey: EntityKey

beforeAll(async () => {
  receiver = await startReceiver()
  sandbox = await startSandbox({
    webhooks: { endpoints: [{ provider: 'scalekit', url: receiver.url, secret: 'whsec_c2FuZGJveA==' }] },
  })
  const { scalekitTwoDirectoriesOrganizationId: organization, scalekitMediumDirectoryId: id } =
    sandbox.data.known
  path = `/api/v1/organizations/${organization}/directories/${id}`
  directoryKey = `scalekit:${organization}:${id}` as EntityKey
})

afterAll(async () => {
  await sandbox.stop()
  await receiver.close()
})

/** A list as the API answers it, walked to its end. */
async function listAll<List extends 'users' | 'groups'>(list: List, query = ''): Promise<Page[List]> {
  const rows: unknown[] = []
  let token = ''
  do {
    const { body } = await requestScalekit<Page>(
      sandbox,
      `${path}/${list}?include_detail=true&page_size=30&page_token=${token}${query}`,
    )
    rows.push(...body[list])
    token = body.next_page_token
  } while (token !== '')
  return rows as Page[List]
}

/** What the API answers of the directory, and whether all that it says there agrees. */
async function readDirectory() {
  const { body } = await requestScalekit<{ directory: ScalekitDirectory }>(sandbox, path)
  const [users, groups] = [await listAll('users'), await listAll('groups')]
  const totals = { total_users: users.length, total_groups: groups.length }
  expect(body.directory).toMatchObject({ ...totals, stats: totals })
  for (const group of groups) {
    const members = users.filter(user => user.groups.some(({ id }) => id === group.id))
    expect([group.display_name, group.total_users]).toEqual([group.display_name, members.length])
  }
  for (const rows of [users, groups]) {
    const instants = rows.map(({ updated_at }) => Date.parse(updated_at))
    expect(instants).toEqual(instants.toSorted((one, other) => other - one))
  }
  return { directory: body.directory, users, groups }
}

/** Lets something happen in the directory, and collects what all sides have to say of it. */
async function watch(kind: SandboxChangeKind) {
  const before = await readDirectory()
  const delivered = receiver.received.length
  const change = sandbox.change(kind, sandbox.data.known.scalekitMediumDirectoryId)
  await sandbox.webhooks.settled()
  const told = receiver.received.slice(delivered).map(({ event }) => event)
  expect(change).toMatchObject({ kind, provider: 'scalekit', events: told })
  const parsed = told.map(event => parseScalekitEvent(event, directoryKey)).filter(event => event !== null)
  const after = await readDirectory()
  return { ...change, before, after, told, parsed }
}

/** Whoever is told is the first of the list, as told. */
function expectFirst({ parsed, after, userId }: Awaited<ReturnType<typeof watch>>): void {
  const [user] = after.users
  const [event] = parsed
  const told = event && 'user' in event ? event.user : null
  expect([user?.id, after.directory.stats?.user_updated_at]).toEqual([userId, user?.updated_at])
  expect(told).toMatchObject({
    email: user?.email || null,
    firstName: user?.given_name || null,
    lastName: user?.family_name || null,
    jobTitle: user?.user_detail.title,
    state: user?.user_detail.active === false ? 'INACTIVE' : 'ACTIVE',
    rawAttributes: user?.user_detail,
  })
  expect(told?.groups?.map(({ key, name }) => [upstreamIdOf(key), name])).toEqual(
    user?.groups.map(({ id, display_name }) => [id, display_name]),
  )
}

describe('at Scalekit', () => {
  test('somebody who joins comes first, in their groups, told by one event without the directory', async () => {
    for (let number = 0; number < 3; number += 1) {
      const change = await watch('user-created')
      expect(change.parsed).toMatchObject([{ kind: 'USER_CREATED', directoryKey }])
      expectFirst(change)
      expect(change.before.users.some(({ id }) => id === change.userId)).toBe(false)
      expect(change.told[0]).toMatchObject({ object: 'DirectoryUser', spec_version: '1' })
      expect(JSON.stringify(change.told)).not.toContain(change.directoryId)
    }
  })

  test('somebody who leaves is gone, told by little more than the address', async () => {
    const { parsed, told, before, after, userId } = await watch('user-deleted')
    expect(parsed).toMatchObject([{ kind: 'USER_DELETED', userUpstreamId: userId }])
    const email = before.users.find(({ id }) => id === userId)?.email
    expect(told[0]?.data).toMatchObject({ id: userId, email })
    expect(Object.keys(told[0]?.data ?? {}).sort()).toEqual(['dp_id', 'email', 'id', 'organization_id'])
    expect(after.users.map(({ id }) => id)).toEqual(
      before.users.map(({ id }) => id).filter(id => id !== userId),
    )
  })

  const titleOf = ({ user_detail }: ScalekitUser) => user_detail.title
  test.each<[SandboxChangeKind, (user: ScalekitUser) => unknown]>([
    ['user-retitled', titleOf],
    ['user-renamed', ({ family_name }) => family_name],
    ['user-readdressed', ({ email, emails }) => [email, emails]],
    ['user-suspended', ({ user_detail }) => user_detail.active],
    ['user-reinstated', ({ user_detail }) => user_detail.active],
  ])('%s changes somebody, who comes first then', async (kind, read) => {
    const change = await watch(kind)
    expect(change.parsed).toMatchObject([{ kind: 'USER_UPDATED', changed: null }])
    expectFirst(change)
    const [before, after] = [change.before, change.after].map(({ users }) =>
      users.find(({ id }) => id === change.userId),
    )
    expect(before && after && read(after)).not.toEqual(before && read(before))
    if (kind !== 'user-retitled') expect(after && titleOf(after)).toBe(before && titleOf(before))
  })

  test.each(['member-added', 'member-removed'] as const)('%s is told as a change of the user', async kind => {
    const change = await watch(kind)
    expect(change.parsed).toMatchObject([{ kind: 'USER_UPDATED' }])
    expectFirst(change)
    const isMember = ({ users }: typeof change.after) =>
      users.find(({ id }) => id === change.userId)?.groups.some(({ id }) => id === change.groupId)
    expect([isMember(change.before), isMember(change.after)]).toEqual(
      kind === 'member-added' ? [false, true] : [true, false],
    )
  })

  test('a group is made and gets another name, and comes first with that', async () => {
    const made = await watch('group-created')
    expect(made.parsed).toMatchObject([{ kind: 'GROUP_CREATED', directoryKey }])
    const renamed = await watch('group-renamed')
    expect(renamed.parsed).toMatchObject([{ kind: 'GROUP_UPDATED', directoryKey }])
    for (const { parsed, after, groupId } of [made, renamed]) {
      const [group] = after.groups
      expect([group?.id, after.directory.stats?.group_updated_at]).toEqual([groupId, group?.updated_at])
      expect(parsed).toMatchObject([{ group: { name: group?.display_name } }])
    }
    const nameOf = ({ groups }: typeof made.after) =>
      groups.find(({ id }) => id === renamed.groupId)?.display_name
    expect(nameOf(renamed.after)).not.toBe(nameOf(renamed.before))
  })

  test('a group that is deleted is told, and then each of its members without it', async () => {
    const { scalekit, known } = sandbox.data
    const roster = scalekit.rosters.get(known.scalekitMediumDirectoryId)
    // The smallest one is deleted, so nobody else's may be smaller.
    while (roster?.groups.some(({ total_users }) => total_users === 0)) {
      sandbox.change('group-deleted', known.scalekitMediumDirectoryId)
    }
    const made = sandbox.change('group-created', known.scalekitMediumDirectoryId)
    const members = roster?.users.slice(3, 5).map(({ id }) => id) ?? []
    for (const id of members) roster?.groupIdsByUser.set(id, new Set([made.groupId ?? '']))
    for (const group of roster?.groups ?? []) {
      group.total_users =
        roster?.users.filter(({ id }) => roster.groupIdsByUser.get(id)?.has(group.id)).length ?? 0
    }
    await sandbox.webhooks.settled()
    const { parsed, told, after, groupId } = await watch('group-deleted')
    expect(groupId).toBe(made.groupId)
    expect(parsed).toMatchObject([
      { kind: 'GROUP_DELETED', directoryKey },
      ...members.map(id => ({ kind: 'USER_UPDATED', userUpstreamId: id, user: { groups: [] } })),
    ])
    expect(after.groups.map(({ id }) => id)).not.toContain(groupId)
    expect(JSON.stringify(told.slice(1))).not.toContain(groupId)
  })

  test('a directory is disabled, hears nobody then, and is enabled again', async () => {
    const off = await watch('directory-disabled')
    expect(off.parsed).toMatchObject([{ kind: 'DIRECTORY_DISABLED', directoryKey }])
    expect(off.after.directory.enabled).toBe(false)
    expect(off.told[0]?.data).toMatchObject({ enabled: false, provider: 'MICROSOFT_AD' })
    expect(() => sandbox.change('user-created', off.directoryId)).toThrow(
      'nothing in the sandbox can change so',
    )
    const on = await watch('directory-enabled')
    expect(on.parsed).toMatchObject([{ kind: 'DIRECTORY_ENABLED', directoryKey }])
    expect(on.after.directory.enabled).toBe(true)
  })
})
