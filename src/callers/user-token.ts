import { errors, type JWTPayload, jwtVerify } from 'jose'
import { type Caller, PERMISSIONS, type Permission } from '../domain/caller.ts'
import { KeysUnavailableError, UnauthenticatedError } from '../domain/caller-error.ts'
import {
  type EntityKey,
  organizationIdOf,
  organizationKey,
  type ProviderName,
  parseEntityKey,
} from '../domain/entity-key.ts'
import { createKeySet } from './key-set.ts'

export interface UserTokenSettings {
  /** Where the issuer publishes its keys: an https URL (http on loopback only). */
  readonly jwksUrl: string
  readonly issuer: string
  readonly audience: string
  /** Whose organizations the tokens name: WorkOS by the claim `org_id`, Scalekit by `oid`. */
  readonly provider: ProviderName
  /** Which permissions here a permission or a role in the tokens stands for, where the names differ. */
  readonly permissions?: Readonly<Record<string, readonly Permission[]>>
}

/** Signatures that only the issuer can make. With a shared secret whoever checks a token could forge one. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]
const CLOCK_TOLERANCE_SECONDS = 5
const ORGANIZATION_CLAIMS: Record<ProviderName, string> = { workos: 'org_id', scalekit: 'oid' }
/** Permissions come as a list, roles as a list (Scalekit, WorkOS with several) or as one word (WorkOS). */
const GRANTING_CLAIMS = ['permissions', 'roles', 'role']
const SUBJECT_IS_WRONG = 'The token’s `sub` is not what this server takes.'

/**
 * Reads the tokens of end users: signature, issuer, audience and times are checked, and each is for one organization.
 * Rejects with `UnauthenticatedError`, or with `KeysUnavailableError` where the issuer's keys can't be had.
 */
export function createUserTokens(settings: UserTokenSettings): (token: string) => Promise<Caller> {
  const { issuer, audience, provider, permissions = {} } = settings
  const keys = createKeySet(settings.jwksUrl)
  const options = {
    issuer,
    audience,
    algorithms: ALGORITHMS,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    requiredClaims: ['exp', 'sub'],
  }

  function toCaller(payload: JWTPayload): Caller {
    const { sub: subject } = payload
    // By RFC 7519 a text; but whoever signs can put anything there, and turns and audit lines go by it.
    if (typeof subject !== 'string' || subject === '') throw new UnauthenticatedError(SUBJECT_IS_WRONG)
    const organization = toOrganization(payload[ORGANIZATION_CLAIMS[provider]], provider)
    if (organization === null) {
      throw new UnauthenticatedError(
        `The token names no organization (claim \`${ORGANIZATION_CLAIMS[provider]}\`).`,
      )
    }
    return {
      kind: 'user',
      subject,
      organization,
      permissions: new Set(GRANTING_CLAIMS.flatMap(claim => wordsIn(payload[claim])).flatMap(toPermissions)),
      expiresAtMs: (payload.exp ?? 0) * 1_000,
    }
  }

  function toPermissions(word: string): readonly Permission[] {
    const own = PERMISSIONS.filter(permission => permission === word)
    return Object.hasOwn(permissions, word) ? [...own, ...(permissions[word] ?? [])] : own
  }

  return async token => {
    const { payload } = await jwtVerify(token, keys, options).catch((error: unknown) => {
      throw toRefusal(error)
    })
    return toCaller(payload)
  }
}

/** The key of the organization in a claim; null for what can be no id of one. */
function toOrganization(claim: unknown, provider: ProviderName): EntityKey | null {
  const key =
    typeof claim === 'string' ? parseEntityKey(organizationKey(provider, claim), 'Organization') : null
  return key === null || organizationIdOf(key) === null ? null : key
}

function toRefusal(error: unknown): Error {
  if (error instanceof KeysUnavailableError) return error
  if (error instanceof errors.JWTExpired) return new UnauthenticatedError('The token has expired.')
  if (error instanceof errors.JWTClaimValidationFailed) {
    const what = error.reason === 'missing' ? 'is missing' : 'is not what this server takes'
    return new UnauthenticatedError(`The token’s \`${error.claim}\` ${what}.`)
  }
  return new UnauthenticatedError('The token is not one that this server takes.')
}

function wordsIn(claim: unknown): string[] {
  const words = Array.isArray(claim) ? claim : [claim]
  return words.filter(word => typeof word === 'string')
}
