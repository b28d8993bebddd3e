import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type FetchImplementation,
  type JWKSCacheInput,
  type JWTVerifyGetKey,
  jwksCache,
} from 'jose'
import { KeysUnavailableError } from '../domain/caller-error.ts'

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
  let failedAtMs = Number.NEGATIVE_INFINITY
  const remote = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: FRESH_MS,
    cooldownDuration: COOLDOWN_MS,
    timeoutDuration: TIMEOUT_MS,
    headers: { 'user-agent': 'dirgraph' },
    [jwksCache]: cache,
    [customFetch]: async (address, options) => {
      try {
        return await fetchKeys(address, options)
      } catch {
        failedAtMs = Date.now()
        throw new KeysUnavailableError()
      }
    },
  })

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
      // Any other error is about the token, or about the one key that it names.
      if (!(error instanceof KeysUnavailableError)) throw error
      return keep(header, token)
    }
  }
}

/** An answer without a key is as bad as none: it must not take the place of the keys that are there. */
async function fetchKeys(address: string, options: FetchOptions): Promise<Response> {
  const response = await fetch(address, options)
  const body = (await response.json()) as { readonly keys?: unknown }
  if (response.status !== 200 || !Array.isArray(body.keys) || body.keys.length === 0)
    throw new TypeError('no keys')
  return Response.json(body)
}

type FetchOptions = Parameters<FetchImplementation>[1]
