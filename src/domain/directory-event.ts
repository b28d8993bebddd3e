import type { Directory, DirectoryGroup, DirectoryUser } from './entities.ts'
import type { EntityKey, ProviderName } from './entity-key.ts'
import { PROVIDER_TITLES } from './provider-error.ts'

/** What can happen to a directory and to who is in it; the GraphQL enum `DirectoryEventKind`. */
export const DIRECTORY_EVENT_KINDS = [
  'DIRECTORY_ACTIVATED',
  'DIRECTORY_DELETED',
  'DIRECTORY_ENABLED',
  'DIRECTORY_DISABLED',
  'USER_CREATED',
  'USER_UPDATED',
  'USER_DELETED',
  'GROUP_CREATED',
  'GROUP_UPDATED',
  'GROUP_DELETED',
  'MEMBER_ADDED',
  'MEMBER_REMOVED',
] as const
export type DirectoryEventKind = (typeof DIRECTORY_EVENT_KINDS)[number]

interface Happening<Kind extends DirectoryEventKind> {
  readonly kind: Kind
  /** The provider's own id of the event; the same one however often it is delivered. */
  readonly id: string
  readonly provider: ProviderName
  readonly occurredAt: Date
  /** Null where the provider names none: then the event is no tenant's. */
  readonly organizationKey: EntityKey | null
  /** Null where the provider does not say, which is so for Scalekit's users. */
  readonly directoryKey: EntityKey | null
}

/** Something happened to a directory. */
export interface DirectoryChange
  extends Happening<
    'DIRECTORY_ACTIVATED' | 'DIRECTORY_DELETED' | 'DIRECTORY_ENABLED' | 'DIRECTORY_DISABLED'
  > {
  readonly directoryKey: EntityKey
  /** The directory as the event has it; null where it has too little to be one. */
  readonly directory: Directory | null
}

interface UserHappening<Kind extends DirectoryEventKind> extends Happening<Kind> {
  /** The provider's own id of the user: all that there is while the directory is not known. */
  readonly userUpstreamId: string
  /** Null while the directory is not known. */
  readonly userKey: EntityKey | null
  /** The user as the event has it; null where it has too little, or what has it can't be read. */
  readonly user: DirectoryUser | null
}

/** Somebody joined a directory or left it. */
export interface UserChange extends UserHappening<'USER_CREATED' | 'USER_DELETED'> {}

/** Somebody is not what they were. */
export interface UserUpdate extends UserHappening<'USER_UPDATED'> {
  /** What of the user is different now; null where the provider does not say. */
  readonly changed: readonly (keyof DirectoryUser)[] | null
}

interface GroupHappening<Kind extends DirectoryEventKind> extends Happening<Kind> {
  readonly directoryKey: EntityKey
  readonly groupKey: EntityKey
  /** The group as the event has it; null where what has it can't be read. */
  readonly group: DirectoryGroup | null
}

/** A group came to a directory or went. */
export interface GroupChange extends GroupHappening<'GROUP_CREATED' | 'GROUP_DELETED'> {}

/** A group is not what it was. */
export interface GroupUpdate extends GroupHappening<'GROUP_UPDATED'> {
  /** What of the group is different now; null where the provider does not say. */
  readonly changed: readonly (keyof DirectoryGroup)[] | null
}

/** Somebody came to a group or left it. */
export interface MemberChange extends GroupHappening<'MEMBER_ADDED' | 'MEMBER_REMOVED'> {
  readonly userUpstreamId: string
  readonly userKey: EntityKey
  readonly user: DirectoryUser | null
}

/** What a provider tells by itself, by the words of neither. */
export type DirectoryEvent =
  | DirectoryChange
  | UserChange
  | UserUpdate
  | GroupChange
  | GroupUpdate
  | MemberChange

/** An event of a kind that is known, in a form that is not. The message names the field, and never what stood there. */
export class MalformedEventError extends Error {
  override readonly name = 'MalformedEventError'
  readonly provider: ProviderName
  /** Where in the event it is, joined by dots. */
  readonly field: string
  constructor(provider: ProviderName, field: string) {
    super(`${PROVIDER_TITLES[provider]} sent an event that can not be read: ${field || 'all of it'}.`)
    this.provider = provider
    this.field = field
  }
}
