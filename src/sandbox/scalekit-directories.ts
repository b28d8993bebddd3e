import type { Announcements } from './announcements.ts'
import { toScalekitDigits } from './minted-ids.ts'
import { Refusal, type RouteHandler, type Routes } from './router.ts'
import type { SandboxData } from './sandbox-data.ts'
import { neverTime, refuseArgument, toScalekitAnswer, toScalekitError } from './scalekit-answers.ts'
import { toDirectoryEventData } from './scalekit-event-data.ts'
import {
  findDirectory,
  findOrganization,
  getDirectory,
  getOrganization,
  parseMessage,
} from './scalekit-lookups.ts'
import { type ScalekitDirectory, toScimEndpoint } from './scalekit-records.ts'

const directoryTypes = ['SCIM', 'LDAP', 'POLL']
const directoryProviders = [
  'DIRECTORY_PROVIDER_UNSPECIFIED',
  'OKTA',
  'GOOGLE',
  'MICROSOFT_AD',
  'AUTH0',
  'ONELOGIN',
  'JUMPCLOUD',
  'PING_IDENTITY',
]
const directoryStatuses = ['DRAFT', 'IN_PROGRESS', 'COMPLETED']

function parseEnum(message: Record<string, unknown>, field: string, names: readonly string[]): string {
  const value = message[field]
  if (typeof value === 'string' && names.includes(value)) return value
  throw refuseArgument(
    `directory.${field}`,
    `invalid value for enum: ${JSON.stringify(value)}`,
    'enum.defined_only',
  )
}

function toNewDirectory(id: string, organizationId: string): ScalekitDirectory {
  return {
    id,
    name: '',
    directory_type: 'SCIM',
    organization_id: organizationId,
    enabled: false,
    directory_provider: 'DIRECTORY_PROVIDER_UNSPECIFIED',
    last_synced_at: neverTime,
    directory_endpoint: toScimEndpoint(id),
    total_users: 0,
    total_groups: 0,
    secrets: [],
    stats: { total_users: 0, total_groups: 0, group_updated_at: null, user_updated_at: null },
    role_assignments: { assignments: [] },
    attribute_mappings: { attributes: [] },
    status: 'DRAFT',
    email: '',
    groups_tracked: 'ALL',
  }
}

/** Switches a directory on or off, and tells of it where it was not so before. */
export function switchDirectory(
  directory: ScalekitDirectory,
  enabled: boolean,
  announcements: Announcements,
): void {
  if (directory.enabled === enabled) return
  directory.enabled = enabled
  const type = `organization.directory_${enabled ? 'enabled' : 'disabled'}`
  const updatedAt = new Date(announcements.now()).toISOString()
  announcements.scalekit(type, directory.organization_id, toDirectoryEventData(directory, updatedAt))
}

function toggle(data: SandboxData, enabled: boolean, announcements: Announcements): RouteHandler {
  return (_, organizationId, id) => {
    const directory = findDirectory(data, organizationId, id)
    // No error: toggling to the state it is in already comes back as 200 with a message.
    if (directory.enabled === enabled) {
      const message = `the directory is already ${enabled ? 'enabled' : 'disabled'}`
      return toScalekitAnswer(200, { enabled, error_message: message })
    }
    switchDirectory(directory, enabled, announcements)
    return toScalekitAnswer(200, { enabled })
  }
}

/** The routes under /api/v1/organizations/{id}/directories, without users and groups. */
export function createScalekitDirectoryRoutes(data: SandboxData, announcements: Announcements): Routes {
  const { scalekit } = data
  const list = '/api/v1/organizations/{organization_id}/directories'
  const one = `${list}/{id}`

  return {
    [`GET ${list}`]: (_, organizationId) => {
      const { id } = findOrganization(data, organizationId)
      const directories = scalekit.directories.filter(directory => directory.organization_id === id)
      return toScalekitAnswer(200, { directories })
    },
    [`POST ${list}`]: (request, organizationId) => {
      const organization = getOrganization(data, organizationId)
      const message = parseMessage(request)
      const directory = toNewDirectory(
        `dir_${toScalekitDigits(Date.now(), scalekit.directories.length)}`,
        organization.id,
      )
      directory.directory_type = parseEnum(message, 'directory_type', directoryTypes)
      if (message.directory_provider !== undefined) {
        directory.directory_provider = parseEnum(message, 'directory_provider', directoryProviders)
      }
      scalekit.directories.unshift(directory)
      scalekit.rosters.set(directory.id, { users: [], groups: [], groupIdsByUser: new Map() })
      // It is on from the start, which is all that webhooks tell of it.
      switchDirectory(directory, true, announcements)
      return toScalekitAnswer(200, { directory })
    },
    [`GET ${one}`]: (_, organizationId, id) =>
      toScalekitAnswer(200, { directory: getDirectory(data, organizationId, id) }),
    [`PATCH ${one}`]: (request, organizationId, id) => {
      const directory = findDirectory(data, organizationId, id)
      const message = parseMessage(request)
      if (message.directory_provider !== undefined) {
        directory.directory_provider = parseEnum(message, 'directory_provider', directoryProviders)
      }
      if (message.status !== undefined) directory.status = parseEnum(message, 'status', directoryStatuses)
      if (typeof message.name === 'string') directory.name = message.name
      if (typeof message.enabled === 'boolean') switchDirectory(directory, message.enabled, announcements)
      return toScalekitAnswer(200, { directory })
    },
    [`DELETE ${one}`]: (_, organizationId, id) => {
      const directory = findDirectory(data, organizationId, id)
      if (directory.enabled) {
        const message = 'directory is enabled, please disable the directory before deleting it'
        throw new Refusal(toScalekitError(9, message))
      }
      scalekit.directories.splice(scalekit.directories.indexOf(directory), 1)
      scalekit.rosters.delete(directory.id)
      return toScalekitAnswer(200, {})
    },
    [`PATCH ${one}:enable`]: toggle(data, true, announcements),
    [`PATCH ${one}:disable`]: toggle(data, false, announcements),
    // The verb is GET although it has an effect.
    [`GET ${one}:sync`]: (_, organizationId, id) => {
      getDirectory(data, organizationId, id).last_synced_at = new Date().toISOString()
      return toScalekitAnswer(200, {})
    },
  }
}
