import {
  type Directory,
  type DirectoryGroup,
  type DirectoryProtocol,
  type DirectoryState,
  type DirectoryUser,
  type DirectoryUserState,
  IDENTITY_PROVIDERS,
  type IdentityProvider,
  type Organization,
} from '../../domain/entities.ts'
import {
  directoryIdOf,
  directoryKey,
  type EntityKey,
  memberKey,
  organizationIdOf,
  organizationKey,
} from '../../domain/entity-key.ts'
import type { DirectoryWire, GroupWire, OrganizationWire, UserWire } from './workos-wire.ts'

/** REST says linked and unlinked where events say active and inactive; both mean the same. */
const STATES: ReadonlyMap<string, DirectoryState> = new Map(
  Object.entries({
    active: 'ACTIVE',
    linked: 'ACTIVE',
    inactive: 'INACTIVE',
    unlinked: 'INACTIVE',
    validating: 'VALIDATING',
    invalidcredentials: 'INVALID_CREDENTIALS',
    deleting: 'DELETING',
  } as const),
)

/** Directory types, spelled without case, spaces and punctuation, since sources differ in all three. */
const TYPES: ReadonlyMap<string, readonly [IdentityProvider, DirectoryProtocol]> = new Map(
  Object.entries({
    azurescimv20: ['ENTRA_ID', 'SCIM'],
    bamboohr: ['BAMBOOHR', 'API'],
    breathehr: ['BREATHE_HR', 'API'],
    cezannehr: ['CEZANNE_HR', 'API'],
    cyberarkscimv20: ['CYBERARK', 'SCIM'],
    fourthhr: ['FOURTH_HR', 'API'],
    genericscimv20: ['GENERIC', 'SCIM'],
    gsuitedirectory: ['GOOGLE_WORKSPACE', 'API'],
    gusto: ['GUSTO', 'API'],
    hibob: ['HIBOB', 'API'],
    jumpcloudscimv20: ['JUMPCLOUD', 'SCIM'],
    oktascimv20: ['OKTA', 'SCIM'],
    oneloginscimv20: ['ONELOGIN', 'SCIM'],
    peoplehr: ['PEOPLE_HR', 'API'],
    personio: ['PERSONIO', 'API'],
    pingfederatescimv20: ['PING_IDENTITY', 'SCIM'],
    rippling: ['RIPPLING', 'API'],
    ripplingscimv20: ['RIPPLING', 'SCIM'],
    s3: ['S3', 'OTHER'],
    sailpointscimv20: ['SAILPOINT', 'SCIM'],
    sftp: ['SFTP', 'SFTP'],
    sftpworkday: ['WORKDAY', 'SFTP'],
    workday: ['WORKDAY', 'API'],
  } as const),
)

const USER_STATES: ReadonlyMap<string, DirectoryUserState> = new Map(
  Object.entries({
    active: 'ACTIVE',
    inactive: 'INACTIVE',
    suspended: 'SUSPENDED',
  } as const),
)

export function toOrganization(wire: OrganizationWire): Organization {
  return {
    kind: 'Organization',
    key: organizationKey('workos', wire.id),
    detail: 'full',
    name: wire.name,
    externalId: wire.external_id,
    domains: wire.domains,
    metadata: wire.metadata,
    scimEnabled: null,
    features: [],
    createdAt: wire.created_at,
    updatedAt: wire.updated_at,
  }
}

export function toDirectory(wire: DirectoryWire): Directory {
  const state = STATES.get(plain(wire.state)) ?? 'OTHER'
  const [identityProvider, protocol] = TYPES.get(plain(wire.type)) ?? ['OTHER', protocolOfUnknown(wire.type)]
  const { active = null, inactive = null } = wire.metadata?.users ?? {}
  return {
    kind: 'Directory',
    key: directoryKey('workos', wire.organization_id ?? null, wire.id),
    detail: 'full',
    name: wire.name ?? IDENTITY_PROVIDERS[identityProvider],
    state,
    upstreamState: wire.state,
    identityProvider,
    upstreamIdentityProvider: wire.type,
    protocol,
    upstreamType: wire.type,
    enabled: state === 'ACTIVE',
    domain: wire.domain,
    externalKey: wire.external_key,
    scimEndpoint: null,
    stats: {
      totalUsers: active === null || inactive === null ? null : active + inactive,
      activeUsers: active,
      inactiveUsers: inactive,
      totalGroups: wire.metadata?.groups ?? null,
      usersUpdatedAt: null,
      groupsUpdatedAt: null,
    },
    lastSyncedAt: null,
    secrets: [],
    attributeMappings: [],
    roleAssignments: [],
    createdAt: wire.created_at,
    updatedAt: wire.updated_at,
  }
}

/** Memberships in the user's own record are not read: newer accounts always get an empty list there. */
export function toDirectoryUser(wire: UserWire, directory: EntityKey): DirectoryUser {
  const given = wire.emails?.filter(({ value }) => value !== null) ?? []
  const email = wire.email ?? (given.find(({ primary }) => primary) ?? given[0])?.value ?? null
  const others = given.flatMap(({ value }) => value ?? [])
  return {
    kind: 'DirectoryUser',
    key: memberKey(directoryOf(wire, directory), wire.id),
    detail: 'full',
    isPlaceAssumed: isPlaceAssumed(wire, directory),
    idpId: wire.idp_id,
    email,
    emails: [...new Set(email === null ? others : [email, ...others])],
    username: wire.username,
    firstName: wire.first_name,
    lastName: wire.last_name,
    name: wire.name ?? ([wire.first_name, wire.last_name].filter(Boolean).join(' ') || null),
    jobTitle: wire.job_title,
    state: wire.state === null ? null : (USER_STATES.get(plain(wire.state)) ?? 'OTHER'),
    roles: (wire.roles ?? (wire.role ? [wire.role] : [])).map(role => role.slug),
    customAttributes: wire.custom_attributes,
    rawAttributes: wire.raw_attributes,
    groups: null,
    createdAt: wire.created_at,
    updatedAt: wire.updated_at,
  }
}

export function toDirectoryGroup(wire: GroupWire, directory: EntityKey): DirectoryGroup {
  return {
    kind: 'DirectoryGroup',
    key: memberKey(directoryOf(wire, directory), wire.id),
    detail: 'full',
    isPlaceAssumed: isPlaceAssumed(wire, directory),
    idpId: wire.idp_id,
    name: wire.name,
    totalUsers: null,
    rawAttributes: wire.raw_attributes,
    createdAt: wire.created_at,
    updatedAt: wire.updated_at,
  }
}

/** Records of old lack their organization or directory, or their directory lacks one: they are where they were found. */
function directoryOf(wire: UserWire | GroupWire, foundIn: EntityKey): EntityKey {
  if (!wire.directory_id) return foundIn
  const isThere = directoryIdOf(foundIn) === wire.directory_id
  if (isThere && (!wire.organization_id || organizationIdOf(foundIn) === null)) return foundIn
  return directoryKey('workos', wire.organization_id ?? null, wire.directory_id)
}

/** Of a directory without an organization nothing on its members' records tells that it has none. */
function isPlaceAssumed(wire: UserWire | GroupWire, foundIn: EntityKey): boolean {
  return !wire.directory_id || !wire.organization_id || organizationIdOf(foundIn) === null
}

function protocolOfUnknown(type: string): DirectoryProtocol {
  return /scim/i.test(type) ? 'SCIM' : 'OTHER'
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, '')
}
