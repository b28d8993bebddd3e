import {
  type Detail,
  type Directory,
  type DirectoryGroup,
  type DirectoryProtocol,
  type DirectorySecret,
  type DirectoryUser,
  IDENTITY_PROVIDERS,
  type IdentityProvider,
  type Organization,
} from '../../domain/entities.ts'
import { directoryKey, type EntityKey, memberKey, organizationKey } from '../../domain/entity-key.ts'
import { isScalekitId } from './scalekit-ids.ts'
import type { DirectoryWire, GroupWire, OrganizationWire, SecretWire, UserWire } from './scalekit-wire.ts'

/** How their words for identity providers and ours go together, both ways. */
export const IDENTITY_PROVIDER_WORDS: readonly (readonly [string, IdentityProvider])[] = [
  ['OKTA', 'OKTA'],
  ['GOOGLE', 'GOOGLE_WORKSPACE'],
  ['MICROSOFT_AD', 'ENTRA_ID'],
  ['AUTH0', 'AUTH0'],
  ['ONELOGIN', 'ONELOGIN'],
  ['JUMPCLOUD', 'JUMPCLOUD'],
  ['PING_IDENTITY', 'PING_IDENTITY'],
]

/** The same for the kinds of directory. */
export const PROTOCOL_WORDS: readonly (readonly [string, DirectoryProtocol])[] = [
  ['SCIM', 'SCIM'],
  ['LDAP', 'LDAP'],
  ['POLL', 'API'],
]

/** The feature is called `dir_sync`; the other two are what guides and samples of the vendor call it. */
export const SCIM_FEATURE = 'dir_sync'
const SCIM_FEATURES: ReadonlySet<string> = new Set([SCIM_FEATURE, 'scim', 'directory_sync'])

export function toOrganization(wire: OrganizationWire): Organization {
  const features = (wire.settings?.features ?? []).map(({ name, enabled }) => ({
    name,
    enabled: enabled ?? false,
  }))
  return {
    kind: 'Organization',
    key: organizationKey('scalekit', wire.id),
    detail: 'full',
    name: wire.display_name,
    externalId: wire.external_id,
    domains: [],
    metadata: wire.metadata,
    scimEnabled: features.some(({ name, enabled }) => enabled && SCIM_FEATURES.has(name)),
    features,
    createdAt: wire.create_time,
    updatedAt: wire.update_time,
  }
}

/** `enabled` is the state; their status tells how far the set-up has come, and stays IN_PROGRESS in daily use. */
export function toDirectory(wire: DirectoryWire): Directory {
  const key = directoryKey('scalekit', wire.organization_id, wire.id)
  const identityProvider = meaningOf(IDENTITY_PROVIDER_WORDS, wire.directory_provider)
  const { stats } = wire
  return {
    kind: 'Directory',
    key,
    detail: 'full',
    name: wire.name ?? IDENTITY_PROVIDERS[identityProvider],
    state: wire.enabled ? 'ACTIVE' : 'INACTIVE',
    upstreamState: wire.status ?? '',
    identityProvider,
    upstreamIdentityProvider: wire.directory_provider,
    protocol: meaningOf(PROTOCOL_WORDS, wire.directory_type),
    upstreamType: wire.directory_type,
    enabled: wire.enabled ?? false,
    domain: null,
    externalKey: null,
    scimEndpoint: wire.directory_endpoint,
    stats: {
      totalUsers: stats?.total_users ?? wire.total_users ?? null,
      activeUsers: null,
      inactiveUsers: null,
      totalGroups: stats?.total_groups ?? wire.total_groups ?? null,
      usersUpdatedAt: stats?.user_updated_at ?? null,
      groupsUpdatedAt: stats?.group_updated_at ?? null,
    },
    lastSyncedAt: wire.last_synced_at,
    secrets: wire.secrets.map(toDirectorySecret),
    attributeMappings: (wire.attribute_mappings?.attributes ?? []).map(attribute => ({
      key: attribute.key,
      mapTo: attribute.map_to,
    })),
    roleAssignments: (wire.role_assignments?.assignments ?? []).map(({ group_id, role_name }) => ({
      roleName: role_name,
      groupUpstreamId: group_id,
      group: isScalekitId('DirectoryGroup', group_id) ? memberKey(key, group_id) : null,
    })),
    createdAt: null,
    updatedAt: null,
  }
}

export function toDirectorySecret(wire: SecretWire): DirectorySecret {
  return {
    upstreamId: wire.id,
    suffix: wire.secret_suffix,
    status: wire.status === 'ACTIVE' || wire.status === 'INACTIVE' ? wire.status : 'OTHER',
    createdAt: wire.create_time,
    expiresAt: wire.expire_time,
    lastUsedAt: wire.last_used_time,
  }
}

/** A user; `detail` says whether it was asked for with `include_detail`, which is what fills groups and attributes. */
export function toDirectoryUser(wire: UserWire, directory: EntityKey, detail: Detail): DirectoryUser {
  const { given_name: firstName, family_name: lastName } = wire
  const email = wire.email ?? wire.emails[0] ?? null
  return {
    kind: 'DirectoryUser',
    key: memberKey(directory, wire.id),
    detail,
    idpId: null,
    email,
    emails: [...new Set(email === null ? wire.emails : [email, ...wire.emails])],
    username: wire.preferred_username,
    firstName,
    lastName,
    name: [firstName, lastName].filter(Boolean).join(' ') || null,
    jobTitle: null,
    state: null,
    roles: [],
    customAttributes: {},
    rawAttributes: wire.user_detail,
    groups: detail === 'full' ? wire.groups.map(group => toDirectoryGroup(group, directory, 'name')) : null,
    createdAt: null,
    updatedAt: wire.updated_at,
  }
}

export function toDirectoryGroup(wire: GroupWire, directory: EntityKey, detail: Detail): DirectoryGroup {
  return {
    kind: 'DirectoryGroup',
    key: memberKey(directory, wire.id),
    detail,
    idpId: null,
    name: wire.display_name,
    totalUsers: detail === 'name' ? null : (wire.total_users ?? null),
    rawAttributes: wire.group_detail,
    createdAt: null,
    updatedAt: wire.updated_at,
  }
}

function meaningOf<Ours extends string>(words: readonly (readonly [string, Ours])[], word: string | null) {
  return words.find(([theirs]) => theirs === word)?.[1] ?? 'OTHER'
}
