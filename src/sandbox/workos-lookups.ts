import type { SandboxData } from './sandbox-data.ts'
import { refuseUnknown } from './workos-answers.ts'
import type { WorkosDirectory, WorkosGroup, WorkosUser } from './workos-records.ts'

/** The directory with this id, or 404. */
export function findDirectory({ workos }: SandboxData, id: string): WorkosDirectory {
  const directory = workos.directories.find(candidate => candidate.id === id)
  if (!directory) throw refuseUnknown('Directory', id)
  return directory
}

/** The user with this id in any directory, or 404. */
export function findUser({ workos }: SandboxData, id: string): WorkosUser {
  for (const { users } of workos.rosters.values()) {
    const user = users.find(candidate => candidate.id === id)
    if (user) return user
  }
  throw refuseUnknown('Directory User', id)
}

/** The group with this id in any directory, or 404. */
export function findGroup({ workos }: SandboxData, id: string): WorkosGroup {
  for (const { groups } of workos.rosters.values()) {
    const group = groups.find(candidate => candidate.id === id)
    if (group) return group
  }
  throw refuseUnknown('Directory Group', id)
}

/** The groups a user is in, oldest first. */
export function findGroupsOf({ workos }: SandboxData, user: WorkosUser): WorkosGroup[] {
  const roster = workos.rosters.get(user.directory_id)
  const groupIds = roster?.groupIdsByUser.get(user.id)
  return groupIds ? (roster?.groups.filter(({ id }) => groupIds.has(id)) ?? []) : []
}
