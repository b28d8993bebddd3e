import { GraphQLError } from 'graphql'
import { createGraphQLError, type MaskError, type Plugin } from 'graphql-yoga'
import { ProviderError, RateLimitedError, UnavailableError } from '../domain/provider-error.ts'

/** Every code that a client can get; whatever else libraries call theirs. */
const CODES: ReadonlySet<unknown> = new Set([
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'UNSUPPORTED',
  'RATE_LIMITED',
  'UPSTREAM_UNAVAILABLE',
  'QUERY_TOO_COSTLY',
  'INTERNAL_SERVER_ERROR',
])

const MAX_MESSAGE_LENGTH = 500

const PROVIDERS = { workos: 'WORKOS', scalekit: 'SCALEKIT' } as const

/** What stands behind the errors of which clients see only that there was one. */
export type MaskedErrors = WeakMap<Error, unknown>

/**
 * What a client sees of an error: provider errors with their code, mistakes in the document or its variables as
 * BAD_USER_INPUT, and of all others only that there was one. What those were is kept in `masked`, to be logged.
 */
export function createMaskError(masked: MaskedErrors): MaskError {
  return (error, message) => {
    const original = originOf(error)
    const place = placeOf(error)
    if (original instanceof ProviderError) {
      return createGraphQLError(original.message, { ...place, extensions: extensionsOf(original) })
    }
    if (error instanceof GraphQLError && original instanceof GraphQLError) {
      const { http, code } = error.extensions
      // Of what is no request at all clients that accept JSON are told by the status too.
      const isMalformed = code === 'BAD_REQUEST'
      const extensions = {
        ...(http !== undefined && { http: isMalformed ? { ...http, spec: false } : http }),
        code: codeOf(error),
      }
      return createGraphQLError(shorten(error.message), {
        ...place,
        source: error.source,
        positions: error.positions,
        extensions,
      })
    }
    const shown = createGraphQLError(message, { ...place, extensions: { code: 'INTERNAL_SERVER_ERROR' } })
    masked.set(shown, original)
    return shown
  }
}

/** The code by which a client knows an error, whatever threw it. */
export function codeOf(error: unknown): string {
  const original = originOf(error)
  if (original instanceof ProviderError) return original.code
  if (!(error instanceof GraphQLError && original instanceof GraphQLError)) return 'INTERNAL_SERVER_ERROR'
  const { code } = error.extensions
  return typeof code === 'string' && CODES.has(code) ? code : 'BAD_USER_INPUT'
}

/** Documents that do not hold to the schema are the caller's mistakes too; Yoga has a code of its own for them. */
export function useValidationCode(): Plugin {
  return {
    onValidate:
      () =>
      ({ valid, result }) => {
        if (valid) return
        for (const error of result as readonly GraphQLError[]) {
          error.extensions.code = 'BAD_USER_INPUT'
          error.message = shorten(error.message)
        }
      },
  }
}

/** Messages quote what is wrong, which can be as long as the body. */
export function shorten(message: string): string {
  return message.length > MAX_MESSAGE_LENGTH ? `${message.slice(0, MAX_MESSAGE_LENGTH)}…` : message
}

/** Where in the document and in the answer the error is. */
function placeOf(error: unknown) {
  if (!(error instanceof GraphQLError)) return {}
  const { nodes, path, source, positions } = error
  return {
    ...(nodes && { nodes }),
    ...(path && { path }),
    ...(source && { source }),
    ...(positions && { positions }),
  }
}

/** Executors wrap what a resolver throws, sometimes more than once. */
function originOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? originOf(error.originalError) : error
}

function extensionsOf(error: ProviderError): Record<string, unknown> {
  return {
    code: error.code,
    ...(error.provider && { provider: PROVIDERS[error.provider] }),
    ...(error instanceof UnavailableError && { reason: error.reason }),
    ...(error instanceof RateLimitedError && { retryAfterSeconds: error.retryAfterSeconds }),
  }
}
