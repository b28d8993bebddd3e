import { Refusal, type SandboxRequest } from './router.ts'
import type { Roster, SandboxData } from './sandbox-data.ts'
import { refuseArgument, refuseMissing, toScalekitError } from './scalekit-answers.ts'
import type {
  ScalekitDirectory,
  ScalekitGroup,
  ScalekitOrganization,
  ScalekitUser,
} from './scalekit-records.ts'

function requireLength(field: string, id: string): void {
  if (id.length <= 32) return
  throw refuseArgument(field, 'value length must be at most 32 characters', 'string.max_len')
}

function requireId(field: string, prefix: string, id: string): void {
  requireLength(field, id)
  if (id.startsWith(prefix)) return
  throw refuseArgument(field, `value does not have prefix \`${prefix}\``, 'string.prefix')
}

/** The organization of a path. Only some requests have a rule for the form of the id: see below. */
export function getOrganization({ scalekit }: SandboxData, id: string): ScalekitOrganization {
  requireLength('id', id)
  const organization = scalekit.organizations.find(candidate => candidate.id === id)
  if (!organization) throw refuseMissing('organization')
  return organization
}

/** The same for requests whose id must start with `org_`; another form is 400 and not 404. */
export function findOrganization(data: SandboxData, id: string): ScalekitOrganization {
  requireId('id', 'org_', id)
  return getOrganization(data, id)
}

/** The directory of a path: one under another organization is as good as missing. */
export function getDirectory(
  { scalekit }: SandboxData,
  organizationId: string,
  id: string,
): ScalekitDirectory {
  requireLength('organization_id', organizationId)
  requireLength('id', id)
  const directory = scalekit.directories.find(candidate => candidate.id === id)
  if (directory?.organization_id !== organizationId) throw refuseMissing('directory')
  return directory
}

/** The same for requests whose ids must start with `org_` and `dir_`. */
export function findDirectory(data: SandboxData, organizationId: string, id: string): ScalekitDirectory {
  requireId('organization_id', 'org_', organizationId)
  requireId('id', 'dir_', id)
  return getDirectory(data, organizationId, id)
}

/** Who is in a directory. */
export function findRoster(
  { scalekit }: SandboxData,
  directoryId: string,
): Roster<ScalekitUser, ScalekitGroup> {
  return scalekit.rosters.get(directoryId) ?? { users: [], groups: [], groupIdsByUser: new Map() }
}

/** The body as an object; an empty one stands for `{}`. */
export function parseMessage(request: SandboxRequest): Record<string, unknown> {
  try {
    const message: unknown = request.body === '' ? {} : JSON.parse(request.body)
    if (typeof message === 'object' && message !== null && !Array.isArray(message)) return { ...message }
  } catch {
    // Falls through to the one refusal below.
  }
  throw new Refusal(toScalekitError(3, 'proto: syntax error: unexpected token'))
}
