import { type DirectoryState, type MemberState, toGroupRow, toUserRow } from '../sandbox/directory-state.ts'
import type { Claim } from './book.ts'

/** A user as `USER_FIELDS` has it. */
export interface ShownUser {
  readonly upstreamId: string
  readonly email: string | null
  readonly firstName: string | null
  readonly lastName: string | null
  readonly updatedAt: string
}

/** A group as `GROUP_FIELDS` has it. */
export interface ShownGroup {
  readonly upstreamId: string
  readonly name: string
  readonly totalUsers: number | null
}

/** A directory as `DIRECTORY_FIELDS` has it. */
export interface ShownDirectory {
  readonly upstreamId: string
  readonly enabled: boolean
  readonly stats: { readonly totalUsers: number | null; readonly totalGroups: number | null }
}

export const USER_FIELDS = 'upstreamId email firstName lastName updatedAt'
export const GROUP_FIELDS = 'upstreamId name totalUsers'
export const DIRECTORY_FIELDS = 'upstreamId enabled stats { totalUsers totalGroups }'

/** What comes before a page: nothing, somebody, or something that has no id here. */
export type Place = { readonly first: true } | { readonly after: string } | { readonly somewhere: true }

export function showsDirectory({ enabled, stats }: ShownDirectory): Claim {
  return state =>
    state.isEnabled === enabled &&
    state.totalUsers === stats.totalUsers &&
    state.totalGroups === stats.totalGroups
}

/** A page of the directory's users, of up to `size`; nobody else between them. */
export function showsUsers(shown: readonly ShownUser[], size: number, place: Place): Claim {
  const rows = shown.map(rowOfUser)
  return state => isPage(rows, state.users, size, place)
}

/** The first members of a group, up to `size`. */
export function showsMembers(groupId: string, shown: readonly ShownUser[], size: number): Claim {
  const rows = shown.map(rowOfUser)
  return state =>
    isPage(
      rows,
      state.users.filter(({ groupIds }) => groupIds.includes(groupId)),
      size,
      { first: true },
    )
}

/** The first groups of the directory, up to `size`. */
export function showsGroups(shown: readonly ShownGroup[], size: number): Claim {
  const rows = shown.map(rowOfGroup)
  return state => isPage(rows, state.groups, size, { first: true })
}

/** Somebody by their id; null where there is no such person. */
export function showsUser(userId: string, shown: ShownUser | null): Claim {
  return state => (userIn(state, userId)?.row ?? null) === (shown && rowOfUser(shown))
}

/** A group by its id; null where there is none. */
export function showsGroup(groupId: string, shown: ShownGroup | null): Claim {
  return state =>
    (state.groups.find(({ id }) => id === groupId)?.row ?? null) === (shown && rowOfGroup(shown))
}

/** Which groups somebody is in. */
export function showsGroupsOf(userId: string, groupIds: readonly string[]): Claim {
  const wanted = groupIds.join(' ')
  return state => userIn(state, userId)?.groupIds.join(' ') === wanted
}

function userIn(state: DirectoryState, userId: string) {
  return state.users.find(({ id }) => id === userId)
}

function isPage(
  rows: readonly string[],
  members: readonly MemberState[],
  size: number,
  place: Place,
): boolean {
  const start = startOf(rows, members, place)
  if (start === null) return false
  const page = members.slice(start, start + size)
  return page.length === rows.length && page.every(({ row }, index) => row === rows[index])
}

function startOf(rows: readonly string[], members: readonly MemberState[], place: Place): number | null {
  if ('first' in place) return 0
  const found =
    'after' in place
      ? members.findIndex(({ id }) => id === place.after)
      : members.findIndex(({ row }) => row === rows[0])
  if ('after' in place) return found === -1 ? null : found + 1
  return rows.length === 0 ? members.length : found === -1 ? null : found
}

function rowOfUser({ upstreamId, email, firstName, lastName, updatedAt }: ShownUser): string {
  return toUserRow(upstreamId, email, [firstName, lastName], updatedAt)
}

function rowOfGroup({ upstreamId, name, totalUsers }: ShownGroup): string {
  return toGroupRow(upstreamId, name, totalUsers)
}
