import { createGraphQLError, mapAsyncIterator, type Plugin } from 'graphql-yoga'
import { type Logger, toLoggable } from '../telemetry/logger.ts'
import type { MaskedErrors } from './mask-errors.ts'

/** The header in which a request's id comes, if its sender has one for it, and goes with the answer. */
export const REQUEST_ID = 'x-request-id'

/** What a log or a header can hold as it stands. */
const WELL_FORMED = /^[\w.-]{1,64}$/

/** What is known of a request before anything of it is read. */
export interface Identified {
  readonly requestId: string
}

/** The id that joins the log, the trace and the errors of a request: its sender's if it is well-formed, or else a new one. */
export function requestIdOf({ headers }: Request): string {
  const given = headers.get(REQUEST_ID)
  return given !== null && WELL_FORMED.test(given) ? given : crypto.randomUUID()
}

/**
 * Puts the id of the request into each error that its sender sees, in `extensions.requestId`, and with it into the log
 * what nobody expected, by kind and place.
 */
export function useRequestIds(log: Logger, masked: MaskedErrors): Plugin<object, Identified> {
  return {
    onResultProcess({ result, setResult, serverContext: { requestId } }) {
      const identify = (one: Result) => {
        for (const error of one.errors ?? []) {
          if (!masked.has(error)) continue
          log.error({ requestId, error: toLoggable(masked.get(error)), path: error.path }, 'unexpected error')
        }
        return withRequestId(one, requestId)
      }
      if (Array.isArray(result)) setResult(result.map(identify))
      else if (Symbol.asyncIterator in result) setResult(mapAsyncIterator(result, identify))
      else setResult(identify(result))
    },
  }
}

type Processed = Parameters<NonNullable<Plugin['onResultProcess']>>[0]['result']
type Result = Exclude<Processed, AsyncIterable<unknown> | readonly unknown[]>

/** A copy, since errors of documents that are kept are shared by all who send those. */
function withRequestId(result: Result, requestId: string): Result {
  if (result.errors === undefined) return result
  const errors = result.errors.map(error =>
    createGraphQLError(error.message, {
      nodes: error.nodes ?? null,
      source: error.source ?? null,
      positions: error.positions ?? null,
      path: error.path ?? null,
      originalError: error.originalError ?? null,
      extensions: { ...error.extensions, requestId },
    }),
  )
  return { ...result, errors }
}
