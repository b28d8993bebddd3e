import { createGraphQLError, type Plugin } from 'graphql-yoga'
import type { Caller } from '../domain/caller.ts'

/** Who sends a request with that Authorization header. Rejects, with a message for the caller, where that is nobody. */
export type Authenticate = (authorization: string | null) => Promise<Caller>

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
  const { name, message } = error as Error
  if (name === 'KeysUnavailableError') {
    const http = { status: 503, headers: { 'retry-after': '5' } }
    return createGraphQLError(message, { extensions: { code: 'UPSTREAM_UNAVAILABLE', http } })
  }
  if (name !== 'UnauthenticatedError') return error
  const http = { status: 401, headers: { 'www-authenticate': 'Bearer realm="dirgraph"' } }
  return createGraphQLError(message, { extensions: { code: 'UNAUTHENTICATED', http } })
}
