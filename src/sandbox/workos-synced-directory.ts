import type { Announcements } from './announcements.ts'
import { toUlid } from './minted-ids.ts'
import type { Roster, WorkosData } from './sandbox-data.ts'
import {
  countMembers,
  rowOf,
  type SyncedDirectory,
  setGroup,
  takeOut,
  type UserEdit,
} from './synced-directory.ts'
import { toActivatedEventData, toPreviousAttributes } from './workos-event-data.ts'
import type { WorkosDirectory, WorkosGroup, WorkosUser } from './workos-records.ts'
import { createWorkosUser, editWorkosUser } from './workos-user-edits.ts'

/** Lists are in the order of creation, so only who comes and who goes moves them. */
export function createWorkosSyncedDirectory(
  data: WorkosData,
  directory: WorkosDirectory,
  announcements: Announcements,
): SyncedDirectory {
  const roster = (): Roster<WorkosUser, WorkosGroup> =>
    data.rosters.get(directory.id) ?? { users: [], groups: [], groupIdsByUser: new Map() }
  const tell = announcements.workos
  const mint = (prefix: string, atMs: number) => `${prefix}_${toUlid(atMs, Math.random)}`
  const toTime = (atMs: number) => new Date(atMs).toISOString()

  const count = () => {
    if (!directory.metadata) return
    const { users, groups } = roster()
    const active = users.filter(({ state }) => state === 'active').length
    directory.metadata = { users: { active, inactive: users.length - active }, groups: groups.length }
  }

  const setMember = (userId: string, groupId: string, isMember: boolean) => {
    const { users, groups, groupIdsByUser } = roster()
    groupIdsByUser.set(userId, setGroup(groupIdsByUser.get(userId), groupId, isMember))
    // Nobody's record changes, and so nobody's `updated_at`.
    tell(isMember ? 'dsync.group.user_added' : 'dsync.group.user_removed', {
      directory_id: directory.id,
      user: rowOf(users, userId),
      group: rowOf(groups, groupId),
    })
  }

  return {
    provider: 'workos',
    organizationId: directory.organization_id,
    id: directory.id,
    isHeard: () => directory.state === 'linked' && data.rosters.has(directory.id),
    sizes: () => ({ users: roster().users.length, groups: roster().groups.length }),
    users() {
      const { users, groupIdsByUser } = roster()
      return users.toReversed().map(({ id, email, state }) => ({
        id,
        email,
        isActive: state === 'active',
        groupIds: groupIdsByUser.get(id) ?? new Set(),
      }))
    },
    groups() {
      const sizes = countMembers(roster().groupIdsByUser)
      return roster()
        .groups.toReversed()
        .map(({ id, name }) => ({ id, name, size: sizes.get(id) ?? 0 }))
    },
    addUser(person, groupIds) {
      const at = announcements.now()
      const user = createWorkosUser(person, directory, mint('directory_user', at), toTime(at))
      roster().users.push(user)
      count()
      tell('dsync.user.created', user)
      for (const groupId of groupIds) setMember(user.id, groupId, true)
      return user.id
    },
    editUser(userId: string, edit: UserEdit) {
      const user = rowOf(roster().users, userId)
      const before = { ...user }
      Object.assign(user, editWorkosUser(user, edit), { updated_at: toTime(announcements.now()) })
      count()
      tell('dsync.user.updated', { ...user, previous_attributes: toPreviousAttributes(before, user) })
    },
    removeUser(userId) {
      const { users, groupIdsByUser } = roster()
      const user = rowOf(users, userId)
      takeOut(users, user)
      groupIdsByUser.delete(userId)
      count()
      // Whoever goes leaves their groups without an event for each.
      tell('dsync.user.deleted', user)
    },
    addGroup(name) {
      const at = announcements.now()
      const id = mint('directory_group', at)
      const group: WorkosGroup = {
        object: 'directory_group',
        id,
        idp_id: `${directory.external_key}-${id.slice(-6).toLowerCase()}`,
        directory_id: directory.id,
        organization_id: directory.organization_id,
        name,
        raw_attributes: { displayName: name },
        created_at: toTime(at),
        updated_at: toTime(at),
      }
      roster().groups.push(group)
      count()
      tell('dsync.group.created', group)
      return id
    },
    renameGroup(groupId, name) {
      const group = rowOf(roster().groups, groupId)
      const before = { ...group }
      group.name = name
      if (group.raw_attributes) group.raw_attributes = { ...group.raw_attributes, displayName: name }
      group.updated_at = toTime(announcements.now())
      tell('dsync.group.updated', { ...group, previous_attributes: toPreviousAttributes(before, group) })
    },
    removeGroup(groupId) {
      const { groups, groupIdsByUser } = roster()
      const group = rowOf(groups, groupId)
      takeOut(groups, group)
      for (const [userId, groupIds] of groupIdsByUser) {
        if (groupIds.has(groupId)) groupIdsByUser.set(userId, setGroup(groupIds, groupId, false))
      }
      count()
      tell('dsync.group.deleted', group)
    },
    addMember: (userId, groupId) => setMember(userId, groupId, true),
    removeMember: (userId, groupId) => setMember(userId, groupId, false),
    turn(state) {
      if (state !== 'activated' || directory.state !== 'validating') return false
      directory.state = 'linked'
      directory.updated_at = toTime(announcements.now())
      tell('dsync.activated', toActivatedEventData(directory))
      return true
    },
  }
}
