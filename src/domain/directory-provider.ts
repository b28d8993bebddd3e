import type {
  Detail,
  Directory,
  DirectoryGroup,
  DirectoryProtocol,
  DirectorySecret,
  DirectoryUser,
  IdentityProvider,
  Organization,
} from './entities.ts'
import type { EntityKey, ProviderName } from './entity-key.ts'
import type { Page, PageRequest } from './page.ts'
import type { Operation, ProviderError } from './provider-error.ts'

/** What every call carries; one for all calls of an operation. */
export interface CallContext {
  /** Aborts when the caller goes away or the operation's time is over. */
  readonly signal: AbortSignal
  /** When the operation's time is over, in `performance.now()` milliseconds. */
  readonly deadlineMs: number
  /**
   * A provider that wants to be left alone for longer than that, in milliseconds, fails the call at once, with how long;
   * absent, it is waited for up to the deadline.
   */
  readonly longestPauseMs?: number
  /** Joins logs to the caller's request. */
  readonly requestId: string
  /** Whose turn it is where a quota is shared. */
  readonly caller: string
  /** The one organization that the caller may see: what comes by an upstream id alone has to prove that it is of that. */
  readonly boundTo: EntityKey | null
  readonly meter: CallMeter
}

/** Counts what an operation costs, as its calls are made. */
export interface CallMeter {
  /** A request goes out. Throws `QueryTooCostlyError` when the operation has made as many as it may. */
  sending(): void
  count(what: 'cacheHits' | 'coalesced' | 'retries' | 'waitedMs', amount: number): void
  /** A call counts for the limit of this directory. */
  usedScope(provider: ProviderName, scope: string): void
  /** An answer of that age stands in for a provider that fails. */
  servedStale(provider: ProviderName, ageSeconds: number): void
}

/** What is left of one of a provider's limits at this moment. */
export interface BudgetState {
  readonly provider: ProviderName
  /** `provider`, or the id of the directory whose own limit it is. */
  readonly scope: string
  readonly remaining: number
}

/** One slot for each key, in the order of the keys: the entity, null where there is none, or why it can't be told. */
export type Found<T> = T | null | ProviderError

/** One slot for each list that was asked for, in that order. */
export type Listed<T> = Page<T> | ProviderError

export interface Find {
  readonly key: EntityKey
  readonly detail: Detail
}

export interface ListOrganizations {
  readonly page: PageRequest
  readonly provider: ProviderName | null
  readonly externalId: string | null
  /** Part of the name. */
  readonly search: string | null
  /** Whether the directories of these organizations will be asked for next; a hint for planning. */
  readonly isWithDirectories?: boolean
}

export interface ListAllDirectories {
  readonly page: PageRequest
  readonly provider: ProviderName | null
  readonly organization: EntityKey | null
  /** Part of the name. */
  readonly search: string | null
}

export interface ListDirectories {
  readonly of: Pick<Organization, 'key'>
  readonly page: PageRequest
}

export interface UserFilter {
  readonly group: EntityKey | null
  readonly email: string | null
  readonly updatedAfter: Date | null
}

export interface ListUsers {
  readonly within: Pick<Directory | DirectoryGroup, 'kind' | 'key'>
  readonly page: PageRequest
  readonly filter: UserFilter
  readonly detail: Detail
}

export interface ListGroups {
  readonly within: Pick<Directory, 'kind' | 'key'> | Pick<DirectoryUser, 'kind' | 'key' | 'groups'>
  readonly page: PageRequest
  readonly detail: Detail
}

export interface FindUsersByEmail {
  readonly email: string
  /** The one to look in; null for all. */
  readonly organization: EntityKey | null
  readonly detail: Detail
}

/** What a provider can do and how it was when it was last asked. */
export interface ProviderStatus {
  readonly provider: ProviderName
  readonly operations: ReadonlySet<Operation>
  /** Null while nothing has been asked of it yet. */
  readonly reachable: boolean | null
}

export interface DirectoryDraft {
  readonly identityProvider: IdentityProvider
  readonly protocol: DirectoryProtocol
}

/**
 * Pages that can be told at once, since all that they are made of is kept. Null says that the list has to be asked for,
 * and nothing of what is in it. Each may throw the `ProviderError` that the list would be answered with. A call may be
 * begun meanwhile for what is likely to be asked next, and nobody waits for it.
 */
export interface KeptReads {
  listOrganizations(list: ListOrganizations, call: CallContext): Page<Organization> | null
  listDirectories(list: ListDirectories, call: CallContext): Page<Directory> | null
  listUsers(list: ListUsers, call: CallContext): Page<DirectoryUser> | null
  listGroups(list: ListGroups, call: CallContext): Page<DirectoryGroup> | null
}

/** Who has a listing of the directories of all organizations, by which those of many are read together. */
export const LISTS_ALL_DIRECTORIES: ReadonlySet<ProviderName> = new Set(['workos'])

/**
 * The port: what the graph asks of whoever keeps directories. Two adapters implement it, and a composite that
 * is the same over both. Reads are batch-shaped, since only the adapter knows whether many look-ups are
 * cheaper as one scan. Nested lists take the parent entity: what came with it costs no call.
 *
 * Every method rejects with a `ProviderError`, or puts one in the slot of the key or list that it concerns.
 * What an adapter does not support rejects with `UnsupportedError` and is absent from its status.
 */
export interface DirectoryProvider {
  statuses(): readonly ProviderStatus[]
  /** What is left of each provider's limits, and of those of the directories that are named by provider. */
  budgets(scopes: ReadonlyMap<ProviderName, ReadonlySet<string>>): readonly BudgetState[]
  /** One cheap call to each provider: null where it answers, else why it does not. */
  check(call: CallContext): Promise<ReadonlyMap<ProviderName, ProviderError | null>>

  listOrganizations(list: ListOrganizations, call: CallContext): Promise<Page<Organization>>
  listAllDirectories(list: ListAllDirectories, call: CallContext): Promise<Page<Directory>>
  listDirectories(lists: readonly ListDirectories[], call: CallContext): Promise<Listed<Directory>[]>
  listUsers(lists: readonly ListUsers[], call: CallContext): Promise<Listed<DirectoryUser>[]>
  listGroups(lists: readonly ListGroups[], call: CallContext): Promise<Listed<DirectoryGroup>[]>
  /** Lists by the page: what waits for no call needs no batch and no promise. */
  readonly kept: KeptReads

  findOrganizations(finds: readonly Find[], call: CallContext): Promise<Found<Organization>[]>
  findDirectories(finds: readonly Find[], call: CallContext): Promise<Found<Directory>[]>
  findUsers(finds: readonly Find[], call: CallContext): Promise<Found<DirectoryUser>[]>
  findGroups(finds: readonly Find[], call: CallContext): Promise<Found<DirectoryGroup>[]>
  /** Everybody with the address; a directory that can't be asked is an error among them. */
  findUsersByEmail(
    asked: FindUsersByEmail,
    call: CallContext,
  ): Promise<readonly (DirectoryUser | ProviderError)[]>

  enableScim(organization: EntityKey, call: CallContext): Promise<Organization>
  disableScim(organization: EntityKey, call: CallContext): Promise<Organization>
  createPortalLink(
    organization: EntityKey,
    call: CallContext,
  ): Promise<{ url: string; expiresAt: Date | null }>
  createDirectory(organization: EntityKey, draft: DirectoryDraft, call: CallContext): Promise<Directory>
  enableDirectory(directory: EntityKey, call: CallContext): Promise<void>
  disableDirectory(directory: EntityKey, call: CallContext): Promise<void>
  syncDirectory(directory: EntityKey, call: CallContext): Promise<void>
  deleteDirectory(directory: EntityKey, force: boolean, call: CallContext): Promise<'PENDING' | 'DELETED'>
  createDirectorySecret(
    directory: EntityKey,
    call: CallContext,
  ): Promise<{ plainSecret: string; secret: DirectorySecret }>
}

/** The reading half of the port. */
export type ProviderReads = Pick<
  DirectoryProvider,
  Extract<keyof DirectoryProvider, `list${string}` | `find${string}` | 'kept'>
>

/** The writing half of the port. */
export type ProviderWrites = Omit<DirectoryProvider, keyof ProviderReads | 'statuses' | 'check' | 'budgets'>
