import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { directoryKey, memberKey, organizationKey } from '../../src/domain/entity-key.ts'
import { workosEventDrops } from '../../src/providers/workos/workos-event-drops.ts'
import { parseWorkosEvent } from '../../src/providers/workos/workos-events.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import type { WorkosDirectory } from '../../src/sandbox/workos-records.ts'
import { workosEvent, workosSubject } from './event-samples.ts'
import { type KeptReads, keepReads, type Read } from './kept-reads.ts'
import {
  backward,
  forward,
  NO_DIRECTORY_FILTER,
  NO_ORGANIZATION_FILTER,
  NO_USER_FILTER,
} from './start-ground.ts'

const NEW_EMAIL = 'new.address@kestrel.example'

let sandbox: Sandbox
let subject: ReturnType<typeof workosSubject>
let kept: KeptReads<Name>

type Name = keyof ReturnType<typeof readsOf>

beforeEach(async () => {
  sandbox = await startSandbox()
  subject = workosSubject(sandbox.data)
  // Somebody in the group, whom a change of membership takes out, and somebody who is not.
  const { roster, user, group } = subject
  for (const groups of roster.groupIdsByUser.values()) groups.delete(group.id)
  for (const { id } of [user, ...subject.users.slice(0, 4)]) {
    roster.groupIdsByUser.set(id, new Set([...(roster.groupIdsByUser.get(id) ?? []), group.id]))
  }
  kept = keepReads('workos', sandbox, readsOf())
})

afterEach(() => sandbox.stop())

/** Every kind of read that may tell of the directory, and of each also one of another directory. */
function readsOf() {
  const { known } = sandbox.data
  const { directory, user, group, users } = subject
  const organization = organizationKey('workos', directory.organization_id)
  const key = directoryKey('workos', directory.organization_id, directory.id)
  const other = organizationKey('workos', known.workosOrganizationId)
  const otherKey = directoryKey('workos', known.workosOrganizationId, known.workosLargeDirectoryId)
  const sibling = directoryKey('workos', directory.organization_id, known.workosUnlinkedDirectoryId)
  const theUser = memberKey(key, user.id)
  const theGroup = memberKey(key, group.id)
  const find = (found: typeof key) => [{ key: found, detail: 'full' as const }]
  const usersOf = (directory: typeof key, page = forward(3), filter = NO_USER_FILTER as object): Read => {
    const within = { kind: 'Directory', key: directory } as const
    const asked = { within, page, filter: { ...NO_USER_FILTER, ...filter }, detail: 'basic' } as const
    return (reads, call) => reads.listUsers([asked], call)
  }
  const groupsOf = (directory: typeof key): Read => {
    const within = { kind: 'Directory', key: directory } as const
    return (reads, call) => reads.listGroups([{ within, page: forward(3), detail: 'basic' }], call)
  }
  const members = { kind: 'DirectoryGroup', key: theGroup } as const
  const memberships = { kind: 'DirectoryUser', key: theUser, groups: null } as const
  return {
    organizations: (reads, call) =>
      reads.listOrganizations({ ...NO_ORGANIZATION_FILTER, page: forward(20) }, call),
    organization: (reads, call) => reads.findOrganizations(find(organization), call),
    allDirectories: (reads, call) =>
      reads.listAllDirectories({ ...NO_DIRECTORY_FILTER, page: forward(100) }, call),
    directories: (reads, call) =>
      reads.listDirectories([{ of: { key: organization }, page: forward(10) }], call),
    directory: (reads, call) => reads.findDirectories(find(key), call),
    users: usersOf(key),
    lastUsers: usersOf(key, backward(3)),
    usersBehind: usersOf(key, forward(3, users.at(-3)?.id)),
    usersByEmail: usersOf(key, forward(3), { email: user.email }),
    usersByNewEmail: usersOf(key, forward(3), { email: NEW_EMAIL }),
    user: (reads, call) => reads.findUsers(find(theUser), call),
    colleague: (reads, call) => reads.findUsers(find(memberKey(key, users[0]?.id ?? '')), call),
    groups: groupsOf(key),
    group: (reads, call) => reads.findGroups(find(theGroup), call),
    members: (reads, call) =>
      reads.listUsers(
        [{ within: members, page: forward(10), filter: NO_USER_FILTER, detail: 'basic' }],
        call,
      ),
    memberships: (reads, call) =>
      reads.listGroups([{ within: memberships, page: forward(3), detail: 'basic' }], call),
    siblingUsers: usersOf(sibling),
    siblingGroups: groupsOf(sibling),
    otherOrganization: (reads, call) => reads.findOrganizations(find(other), call),
    otherDirectories: (reads, call) =>
      reads.listDirectories([{ of: { key: other }, page: forward(10) }], call),
    otherDirectory: (reads, call) => reads.findDirectories(find(otherKey), call),
    otherUsers: usersOf(otherKey),
    otherGroups: groupsOf(otherKey),
  } satisfies Record<string, Read>
}

const LISTS_OF_DIRECTORIES: readonly Name[] = ['allDirectories', 'directories']
const LISTS_OF_USERS: readonly Name[] = [
  'users',
  'lastUsers',
  'usersBehind',
  'usersByEmail',
  'usersByNewEmail',
]
const RECORD: readonly Name[] = ['allDirectories', 'directories', 'directory']
const MEMBERS: readonly Name[] = [
  'users',
  'lastUsers',
  'usersBehind',
  'usersByEmail',
  'usersByNewEmail',
  'user',
  'colleague',
  'groups',
  'group',
  'members',
  'memberships',
]

const count = (by: number) => {
  const { metadata } = subject.directory
  if (metadata) metadata.users.active += by
}
const replace = <Row extends { id: string }>(rows: Row[], row: Row, change: Partial<Row>) =>
  Object.assign(rows.find(({ id }) => id === row.id) ?? {}, change)
const now = () => new Date().toISOString()

/** What happens at the provider, the event that tells of it, and the reads that have to be asked again. */
const CHANGES: readonly (readonly [string, () => Record<string, unknown>, readonly Name[]])[] = [
  [
    'dsync.activated',
    () => {
      const { directory } = subject
      const added: WorkosDirectory = { ...directory, id: `${directory.id}X`, created_at: now() }
      sandbox.data.workos.directories.push(added)
      return { ...added }
    },
    LISTS_OF_DIRECTORIES,
  ],
  [
    'dsync.activated, of an organization that is not named',
    () => {
      const { directory } = subject
      const added: WorkosDirectory = { ...directory, id: `${directory.id}X`, created_at: now() }
      sandbox.data.workos.directories.push(added)
      return { ...added, organization_id: undefined }
    },
    [...LISTS_OF_DIRECTORIES, 'otherDirectories'],
  ],
  [
    'dsync.deleted',
    () => {
      const { directories, rosters } = sandbox.data.workos
      directories.splice(
        directories.findIndex(({ id }) => id === subject.directory.id),
        1,
      )
      rosters.delete(subject.directory.id)
      return { ...subject.directory }
    },
    [...LISTS_OF_DIRECTORIES, 'directory', ...MEMBERS],
  ],
  [
    'dsync.user.created',
    () => {
      const created_at = now()
      const added = { ...subject.user, id: `${subject.user.id}X`, email: NEW_EMAIL, created_at }
      subject.roster.users.push(added)
      count(1)
      return added
    },
    [...RECORD, ...LISTS_OF_USERS],
  ],
  [
    'dsync.user.updated, of the name',
    () => {
      replace(subject.roster.users, subject.user, { first_name: 'Renamed', name: 'Renamed' })
      return { ...subject.user, previous_attributes: { first_name: 'Before' } }
    },
    ['lastUsers', 'usersByEmail', 'user', 'members'],
  ],
  [
    'dsync.user.updated, of the state',
    () => {
      replace(subject.roster.users, subject.user, { state: 'inactive' })
      count(-1)
      return { ...subject.user, previous_attributes: { state: 'active' } }
    },
    [...RECORD, 'lastUsers', 'usersByEmail', 'user', 'members'],
  ],
  [
    'dsync.user.updated, of the address',
    () => {
      const { email } = subject.user
      replace(subject.roster.users, subject.user, { email: NEW_EMAIL })
      return { ...subject.user, previous_attributes: { email } }
    },
    ['lastUsers', 'usersByEmail', 'usersByNewEmail', 'user', 'members'],
  ],
  [
    'dsync.user.updated, of who knows what',
    () => {
      replace(subject.roster.users, subject.user, { email: NEW_EMAIL, state: 'inactive' })
      count(-1)
      return { ...subject.user }
    },
    [...RECORD, 'lastUsers', 'usersByEmail', 'usersByNewEmail', 'user', 'members'],
  ],
  [
    'dsync.user.deleted',
    () => {
      const { users, groupIdsByUser } = subject.roster
      users.splice(users.indexOf(subject.user), 1)
      groupIdsByUser.delete(subject.user.id)
      count(-1)
      return { ...subject.user }
    },
    [...RECORD, ...LISTS_OF_USERS, 'user', 'members', 'memberships'],
  ],
  [
    'dsync.group.created',
    () => {
      const added = { ...subject.group, id: `${subject.group.id}X`, created_at: now() }
      subject.roster.groups.push(added)
      return added
    },
    [...RECORD, 'groups'],
  ],
  [
    'dsync.group.updated',
    () => {
      replace(subject.roster.groups, subject.group, { name: 'Renamed' })
      return { ...subject.group, previous_attributes: { name: 'Before' } }
    },
    ['group', 'memberships'],
  ],
  [
    'dsync.group.deleted',
    () => {
      const { groups, groupIdsByUser } = subject.roster
      groups.splice(groups.indexOf(subject.group), 1)
      for (const ids of groupIdsByUser.values()) ids.delete(subject.group.id)
      return { ...subject.group }
    },
    [...RECORD, 'groups', 'group', 'members', 'memberships'],
  ],
  ['dsync.group.user_added', () => changeMembership('add'), ['members']],
  ['dsync.group.user_removed', () => changeMembership('delete'), ['members', 'memberships']],
]

function changeMembership(how: 'add' | 'delete') {
  const { directory, group, users, roster } = subject
  const user = how === 'add' ? users.at(-1) : subject.user
  const ids = roster.groupIdsByUser.get(user?.id ?? '') ?? new Set()
  roster.groupIdsByUser.set(user?.id ?? '', ids)
  ids[how](group.id)
  return { directory_id: directory.id, user, group }
}

describe('after an event of WorkOS, what it contradicts is asked again and nothing else:', () => {
  test.each(CHANGES)('%s', async (name, change, asked) => {
    await kept.prime()
    expect(await kept.asked()).toEqual([])
    const event = parseWorkosEvent(workosEvent(name.split(',')[0] ?? '', change()))
    if (event === null) throw new Error('this event is known')
    const wrong = await kept.wrong()
    expect(wrong.length).toBeGreaterThan(0)
    await kept.drop(workosEventDrops(event))
    const again = await kept.asked()
    expect(again.toSorted()).toEqual(asked.toSorted())
    expect(wrong.filter(one => !again.includes(one))).toEqual([])
    expect(await kept.wrong()).toEqual([])
  })
})
