import { ADMIN, type Authenticate, NOBODY } from '../domain/caller.ts'
import { UnauthenticatedError } from '../domain/caller-error.ts'
import { createAdminCheck } from './admin-token.ts'
import { createUserTokens, type UserTokenSettings } from './user-token.ts'

export interface CallerSettings {
  /** Null where there is no such token. */
  readonly adminToken: string | null
  /** Null where end users do not come. */
  readonly userTokens: UserTokenSettings | null
}

const BEARER = /^Bearer +(\S+) *$/i
/** Longer than any token that fits into what servers take of headers. */
const MAX_TOKEN_LENGTH = 16_384

/**
 * Tells callers apart by their bearer token. Where neither kind of token is set up nobody is asked for one, and
 * everybody may do everything: whoever starts such a server answers for who can reach it.
 */
export function createAuthenticate({ adminToken, userTokens }: CallerSettings): Authenticate {
  if (adminToken === null && userTokens === null) return () => Promise.resolve(NOBODY)
  const isAdmin = adminToken === null ? () => false : createAdminCheck(adminToken)
  const toUser = userTokens === null ? null : createUserTokens(userTokens)

  return async authorization => {
    if (authorization === null)
      throw new UnauthenticatedError('Send a bearer token in the Authorization header.')
    const token = authorization.length > MAX_TOKEN_LENGTH ? undefined : BEARER.exec(authorization)?.[1]
    if (token === undefined) throw new UnauthenticatedError('The Authorization header holds no bearer token.')
    if (isAdmin(token)) return ADMIN
    if (toUser === null) throw new UnauthenticatedError('The token is not one that this server takes.')
    return toUser(token)
  }
}
