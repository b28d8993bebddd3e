import type {
  ScalekitDirectory,
  ScalekitGroup,
  ScalekitOrganization,
  ScalekitUser,
} from './scalekit-records.ts'
import type {
  WorkosDirectory,
  WorkosEvent,
  WorkosGroup,
  WorkosOrganization,
  WorkosUser,
} from './workos-records.ts'

/** Who is in one directory. Answers follow the order of the arrays; nothing is sorted on the way out. */
export interface Roster<User, Group> {
  users: User[]
  groups: Group[]
  /** User id to the ids of the groups the user is in. */
  groupIdsByUser: Map<string, Set<string>>
}

/** What the WorkOS stand-in serves. Every array is oldest first, rows of one instant by id. */
export interface WorkosData {
  organizations: WorkosOrganization[]
  directories: WorkosDirectory[]
  /** One roster for each directory id. */
  rosters: Map<string, Roster<WorkosUser, WorkosGroup>>
  events: WorkosEvent[]
  /** Directory id to the epoch milliseconds at which an accepted deletion is carried out. */
  deletions: Map<string, number>
}

/** What the Scalekit stand-in serves. Every array is in the order served: newest or last updated first. */
export interface ScalekitData {
  organizations: ScalekitOrganization[]
  directories: ScalekitDirectory[]
  /** One roster for each directory id. */
  rosters: Map<string, Roster<ScalekitUser, ScalekitGroup>>
  /** Access token to the epoch milliseconds at which it expires; clear it to revoke all. */
  tokens: Map<string, number>
  portalLinks: { id: string; organization_id: string; features: string[] }[]
}

/** Behaviour a test may change while the sandbox runs. */
export interface SandboxQuirks {
  /** What WorkOS does with a cursor it does not know. */
  staleCursor: 'restart' | 'refuse'
  /** Every list hands out the cursor it was asked with as the next one, for ever. */
  repeatCursor: boolean
  /** WorkOS teams made before 2026-05-01 still get `groups` on a user. */
  embeddedGroups: boolean
  /** The 429 body of `/directory_users`: a bare JSON string, or an object as other endpoints send. */
  ratelimitBody: 'string' | 'object'
  /** The token endpoint answers with the `expires_in` of an unsigned underflow, as seen once. */
  expiresInUnderflow: boolean
}

/** Ids that stay the same in every sandbox, for tests and examples to name. */
export interface KnownIds {
  workosOrganizationId: string
  workosOrganizationExternalId: string
  workosOrganizationDomain: string
  workosTwoDirectoriesOrganizationId: string
  workosEmptyOrganizationId: string
  workosLargeDirectoryId: string
  workosMediumDirectoryId: string
  workosSmallDirectoryId: string
  workosUnlinkedDirectoryId: string
  workosValidatingDirectoryId: string
  workosInvalidCredentialsDirectoryId: string
  workosDeletingDirectoryId: string
  workosUncountedDirectoryId: string
  workosLargeGroupId: string
  workosGroupId: string
  workosUserId: string
  workosUserWithGroupsId: string
  workosUserWithoutEmailId: string
  workosUserEmailInListId: string
  scalekitOrganizationId: string
  scalekitOrganizationExternalId: string
  scalekitTwoDirectoriesOrganizationId: string
  scalekitScimOffOrganizationId: string
  scalekitEmptyOrganizationId: string
  scalekitLargeDirectoryId: string
  scalekitMediumDirectoryId: string
  scalekitDisabledDirectoryId: string
  scalekitUnnamedDirectoryId: string
  scalekitLargeGroupId: string
  scalekitUserId: string
  scalekitUserWithGroupsId: string
  scalekitUserWithoutEmailId: string
  sharedEmail: string
  workosSharedUserId: string
  scalekitSharedUserId: string
  /** Only with the setting `scale.users`. */
  workosScaleOrganizationId: string | null
  workosScaleDirectoryId: string | null
  scalekitScaleOrganizationId: string | null
  scalekitScaleDirectoryId: string | null
  /** One for each of `scale.organizations`, oldest first. */
  workosExtraDirectoryIds: string[]
  scalekitExtraDirectoryIds: string[]
}

/** Everything a sandbox holds; change it and the next answer shows the change. */
export interface SandboxData {
  workos: WorkosData
  scalekit: ScalekitData
  quirks: SandboxQuirks
  known: KnownIds
}
