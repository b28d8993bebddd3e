import type { ProviderName } from './entity-key.ts'

/** What can be asked of a provider and is not a matter of course; the GraphQL enum `ProviderOperation`. */
export const OPERATIONS = [
  'ENABLE_SCIM',
  'DISABLE_SCIM',
  'ENABLE_DIRECTORY',
  'DISABLE_DIRECTORY',
  'CREATE_DIRECTORY',
  'DELETE_DIRECTORY',
  'CREATE_PORTAL_LINK',
  'CREATE_DIRECTORY_SECRET',
  'SYNC_DIRECTORY',
  'SEARCH_ORGANIZATIONS',
  'SEARCH_DIRECTORIES',
] as const
export type Operation = (typeof OPERATIONS)[number]

/** Why a provider could not answer. */
export type UnavailableReason =
  | 'timeout'
  | 'unreachable'
  | 'server-error'
  | 'bad-response'
  | 'cursor-loop'
  | 'credentials-refused'
  | 'circuit-open'

/** How providers are called in sentences. */
export const PROVIDER_TITLES: Record<ProviderName, string> = { workos: 'WorkOS', scalekit: 'Scalekit' }

/**
 * A failure that callers may see. The message is always written by us: an upstream's own words can carry
 * a person's data or a secret, so they stop where they arrive.
 */
export abstract class ProviderError extends Error {
  abstract readonly code: string
  readonly provider: ProviderName | null

  constructor(message: string, provider: ProviderName | null) {
    super(message)
    this.name = new.target.name
    this.provider = provider
  }
}

/** What was asked for does not exist, or not any more. */
export class NotFoundError extends ProviderError {
  readonly code = 'NOT_FOUND'
  constructor(message: string, provider: ProviderName | null = null) {
    super(message, provider)
  }
}

/** One text for all objects that are not there, whatever the reason, so that it tells nothing of the reason. */
export function noSuchObject(provider: ProviderName): NotFoundError {
  return new NotFoundError(`${PROVIDER_TITLES[provider]} has no such object.`, provider)
}

/** The caller sent what can't be served; `field` names the argument. */
export class InvalidInputError extends ProviderError {
  readonly code = 'BAD_USER_INPUT'
  readonly field: string | null
  constructor(message: string, field: string | null = null, provider: ProviderName | null = null) {
    super(message, provider)
    this.field = field
  }
}

/** The provider's key, or the caller, has not the right to do this. */
export class ForbiddenError extends ProviderError {
  readonly code = 'FORBIDDEN'
  constructor(message: string, provider: ProviderName | null = null) {
    super(message, provider)
  }
}

/** The state of things does not allow it: an enabled directory can't be deleted. */
export class ConflictError extends ProviderError {
  readonly code = 'BAD_USER_INPUT'
  constructor(message: string, provider: ProviderName | null = null) {
    super(message, provider)
  }
}

/** The provider has nothing of the kind; the message says what to do instead. */
export class UnsupportedError extends ProviderError {
  readonly code = 'UNSUPPORTED'
  declare readonly provider: ProviderName
  /** Null for reads that are no operation of their own, such as the last page of a list of page tokens. */
  readonly operation: Operation | null
  constructor(message: string, provider: ProviderName, operation: Operation | null = null) {
    super(message, provider)
    this.operation = operation
  }
}

/** The provider's limit is reached; `retryAfterSeconds` is null where it does not say when to come back. */
export class RateLimitedError extends ProviderError {
  readonly code = 'RATE_LIMITED'
  declare readonly provider: ProviderName
  readonly retryAfterSeconds: number | null
  constructor(provider: ProviderName, retryAfterSeconds: number | null) {
    const when = retryAfterSeconds === null ? 'later' : `in ${retryAfterSeconds} s`
    super(`${PROVIDER_TITLES[provider]} allows no more requests for now; try again ${when}.`, provider)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The operation has cost, or would cost, more upstream calls than one may make. */
export class QueryTooCostlyError extends ProviderError {
  readonly code = 'QUERY_TOO_COSTLY'
  constructor(message: string) {
    super(message, null)
  }
}

const REASONS: Record<UnavailableReason, string> = {
  timeout: 'did not answer in time',
  unreachable: 'could not be reached',
  'server-error': 'answered with an error of its own',
  'bad-response': 'answered something that could not be read',
  'cursor-loop': 'sent a cursor that leads back to where the walk has been',
  'credentials-refused': 'refuses the credentials that this server was given for it',
  'circuit-open': 'has failed repeatedly and is left alone for a moment',
}

/** The provider could not answer; `reason` says why. */
export class UnavailableError extends ProviderError {
  readonly code = 'UPSTREAM_UNAVAILABLE'
  declare readonly provider: ProviderName
  readonly reason: UnavailableReason
  /** Null where the provider does not say when to come back. */
  readonly retryAfterSeconds: number | null
  constructor(
    provider: ProviderName,
    reason: UnavailableReason,
    message?: string,
    retryAfterSeconds: number | null = null,
  ) {
    super(message ?? `${PROVIDER_TITLES[provider]} ${REASONS[reason]}.`, provider)
    this.reason = reason
    this.retryAfterSeconds = retryAfterSeconds
  }
}
