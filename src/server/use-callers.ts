import { createGraphQLError, type Plugin } from 'graphql-yoga'
import type { Authenticate, Caller } from '../domain/caller.ts'
import { KeysUnavailableError, UnauthenticatedError } from '../domain/caller-error.ts'

/** Who sent which of the requests under way. */
export type CallersByRequest = WeakMap<Request, Caller>

/**
 * Asks every operation for who sends it, before anything of it is read: 401 and how to come back, or 503 while tokens
 * can't be checked. Preflights, health and readiness carry no token, and GraphiQL's page shows nobody's data.
 */
export function useCallers(authenticate: Authenticate, callers: CallersByRequest): Plugin {
  return {
    async onRequestParse({ request }) {
      try {
        callers.set(request, await authenticate(request.headers.get('authorization')))
      } catch (error) {
        throw toHttpError(error)
      }
    },
  }
}

function toHttpError(error: unknown): unknown {
  if (error instanceof KeysUnavailableError) {
    const http = { status: 503, headers: { 'retry-after': '5' } }
    return createGraphQLError(error.message, { extensions: { code: 'UPSTREAM_UNAVAILABLE', http } })
  }
  if (!(error instanceof UnauthenticatedError)) return error
  const http = { status: 401, headers: { 'www-authenticate': 'Bearer realm="dirgraph"' } }
  return createGraphQLError(error.message, { extensions: { code: 'UNAUTHENTICATED', http } })
}
