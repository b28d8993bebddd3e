import type { CORSOptions } from 'graphql-yoga'
import { REQUEST_ID } from './request-id.ts'

const MAX_AGE_SECONDS = 600
/** By these a page learns when to come back, and with what, and which request it was. */
const EXPOSED = ['retry-after', 'www-authenticate', REQUEST_ID]

/**
 * What a page of the request's origin may do: nothing, unless the origin is named. Decided for each request, since a
 * list handed to Yoga is answered with `null` for all others, and `null` is the origin of every sandboxed frame.
 */
export function corsFor({ headers }: Request, allowedOrigins: readonly string[]): CORSOptions {
  const origin = headers.get('origin')
  if (origin === null || !allowedOrigins.includes(origin)) return false
  // Tokens come in a header, so no cookie has to.
  const methods = ['GET', 'POST']
  return { origin, credentials: false, methods, exposedHeaders: EXPOSED, maxAge: MAX_AGE_SECONDS }
}
