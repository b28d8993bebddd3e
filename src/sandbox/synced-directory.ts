import type { Person } from './seed-people.ts'

/** Somebody in a directory, as far as changes need to know them. */
export interface SyncedUser {
  id: string
  email: string | null
  isActive: boolean
  groupIds: ReadonlySet<string>
}

/** What becomes different of somebody. */
export interface UserEdit {
  jobTitle?: string
  familyName?: string
  email?: string
  isActive?: boolean
}

/** A group in a directory, as far as changes need to know it. */
export interface SyncedGroup {
  id: string
  name: string
  size: number
}

/**
 * A directory as its identity provider writes to it. Each write changes what is served (records, lists, counts and
 * their times) and tells the events that the provider tells of it.
 */
export interface SyncedDirectory {
  readonly provider: 'workos' | 'scalekit'
  readonly organizationId: string
  readonly id: string
  /** Whether its identity provider is listened to at the moment. */
  isHeard(): boolean
  sizes(): { users: number; groups: number }
  /** In the order in which they are listed. */
  users(): SyncedUser[]
  /** In the order in which they are listed. */
  groups(): SyncedGroup[]
  /** Gives the new id. */
  addUser(person: Person, groupIds: readonly string[]): string
  editUser(userId: string, edit: UserEdit): void
  removeUser(userId: string): void
  /** Gives the new id. */
  addGroup(name: string): string
  renameGroup(groupId: string, name: string): void
  removeGroup(groupId: string): void
  addMember(userId: string, groupId: string): void
  removeMember(userId: string, groupId: string): void
  /** False where the provider has no such state, or the directory can't come to it. */
  turn(state: 'activated' | 'enabled' | 'disabled'): boolean
}

/** The row with this id, which has to be there. */
export function rowOf<Row extends { id: string }>(rows: readonly Row[], id: string): Row {
  const row = rows.find(candidate => candidate.id === id)
  if (!row) throw new Error(`the sandbox has no ${id}`)
  return row
}

/** Takes the row out of its list. */
export function takeOut<Row>(rows: Row[], row: Row): void {
  rows.splice(rows.indexOf(row), 1)
}

/** How many users each group has. */
export function countMembers(groupIdsByUser: ReadonlyMap<string, ReadonlySet<string>>): Map<string, number> {
  const sizes = new Map<string, number>()
  for (const groupIds of groupIdsByUser.values()) {
    for (const id of groupIds) sizes.set(id, (sizes.get(id) ?? 0) + 1)
  }
  return sizes
}

/** Somebody's groups with or without that one; never the set itself, which users of made-up rosters share. */
export function setGroup(
  groupIds: ReadonlySet<string> | undefined,
  groupId: string,
  isMember: boolean,
): Set<string> {
  const others = [...(groupIds ?? [])].filter(id => id !== groupId)
  return new Set(isMember ? [...others, groupId] : others)
}
