import type { Directory, DirectoryGroup, DirectoryUser } from '../domain/entities.ts'
import {
  directoryKeyOf,
  type EntityKey,
  organizationKeyOf,
  providerOf,
  upstreamIdOf,
} from '../domain/entity-key.ts'
import { toGlobalId } from '../relay/global-id.ts'

/** One line of an export: fields by the names that they have in GraphQL, and JSON for values. */
export type Row = Readonly<Partial<Record<Column, unknown>>>

/** A group as a user's row names it. */
export interface GroupReference {
  readonly id: string
  readonly name: string
}

/** Every field that a row can have, in the order of the columns. New ones come last. */
export const COLUMNS = [
  'type',
  'id',
  'provider',
  'upstreamId',
  'organizationId',
  'directoryId',
  'name',
  'idpId',
  'email',
  'emails',
  'username',
  'firstName',
  'lastName',
  'jobTitle',
  'state',
  'roles',
  'groups',
  'totalUsers',
  'customAttributes',
  'rawAttributes',
  'enabled',
  'identityProvider',
  'upstreamIdentityProvider',
  'protocol',
  'upstreamType',
  'upstreamState',
  'domain',
  'externalKey',
  'scimEndpoint',
  'stats',
  'attributeMappings',
  'roleAssignments',
  'lastSyncedAt',
  'createdAt',
  'updatedAt',
] as const
type Column = (typeof COLUMNS)[number]

/** The row of a directory. Its secrets are left out, also what is left to see of them. */
export function toDirectoryRow(directory: Directory): Row {
  const { stats } = directory
  return {
    type: 'directory',
    ...namesOf('Directory', directory.key),
    name: directory.name,
    state: directory.state,
    enabled: directory.enabled,
    identityProvider: directory.identityProvider,
    upstreamIdentityProvider: directory.upstreamIdentityProvider,
    protocol: directory.protocol,
    upstreamType: directory.upstreamType,
    upstreamState: directory.upstreamState,
    domain: directory.domain,
    externalKey: directory.externalKey,
    scimEndpoint: directory.scimEndpoint,
    stats: {
      totalUsers: stats.totalUsers,
      activeUsers: stats.activeUsers,
      inactiveUsers: stats.inactiveUsers,
      totalGroups: stats.totalGroups,
      usersUpdatedAt: stats.usersUpdatedAt,
      groupsUpdatedAt: stats.groupsUpdatedAt,
    },
    attributeMappings: directory.attributeMappings.map(({ key, mapTo }) => ({ key, mapTo })),
    roleAssignments: directory.roleAssignments.map(({ roleName, groupUpstreamId, group }) => ({
      roleName,
      groupUpstreamId,
      groupId: group && toGlobalId('DirectoryGroup', group),
    })),
    lastSyncedAt: directory.lastSyncedAt,
    createdAt: directory.createdAt,
    updatedAt: directory.updatedAt,
  }
}

/** The row of a group. */
export function toGroupRow(group: DirectoryGroup): Row {
  return {
    type: 'group',
    ...namesOf('DirectoryGroup', group.key),
    name: group.name,
    idpId: group.idpId,
    totalUsers: group.totalUsers,
    rawAttributes: group.rawAttributes,
    createdAt: group.createdAt,
    updatedAt: group.updatedAt,
  }
}

/** The row of a user with all of its groups. */
export function toUserRow(user: DirectoryUser, groups: readonly GroupReference[]): Row {
  return {
    type: 'user',
    ...namesOf('DirectoryUser', user.key),
    name: user.name,
    idpId: user.idpId,
    email: user.email,
    emails: user.emails,
    username: user.username,
    firstName: user.firstName,
    lastName: user.lastName,
    jobTitle: user.jobTitle,
    state: user.state,
    roles: user.roles,
    groups,
    customAttributes: user.customAttributes,
    rawAttributes: user.rawAttributes,
    createdAt: user.createdAt,
    updatedAt: user.updatedAt,
  }
}

/** How a user's row names a group. */
export function toGroupReference({ key, name }: DirectoryGroup): GroupReference {
  return { id: toGlobalId('DirectoryGroup', key), name }
}

function namesOf(kind: 'Directory' | 'DirectoryGroup' | 'DirectoryUser', key: EntityKey) {
  const organization = organizationKeyOf(key)
  return {
    id: toGlobalId(kind, key),
    provider: providerOf(key).toUpperCase(),
    upstreamId: upstreamIdOf(key),
    organizationId: organization && toGlobalId('Organization', organization),
    ...(kind !== 'Directory' && { directoryId: toGlobalId('Directory', directoryKeyOf(key)) }),
  }
}
