import { HTTPError, isTimeoutError } from 'ky'
import type { ProviderName } from '../domain/entity-key.ts'
import {
  ForbiddenError,
  InvalidInputError,
  noSuchObject,
  PROVIDER_TITLES,
  ProviderError,
  RateLimitedError,
  UnavailableError,
} from '../domain/provider-error.ts'
import { OversizedBodyError } from './fetch-whole.ts'

/**
 * The one place where what an HTTP client throws becomes an error of ours. Neither the client's error nor the
 * upstream's words go any further: the former holds the request's headers, the latter can quote a person's data.
 */
export function toProviderError(provider: ProviderName, error: unknown): ProviderError {
  if (error instanceof ProviderError) return error
  if (error instanceof HTTPError) return toStatusError(provider, error.response)
  if (isTimeoutError(error) || isAborted(error)) return new UnavailableError(provider, 'timeout')
  if (error instanceof OversizedBodyError || error instanceof SyntaxError) {
    return new UnavailableError(provider, 'bad-response')
  }
  return new UnavailableError(provider, 'unreachable')
}

/** Whether the request may have reached the provider before it failed; what is ours was thrown before it was sent. */
export function mayHaveArrived(error: unknown): boolean {
  if (error instanceof ProviderError) return false
  return !NEVER_CONNECTED.has(codeOf(error))
}

/** Whether that ended an operation because its time is up, and not because somebody went away. */
export function isTimeUp(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError'
}

/** For a write that may have been carried out though no answer says so. */
export function toOutcomeUnknown(error: ProviderError): ProviderError {
  if (!(error instanceof UnavailableError) || error.reason === 'credentials-refused') return error
  const { provider, reason, message } = error
  const unknown =
    'so it is not known whether this was carried out. It was not sent again: look before you repeat it.'
  return new UnavailableError(provider, reason, `${message.slice(0, -1)}, ${unknown}`)
}

/** Seconds until the upstream wants to be asked again, from Retry-After as seconds or as a date; null without one. */
export function retryAfterSecondsOf(headers: Pick<Headers, 'get'>): number | null {
  const header = headers.get('retry-after')
  if (header === null) return null
  const seconds = /^\d+(\.\d+)?$/.test(header.trim())
    ? Number(header)
    : (Date.parse(header) - Date.now()) / 1_000
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null
}

function toStatusError(provider: ProviderName, response: Response): ProviderError {
  const title = PROVIDER_TITLES[provider]
  switch (response.status) {
    case 400:
    case 422:
      return new InvalidInputError(`${title} does not accept what was asked.`, null, provider)
    case 401:
      return new UnavailableError(provider, 'credentials-refused')
    case 403:
      return new ForbiddenError(`${title} does not permit this to the credentials of this server.`, provider)
    case 404:
      return noSuchObject(provider)
    case 408:
      return new UnavailableError(provider, 'timeout')
    case 409:
      return new InvalidInputError(
        `${title} does not allow this in the present state of things.`,
        null,
        provider,
      )
    case 429:
      return new RateLimitedError(provider, retryAfterSecondsOf(response.headers))
    default: {
      const reason = response.status >= 500 ? 'server-error' : 'bad-response'
      return new UnavailableError(provider, reason, undefined, retryAfterSecondsOf(response.headers))
    }
  }
}

const NEVER_CONNECTED: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** The system's word for a network failure lies one or two causes deep, by runtime and by client. */
function codeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined
  return 'code' in error && typeof error.code === 'string' ? error.code : codeOf(error.cause)
}

function isAborted(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')
}
