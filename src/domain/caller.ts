import { type EntityKey, organizationKeyOf } from './entity-key.ts'

/** What a caller may be allowed to do, as tokens say it. */
export const PERMISSIONS = ['directories:read', 'directories:write', 'directories:secrets'] as const
export type Permission = (typeof PERMISSIONS)[number]

/** Who asks. The rules about who may see what are about callers, and about nothing else of a request. */
export interface Caller {
  /** `nobody` came without a token, to a server that asks for none. */
  readonly kind: 'admin' | 'user' | 'nobody'
  /** The user's id in the token; null for all others. */
  readonly subject: string | null
  /** The one organization that a user's token is for; null for callers of the other kinds, who see every one. */
  readonly organization: EntityKey | null
  readonly permissions: ReadonlySet<Permission>
  /** When the token ends, in milliseconds since 1970; null for never. */
  readonly expiresAtMs: number | null
}

/** Whoever has the admin token: a server, or somebody in GraphiQL. */
export const ADMIN: Caller = unbound('admin')

/** Whoever asks a server that asks for no token: the sandbox, or one on loopback. */
export const NOBODY: Caller = unbound('nobody')

/** Who sends a request with that Authorization header. Rejects with one of the errors in `caller-error.ts`. */
export type Authenticate = (authorization: string | null) => Promise<Caller>

/** Whether the object with that key is one of the caller's own. What belongs to no organization is no user's. */
export function isWithinReach({ organization }: Caller, key: EntityKey): boolean {
  return organization === null || organizationKeyOf(key) === organization
}

/** Whether the caller may be told what happens in that organization; what happens in none is no user's. */
export function isToldOf({ organization }: Caller, happensIn: EntityKey | null): boolean {
  return organization === null || organization === happensIn
}

function unbound(kind: 'admin' | 'nobody'): Caller {
  return { kind, subject: null, organization: null, permissions: new Set(PERMISSIONS), expiresAtMs: null }
}
