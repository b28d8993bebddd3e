import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JWKSCacheInput,
  type JWTVerifyGetKey,
  jwksCache,
} from 'jose'
import { KeysUnavailableError } from './refusal.ts'

/** So long keys are used without asking for them again. */
const FRESH_MS = 10 * 60 * 1_000
/** So long they are used on when they can't be fetched: an outage of whoever issues tokens must not be ours. */
const KEPT_MS = 24 * 60 * 60 * 1_000
/** A token with an unknown key makes them be fetched again, at most this often. */
const COOLDOWN_MS = 30_000
/** After a fetch that failed nobody waits for another one until then. */
const RETRY_MS = 5_000
const TIMEOUT_MS = 3_000

/**
 * The public keys at an address, as jose asks for them: fetched when first needed, one fetch at a time, again when
 * they are old or a token names one that is not among them. While they can't be fetched the last ones serve for a day.
 * Throws `KeysUnavailableError` where there are none, and jose's own errors for a token that no key fits.
 */
export function createKeySet(url: string): JWTVerifyGetKey {
  const cache: JWKSCacheInput = {}
  const remote = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: FRESH_MS,
    cooldownDuration: COOLDOWN_MS,
    timeoutDuration: TIMEOUT_MS,
    headers: { 'user-agent': 'dirgraph' },
    [jwksCache]: cache,
  })
  let failedAtMs = Number.NEGATIVE_INFINITY

  const keep: JWTVerifyGetKey = (header, token) => {
    const { jwks, uat = 0 } = cache
    if (jwks === undefined || Date.now() - uat > KEPT_MS) throw new KeysUnavailableError()
    return createLocalJWKSet(jwks)(header, token)
  }

  return async (header, token) => {
    if (Date.now() - failedAtMs < RETRY_MS) return keep(header, token)
    try {
      return await remote(header, token)
    } catch (error) {
      if (isOfToken(error)) throw error
      failedAtMs = Date.now()
      return keep(header, token)
    }
  }
}

/** No key fits, or more than one does: that is the token's fault. A fetch that failed is not, and is not tried at once. */
function isOfToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  )
}
