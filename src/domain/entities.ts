import type { EntityKey } from './entity-key.ts'

/**
 * How much is known of an entity, from least to most. `key`: only its key. `name`: its name as well.
 * `basic`: all that every answer of the provider carries. `full`: also what the provider sends on request
 * only (raw attributes, all e-mail addresses, groups of a user).
 */
export const DETAILS = ['key', 'name', 'basic', 'full'] as const
export type Detail = (typeof DETAILS)[number]

/** Whether what is known is enough for what is needed. */
export function suffices(known: Detail, needed: Detail): boolean {
  return DETAILS.indexOf(known) >= DETAILS.indexOf(needed)
}

/** The greater of two details. */
export function moreDetail(one: Detail, other: Detail): Detail {
  return suffices(one, other) ? one : other
}

/** Free JSON as the provider sent it. */
export type JsonObject = Readonly<Record<string, unknown>>

interface Entity<Kind extends string> {
  readonly kind: Kind
  readonly key: EntityKey
  readonly detail: Detail
  /** Whether nothing names the organization and directory in its key: it was taken to be where it was asked for. */
  readonly isPlaceAssumed?: boolean
}

/** A customer of the product: what both providers call an organization. */
export interface Organization extends Entity<'Organization'> {
  readonly name: string
  readonly externalId: string | null
  readonly domains: readonly { readonly domain: string; readonly state: string | null }[]
  readonly metadata: JsonObject
  /** Null where the provider has no such switch. */
  readonly scimEnabled: boolean | null
  readonly features: readonly { readonly name: string; readonly enabled: boolean }[]
  readonly createdAt: Date | null
  readonly updatedAt: Date | null
}

export type DirectoryState =
  | 'ACTIVE'
  | 'INACTIVE'
  | 'VALIDATING'
  | 'DELETING'
  | 'INVALID_CREDENTIALS'
  | 'OTHER'

export type DirectoryProtocol = 'SCIM' | 'API' | 'LDAP' | 'SFTP' | 'OTHER'

/** Identity providers with the name that people know them by. */
export const IDENTITY_PROVIDERS = {
  AUTH0: 'Auth0',
  BAMBOOHR: 'BambooHR',
  BREATHE_HR: 'Breathe HR',
  CEZANNE_HR: 'Cezanne HR',
  CYBERARK: 'CyberArk',
  ENTRA_ID: 'Microsoft Entra ID',
  FOURTH_HR: 'Fourth HR',
  GENERIC: 'SCIM',
  GOOGLE_WORKSPACE: 'Google Workspace',
  GUSTO: 'Gusto',
  HIBOB: 'HiBob',
  JUMPCLOUD: 'JumpCloud',
  OKTA: 'Okta',
  ONELOGIN: 'OneLogin',
  PEOPLE_HR: 'People HR',
  PERSONIO: 'Personio',
  PING_IDENTITY: 'Ping Identity',
  RIPPLING: 'Rippling',
  S3: 'S3',
  SAILPOINT: 'SailPoint',
  SFTP: 'SFTP',
  WORKDAY: 'Workday',
  OTHER: 'Directory',
} as const
export type IdentityProvider = keyof typeof IDENTITY_PROVIDERS

/** The connection of an organization's company directory, and what is known of its health. */
export interface Directory extends Entity<'Directory'> {
  readonly name: string
  readonly state: DirectoryState
  readonly upstreamState: string
  readonly identityProvider: IdentityProvider
  readonly upstreamIdentityProvider: string | null
  readonly protocol: DirectoryProtocol
  readonly upstreamType: string
  readonly enabled: boolean
  readonly domain: string | null
  readonly externalKey: string | null
  readonly scimEndpoint: string | null
  readonly stats: DirectoryStats
  readonly lastSyncedAt: Date | null
  readonly secrets: readonly DirectorySecret[]
  readonly attributeMappings: readonly { readonly key: string; readonly mapTo: string }[]
  readonly roleAssignments: readonly RoleAssignment[]
  readonly createdAt: Date | null
  readonly updatedAt: Date | null
}

export interface DirectoryStats {
  readonly totalUsers: number | null
  readonly activeUsers: number | null
  readonly inactiveUsers: number | null
  readonly totalGroups: number | null
  readonly usersUpdatedAt: Date | null
  readonly groupsUpdatedAt: Date | null
}

/** What is left to see of a secret once it was handed out. */
export interface DirectorySecret {
  readonly upstreamId: string
  readonly suffix: string
  readonly status: 'ACTIVE' | 'INACTIVE' | 'OTHER'
  readonly createdAt: Date | null
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
}

export interface RoleAssignment {
  readonly roleName: string
  readonly groupUpstreamId: string
  /** Null where the provider sent an id that is none of a group. */
  readonly group: EntityKey | null
}

export type DirectoryUserState = 'ACTIVE' | 'INACTIVE' | 'SUSPENDED' | 'OTHER'

/** A person as the company's directory knows it. */
export interface DirectoryUser extends Entity<'DirectoryUser'> {
  readonly idpId: string | null
  readonly email: string | null
  readonly emails: readonly string[]
  readonly username: string | null
  readonly firstName: string | null
  readonly lastName: string | null
  readonly name: string | null
  readonly jobTitle: string | null
  /** Null where the provider does not say. */
  readonly state: DirectoryUserState | null
  readonly roles: readonly string[]
  readonly customAttributes: JsonObject
  readonly rawAttributes: JsonObject
  /** The groups that came with the user; null where the provider sends none that can be trusted. */
  readonly groups: readonly DirectoryGroup[] | null
  readonly createdAt: Date | null
  readonly updatedAt: Date | null
}

/** A group of a directory. */
export interface DirectoryGroup extends Entity<'DirectoryGroup'> {
  readonly idpId: string | null
  readonly name: string
  /** Null where the provider can't tell without listing them. */
  readonly totalUsers: number | null
  readonly rawAttributes: JsonObject
  readonly createdAt: Date | null
  readonly updatedAt: Date | null
}

/** Which entity a kind stands for. */
export interface EntityOf {
  Organization: Organization
  Directory: Directory
  DirectoryUser: DirectoryUser
  DirectoryGroup: DirectoryGroup
}
