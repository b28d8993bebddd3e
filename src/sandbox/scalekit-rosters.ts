import type { Routes } from './router.ts'
import type { SandboxData } from './sandbox-data.ts'
import { refuseArgument, toScalekitAnswer } from './scalekit-answers.ts'
import { findDirectory, findRoster } from './scalekit-lookups.ts'
import { toScalekitPage } from './scalekit-paging.ts'
import type { ScalekitGroup, ScalekitUser } from './scalekit-records.ts'

const rosterSizes = { floor: 1, ceiling: 30 }

// Fractions have any length from none to nine digits, so texts cannot be compared.
function toNanoseconds(time: string): bigint | null {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(time)
  if (!match) return null
  const [, seconds = '', fraction = '', zone = ''] = match
  const epochMs = Date.parse(seconds + zone)
  return Number.isNaN(epochMs) ? null : BigInt(epochMs) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}

function parseFlag(search: URLSearchParams, field: string): boolean {
  const text = search.get(field) ?? 'false'
  if (text !== 'true' && text !== 'false')
    throw refuseArgument(field, `parsing field "${field}": ${text}`, 'bool')
  return text === 'true'
}

function keepUpdatedAfter<Row extends { updated_at: string }>(rows: Row[], search: URLSearchParams): Row[] {
  const text = search.get('updated_after')
  if (!text) return rows
  const bound = toNanoseconds(text)
  if (bound === null)
    throw refuseArgument('updated_after', `parsing field "updated_after": ${text}`, 'timestamp')
  return rows.filter(row => (toNanoseconds(row.updated_at) ?? 0n) > bound)
}

// Inside a user only id and name are filled; the gateway still writes the other fields as zero.
function toEmbeddedGroup({ id, display_name }: ScalekitGroup) {
  return { id, display_name, total_users: 0, updated_at: null, group_detail: null }
}

/** The lists of users and groups under a directory. */
export function createScalekitRosterRoutes(data: SandboxData): Routes {
  const base = '/api/v1/organizations/{organization_id}/directories/{directory_id}'
  const toWireUser = (user: ScalekitUser, groups: ScalekitGroup[] | null) =>
    groups === null
      ? { ...user, emails: [], groups: [], user_detail: null }
      : { ...user, groups: groups.map(toEmbeddedGroup) }
  const toWireGroup = (group: ScalekitGroup, isDetailed: boolean) =>
    isDetailed ? group : { ...group, group_detail: null }

  return {
    [`GET ${base}/users`]: (request, organizationId, directoryId) => {
      const { id } = findDirectory(data, organizationId, directoryId)
      const { users, groups, groupIdsByUser } = findRoster(data, id)
      const isDetailed = parseFlag(request.search, 'include_detail')
      const groupId = request.search.get('directory_group_id') ?? ''
      if (groupId !== '' && (!groupId.startsWith('dirgroup_') || groupId.length > 37)) {
        throw refuseArgument('directory_group_id', 'value must have prefix `dirgroup_`', 'string.prefix')
      }
      const members = groupId === '' ? users : users.filter(user => groupIdsByUser.get(user.id)?.has(groupId))
      const matching = keepUpdatedAfter(members, request.search)
      const { rows, paging } = toScalekitPage(matching, request, rosterSizes, data.quirks)
      const groupsOf = (user: ScalekitUser) =>
        groups.filter(group => groupIdsByUser.get(user.id)?.has(group.id))
      const wireUsers = rows.map(user => toWireUser(user, isDetailed ? groupsOf(user) : null))
      return toScalekitAnswer(200, { users: wireUsers, ...paging })
    },
    [`GET ${base}/groups`]: (request, organizationId, directoryId) => {
      const { id } = findDirectory(data, organizationId, directoryId)
      const isDetailed = parseFlag(request.search, 'include_detail')
      parseFlag(request.search, 'include_external_groups')
      const matching = keepUpdatedAfter(findRoster(data, id).groups, request.search)
      const { rows, paging } = toScalekitPage(matching, request, rosterSizes, data.quirks)
      return toScalekitAnswer(200, { groups: rows.map(group => toWireGroup(group, isDetailed)), ...paging })
    },
    [`GET ${base}/groups/summary`]: (_, organizationId, directoryId) => {
      const { id } = findDirectory(data, organizationId, directoryId)
      const { groups } = findRoster(data, id)
      const paging = { total_size: groups.length, next_page_token: '', prev_page_token: '' }
      return toScalekitAnswer(200, { groups: groups.map(group => toWireGroup(group, false)), ...paging })
    },
  }
}
