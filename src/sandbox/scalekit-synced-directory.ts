import type { Announcements } from './announcements.ts'
import { toScalekitDigits } from './minted-ids.ts'
import type { Roster, ScalekitData } from './sandbox-data.ts'
import { switchDirectory } from './scalekit-directories.ts'
import {
  isActiveUser,
  toDeletedUserEventData,
  toGroupEventData,
  toUserEventData,
} from './scalekit-event-data.ts'
import type { ScalekitDirectory, ScalekitGroup, ScalekitUser } from './scalekit-records.ts'
import { createScalekitUser, editScalekitUser } from './scalekit-user-edits.ts'
import { countMembers, rowOf, type SyncedDirectory, setGroup, takeOut } from './synced-directory.ts'

/** Lists are in the order of the last change, so whoever changes comes first. */
export function createScalekitSyncedDirectory(
  data: ScalekitData,
  directory: ScalekitDirectory,
  announcements: Announcements,
): SyncedDirectory {
  const roster = (): Roster<ScalekitUser, ScalekitGroup> =>
    data.rosters.get(directory.id) ?? { users: [], groups: [], groupIdsByUser: new Map() }
  const mint = (prefix: string) =>
    `${prefix}_${toScalekitDigits(announcements.now(), Math.floor(Math.random() * 100_000))}`
  const tell = (event: string, eventData: object) =>
    announcements.scalekit(`organization.directory.${event}`, directory.organization_id, eventData)

  /** Gives the time, which is that of the last sync as well. */
  const touch = (of: 'user' | 'group'): string => {
    const at = new Date(announcements.now()).toISOString()
    const { users, groups, groupIdsByUser } = roster()
    const totals = { total_users: users.length, total_groups: groups.length }
    const { user_updated_at = null, group_updated_at = null } = directory.stats ?? {}
    Object.assign(directory, totals, {
      last_synced_at: at,
      stats: { ...totals, user_updated_at, group_updated_at, [`${of}_updated_at`]: at },
    })
    const sizes = countMembers(groupIdsByUser)
    for (const group of groups) group.total_users = sizes.get(group.id) ?? 0
    return at
  }

  const tellUser = (event: 'user_created' | 'user_updated', user: ScalekitUser) => {
    const { users } = roster()
    user.updated_at = touch('user')
    takeOut(users, user)
    users.unshift(user)
    tell(event, toUserEventData(user, directory, roster()))
  }

  // There is no event of a membership: the user is told anew, with all groups that there are now.
  const setMember = (userId: string, groupId: string, isMember: boolean) => {
    const { users, groupIdsByUser } = roster()
    groupIdsByUser.set(userId, setGroup(groupIdsByUser.get(userId), groupId, isMember))
    tellUser('user_updated', rowOf(users, userId))
  }

  return {
    provider: 'scalekit',
    organizationId: directory.organization_id,
    id: directory.id,
    isHeard: () => directory.enabled && data.rosters.has(directory.id),
    sizes: () => ({ users: roster().users.length, groups: roster().groups.length }),
    users() {
      const { users, groupIdsByUser } = roster()
      return users.map(user => ({
        id: user.id,
        email: user.email || null,
        isActive: isActiveUser(user),
        groupIds: groupIdsByUser.get(user.id) ?? new Set(),
      }))
    },
    groups: () =>
      roster().groups.map(({ id, display_name, total_users }) => ({
        id,
        name: display_name,
        size: total_users,
      })),
    addUser(person, groupIds) {
      const user = createScalekitUser(person, mint('diruser'))
      roster().users.unshift(user)
      roster().groupIdsByUser.set(user.id, new Set(groupIds))
      tellUser('user_created', user)
      return user.id
    },
    editUser(userId, edit) {
      const user = rowOf(roster().users, userId)
      Object.assign(user, editScalekitUser(user, edit))
      tellUser('user_updated', user)
    },
    removeUser(userId) {
      const { users, groupIdsByUser } = roster()
      const user = rowOf(users, userId)
      takeOut(users, user)
      groupIdsByUser.delete(userId)
      touch('user')
      tell('user_deleted', toDeletedUserEventData(user, directory))
    },
    addGroup(name) {
      const id = mint('dirgroup')
      const group: ScalekitGroup = {
        id,
        display_name: name,
        total_users: 0,
        updated_at: '',
        group_detail: { displayName: name, externalId: `g-${id.slice(-6)}` },
      }
      roster().groups.unshift(group)
      group.updated_at = touch('group')
      tell('group_created', toGroupEventData(group, directory))
      return id
    },
    renameGroup(groupId, name) {
      const { groups } = roster()
      const group = rowOf(groups, groupId)
      group.display_name = name
      group.group_detail = { ...group.group_detail, displayName: name }
      group.updated_at = touch('group')
      takeOut(groups, group)
      groups.unshift(group)
      tell('group_updated', toGroupEventData(group, directory))
    },
    removeGroup(groupId) {
      const { users, groups, groupIdsByUser } = roster()
      const group = rowOf(groups, groupId)
      const members = users.filter(({ id }) => groupIdsByUser.get(id)?.has(groupId))
      takeOut(groups, group)
      const assignments = directory.role_assignments?.assignments.filter(one => one.group_id !== groupId)
      directory.role_assignments = { assignments: assignments ?? [] }
      for (const { id } of members) {
        groupIdsByUser.set(id, setGroup(groupIdsByUser.get(id), groupId, false))
      }
      touch('group')
      tell('group_deleted', toGroupEventData(group, directory))
      for (const member of members) tellUser('user_updated', member)
    },
    addMember: (userId, groupId) => setMember(userId, groupId, true),
    removeMember: (userId, groupId) => setMember(userId, groupId, false),
    turn(state) {
      if (state === 'activated' || directory.enabled === (state === 'enabled')) return false
      switchDirectory(directory, state === 'enabled', announcements)
      return true
    },
  }
}
