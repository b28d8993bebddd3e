import type { RateLimit } from './rate-limits.ts'
import { Refusal, type Routes } from './router.ts'
import type { SandboxData } from './sandbox-data.ts'
import { refuseInvalid, toRatelimited, toWorkosAnswer } from './workos-answers.ts'
import { findDirectory, findGroup, findGroupsOf, findUser } from './workos-lookups.ts'
import { toWorkosPage } from './workos-paging.ts'
import type { WorkosGroup, WorkosUser } from './workos-records.ts'

function requireOneOf(search: URLSearchParams, first: string, second: string): void {
  if (search.get(first) || search.get(second)) return
  const code = `Please provide either "${first}" or "${second}" parameters.`
  throw refuseInvalid({ field: first, code }, { field: second, code })
}

function requireDirectoryWith(search: URLSearchParams, field: string): void {
  if (!search.get(field) || search.get('directory')) return
  throw refuseInvalid({ field, code: `Please provide the "directory" parameter along with "${field}".` })
}

function selectUsers(data: SandboxData, search: URLSearchParams, directoryId: string): WorkosUser[] {
  const { users = [], groupIdsByUser } = data.workos.rosters.get(directoryId) ?? {}
  const group = search.get('group')
  const idpId = search.get('idp_id')
  const email = search.get('email')?.toLowerCase()
  // Unfiltered, the array itself goes on: its cursors are found by an index.
  if (!group && !idpId && !email) return users
  return users.filter(
    user =>
      (!group || groupIdsByUser?.get(user.id)?.has(group)) &&
      (!idpId || user.idp_id === idpId) &&
      (!email || user.email?.toLowerCase() === email),
  )
}

function selectGroups(data: SandboxData, search: URLSearchParams): WorkosGroup[] {
  const directory = search.get('directory')
  const user = search.get('user')
  const directoryId = directory ? findDirectory(data, directory).id : null
  if (!user) return data.workos.rosters.get(directoryId ?? '')?.groups ?? []
  return findGroupsOf(data, findUser(data, user)).filter(
    group => directoryId === null || group.directory_id === directoryId,
  )
}

/** The routes under /directory_users and /directory_groups; the limit counts by directory id. */
export function createWorkosRosterRoutes(data: SandboxData, usersLimit: RateLimit | null): Routes {
  const { quirks } = data

  const toWireUser = (user: WorkosUser) => ({
    ...user,
    groups: quirks.embeddedGroups ? findGroupsOf(data, user) : [],
  })

  const spendUserCall = (directoryId: string) => {
    if (usersLimit === null || usersLimit.take(directoryId)) return
    // The published description models this body as a bare JSON string, on this endpoint alone.
    const text = 'Ratelimited'
    throw new Refusal(toRatelimited(quirks.ratelimitBody === 'string' ? text : { message: text }))
  }

  return {
    'GET /directory_users': ({ search }) => {
      requireOneOf(search, 'directory', 'group')
      for (const field of ['idp_id', 'email']) requireDirectoryWith(search, field)
      const directory = search.get('directory')
      const group = search.get('group')
      const groupsDirectoryId = group ? findGroup(data, group).directory_id : ''
      const directoryId = directory ? findDirectory(data, directory).id : groupsDirectoryId
      spendUserCall(directoryId)
      const page = toWorkosPage(selectUsers(data, search, directoryId), search, quirks)
      return toWorkosAnswer(200, { ...page, data: page.data.map(toWireUser) })
    },
    'GET /directory_users/{id}': (_, id) => {
      const user = findUser(data, id)
      spendUserCall(user.directory_id)
      return toWorkosAnswer(200, toWireUser(user))
    },
    'GET /directory_groups': ({ search }) => {
      requireOneOf(search, 'directory', 'user')
      return toWorkosAnswer(200, toWorkosPage(selectGroups(data, search), search, quirks))
    },
    'GET /directory_groups/{id}': (_, id) => toWorkosAnswer(200, findGroup(data, id)),
  }
}
