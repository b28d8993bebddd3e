import type { SandboxData } from '../../src/sandbox/sandbox.ts'

/** Somebody or some group, as an answer has to show them: a row is their fields, in JSON, to be compared as a whole. */
export interface MemberState {
  readonly id: string
  readonly row: string
}

export interface UserState extends MemberState {
  /** In the order in which they are listed. */
  readonly groupIds: readonly string[]
}

/** All that is held against answers of one directory, at one moment; lists are in the order in which they are served. */
export interface DirectoryState {
  readonly provider: 'workos' | 'scalekit'
  readonly organizationId: string
  readonly directoryId: string
  readonly isEnabled: boolean
  readonly totalUsers: number | null
  readonly totalGroups: number | null
  readonly users: readonly UserState[]
  readonly groups: readonly MemberState[]
}

/** The fields of a user that both providers have, and of which one at least differs after each change. */
export function toUserRow(
  id: string,
  email: string | null,
  names: readonly (string | null)[],
  updatedAt: string,
) {
  return JSON.stringify([id, email, ...names, Date.parse(updatedAt)])
}

/** `totalUsers` is null where the provider does not tell. */
export function toGroupRow(id: string, name: string, totalUsers: number | null) {
  return JSON.stringify([id, name, totalUsers])
}

/** How the directory is now; null where there is none, or it is gone. */
export function captureDirectory(data: SandboxData, directoryId: string): DirectoryState | null {
  return captureWorkos(data, directoryId) ?? captureScalekit(data, directoryId)
}

function captureWorkos({ workos }: SandboxData, directoryId: string): DirectoryState | null {
  const directory = workos.directories.find(({ id }) => id === directoryId)
  const roster = workos.rosters.get(directoryId)
  if (directory === undefined || roster === undefined) return null
  const { active, inactive } = directory.metadata?.users ?? { active: null, inactive: null }
  const groups = roster.groups.toReversed()
  return {
    provider: 'workos',
    organizationId: directory.organization_id,
    directoryId,
    isEnabled: directory.state === 'linked',
    totalUsers: active === null || inactive === null ? null : active + inactive,
    totalGroups: directory.metadata?.groups ?? null,
    users: roster.users.toReversed().map(user => ({
      id: user.id,
      row: toUserRow(user.id, user.email, [user.first_name ?? null, user.last_name ?? null], user.updated_at),
      groupIds: idsWithin(groups, roster.groupIdsByUser.get(user.id)),
    })),
    groups: groups.map(({ id, name }) => ({ id, row: toGroupRow(id, name, null) })),
  }
}

function captureScalekit({ scalekit }: SandboxData, directoryId: string): DirectoryState | null {
  const directory = scalekit.directories.find(({ id }) => id === directoryId)
  const roster = scalekit.rosters.get(directoryId)
  if (directory === undefined || roster === undefined) return null
  return {
    provider: 'scalekit',
    organizationId: directory.organization_id,
    directoryId,
    isEnabled: directory.enabled,
    totalUsers: directory.total_users,
    totalGroups: directory.total_groups,
    users: roster.users.map(user => ({
      id: user.id,
      row: toUserRow(user.id, user.email, [user.given_name, user.family_name], user.updated_at),
      groupIds: idsWithin(roster.groups, roster.groupIdsByUser.get(user.id)),
    })),
    groups: roster.groups.map(group => ({
      id: group.id,
      row: toGroupRow(group.id, group.display_name, group.total_users),
    })),
  }
}

function idsWithin(groups: readonly { id: string }[], ids: ReadonlySet<string> | undefined): string[] {
  return groups.map(({ id }) => id).filter(id => ids?.has(id))
}
