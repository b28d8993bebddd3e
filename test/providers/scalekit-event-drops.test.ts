import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { directoryKey, type EntityKey, memberKey, organizationKey } from '../../src/domain/entity-key.ts'
import { scalekitEventDrops } from '../../src/providers/scalekit/scalekit-event-drops.ts'
import { parseScalekitEvent } from '../../src/providers/scalekit/scalekit-events.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { scalekitEvent, scalekitSubject } from './event-samples.ts'
import { type KeptReads, keepReads, type Read } from './kept-reads.ts'
import { forward, NO_ORGANIZATION_FILTER, NO_USER_FILTER } from './start-ground.ts'

let sandbox: Sandbox
let subject: ReturnType<typeof scalekitSubject>
let theDirectory: EntityKey
let kept: KeptReads<Name>

type Name = keyof ReturnType<typeof readsOf>

beforeEach(async () => {
  sandbox = await startSandbox()
  subject = scalekitSubject(sandbox.data)
  const { roster, user, group, directory } = subject
  roster.groupIdsByUser.set(user.id, new Set([group.id]))
  theDirectory = directoryKey('scalekit', directory.organization_id, directory.id)
  kept = keepReads('scalekit', sandbox, readsOf())
})

afterEach(() => sandbox.stop())

/** Every kind of read that may tell of the directory, and of each also one of another directory. */
function readsOf() {
  const { known } = sandbox.data
  const { directory, user, group } = subject
  const organization = organizationKey('scalekit', directory.organization_id)
  const other = organizationKey('scalekit', known.scalekitOrganizationId)
  const otherKey = directoryKey('scalekit', known.scalekitOrganizationId, known.scalekitLargeDirectoryId)
  const sibling = directoryKey('scalekit', directory.organization_id, known.scalekitDisabledDirectoryId)
  const theUser = memberKey(theDirectory, user.id)
  const theGroup = memberKey(theDirectory, group.id)
  const find = (found: EntityKey) => [{ key: found, detail: 'basic' as const }]
  const usersOf = (
    directory: EntityKey,
    detail: 'basic' | 'full' = 'basic',
    filter: Partial<typeof NO_USER_FILTER> | { updatedAfter: Date } = {},
  ): Read => {
    const within = { kind: 'Directory', key: directory } as const
    const asked = { within, page: forward(3), filter: { ...NO_USER_FILTER, ...filter }, detail } as const
    return (reads, call) => reads.listUsers([asked], call)
  }
  const groupsOf = (directory: EntityKey): Read => {
    const within = { kind: 'Directory', key: directory } as const
    return (reads, call) => reads.listGroups([{ within, page: forward(3), detail: 'basic' }], call)
  }
  const members = { kind: 'DirectoryGroup', key: theGroup } as const
  const memberships = { kind: 'DirectoryUser', key: theUser, groups: null } as const
  const filter = NO_USER_FILTER
  return {
    organizations: (reads, call) =>
      reads.listOrganizations({ ...NO_ORGANIZATION_FILTER, page: forward(20) }, call),
    organization: (reads, call) => reads.findOrganizations(find(organization), call),
    directories: (reads, call) =>
      reads.listDirectories([{ of: { key: organization }, page: forward(10) }], call),
    directory: (reads, call) => reads.findDirectories(find(theDirectory), call),
    users: usersOf(theDirectory),
    usersInFull: usersOf(theDirectory, 'full'),
    usersSince: usersOf(theDirectory, 'basic', { updatedAfter: new Date() }),
    user: (reads, call) => reads.findUsers(find(theUser), call),
    groups: groupsOf(theDirectory),
    group: (reads, call) => reads.findGroups(find(theGroup), call),
    members: (reads, call) =>
      reads.listUsers([{ within: members, page: forward(10), filter, detail: 'basic' }], call),
    memberships: (reads, call) =>
      reads.listGroups([{ within: memberships, page: forward(3), detail: 'name' }], call),
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

const RECORD: readonly Name[] = ['directories', 'directory']
const MEMBERS: readonly Name[] = [
  'users',
  'usersInFull',
  'usersSince',
  'user',
  'groups',
  'group',
  'members',
  'memberships',
]
const EVERYTHING = [...RECORD, ...MEMBERS]

/** A moment from now, so that it is after the time that a list was asked for. */
const soon = () => new Date(Date.now() + 1_000).toISOString()
const touch = (what: 'total_users' | 'total_groups', by: number) => {
  const { directory } = subject
  directory[what] += by
  if (directory.stats === null) throw new Error('this directory has numbers')
  directory.stats[what] += by
  directory.stats[what === 'total_users' ? 'user_updated_at' : 'group_updated_at'] = soon()
}

/** Changes somebody, who thereby comes first in the lists. */
function update(change: Partial<typeof subject.user>) {
  const { users } = subject.roster
  const updated = { ...subject.user, ...change, updated_at: soon() }
  users.splice(
    users.findIndex(({ id }) => id === updated.id),
    1,
  )
  users.unshift(updated)
  touch('total_users', 0)
  return subject.toUserData(updated)
}

function create() {
  const added = { ...subject.user, id: `${subject.user.id}9`, updated_at: soon() }
  subject.roster.users.unshift(added)
  subject.roster.groupIdsByUser.set(added.id, new Set([subject.group.id]))
  touch('total_users', 1)
  return subject.toUserData(added)
}

function remove() {
  const { users } = subject.roster
  users.splice(users.indexOf(subject.user), 1)
  touch('total_users', -1)
  return subject.toUserData(subject.user)
}

function toggle(enabled: boolean) {
  subject.directory.enabled = enabled
  return subject.directoryData
}

/** What happens at the provider, the event that tells of it, and the reads that have to be asked again. */
const CHANGES: readonly (readonly [string, () => Record<string, unknown>, readonly Name[]])[] = [
  ['directory_disabled', () => toggle(false), RECORD],
  [
    'directory_enabled',
    () => {
      // There is no event of a directory's creation: this is the first that is heard of it.
      const added = { ...subject.directory, id: `${subject.directory.id}9` }
      sandbox.data.scalekit.directories.unshift(added)
      return { ...subject.directoryData, id: added.id }
    },
    ['directories'],
  ],
  ['directory.user_created', create, EVERYTHING],
  ['directory.user_updated', () => update({ family_name: 'Renamed' }), EVERYTHING],
  [
    'directory.user_updated, of the groups',
    () => {
      subject.roster.groupIdsByUser.delete(subject.user.id)
      return { ...update({}), groups: [] }
    },
    EVERYTHING,
  ],
  ['directory.user_deleted', remove, EVERYTHING],
  [
    'directory.group_created',
    () => {
      const added = { ...subject.group, id: `${subject.group.id}9`, updated_at: soon() }
      subject.roster.groups.unshift(added)
      touch('total_groups', 1)
      return { ...subject.groupData, id: added.id }
    },
    EVERYTHING,
  ],
  [
    'directory.group_updated',
    () => {
      subject.group.display_name = 'Renamed'
      touch('total_groups', 0)
      return { ...subject.groupData, display_name: 'Renamed' }
    },
    EVERYTHING,
  ],
  [
    'directory.group_deleted',
    () => {
      const { groups, groupIdsByUser } = subject.roster
      groups.splice(groups.indexOf(subject.group), 1)
      for (const ids of groupIdsByUser.values()) ids.delete(subject.group.id)
      touch('total_groups', -1)
      return subject.groupData
    },
    EVERYTHING,
  ],
]

function tell(name: string, data: Record<string, unknown>, directoryOfUsers: EntityKey | null) {
  const raw = scalekitEvent(`organization.${name.split(',')[0]}`, data)
  const event = parseScalekitEvent(raw, directoryOfUsers)
  if (event === null) throw new Error('this event is known')
  return event
}

describe('after an event of Scalekit, what it contradicts is asked again and nothing else:', () => {
  test.each(CHANGES)('%s', async (name, change, asked) => {
    await kept.prime()
    expect(await kept.asked()).toEqual([])
    const event = tell(name, change(), theDirectory)
    const wrong = await kept.wrong()
    expect(wrong.length).toBeGreaterThan(0)
    await kept.drop(scalekitEventDrops(event))
    const again = await kept.asked()
    expect(again.toSorted()).toEqual(asked.toSorted())
    expect(wrong.filter(one => !again.includes(one))).toEqual([])
    expect(await kept.wrong()).toEqual([])
  })

  test('of a user whose directory is not known, as if it had happened in each of the organization’s', async () => {
    await kept.prime()
    const event = tell('directory.user_created', create(), null)
    await kept.drop(scalekitEventDrops(event))
    expect(await kept.asked()).toEqual([...EVERYTHING, 'siblingUsers', 'siblingGroups'])
    expect(await kept.wrong()).toEqual([])
  })
})
