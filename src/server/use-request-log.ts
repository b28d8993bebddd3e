import { type ExecutionArgs, getOperationAST, OperationTypeNode } from 'graphql'
import { mapAsyncIterator, type Plugin } from 'graphql-yoga'
import type { RequestContext } from '../request/context.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics, OperationOutcome } from '../telemetry/metrics.ts'
import { operationNameOf } from './operation-name.ts'
import type { Identified } from './request-id.ts'
import { hashOfText } from './text-hash.ts'
import type { CallersByRequest } from './use-callers.ts'

const GRAPHQL_PATH = '/graphql'
const HASH_LENGTH = 16

/**
 * One line for each operation: which, whose, how long, how many upstream calls, how it ended; and one for each that was
 * refused before it began. Of a subscription that is its beginning; `use-subscriptions.ts` has a line for its end. Never
 * variables or the document, which hold people's data: equal documents have one hash. What has a line is counted too.
 */
export function useRequestLog(
  log: Logger,
  metrics: Pick<Metrics, 'operation' | 'refused' | 'error'>,
  callers: CallersByRequest,
): Plugin<RequestContext & { request: Request; params: { query?: string } }, Identified> {
  const begun = new WeakMap<Request, Begun>()
  const logged = new WeakSet<Request>()

  function begin({ args }: { readonly args: Pick<ExecutionArgs, 'document' | 'operationName'> & Context }) {
    const { call, caller, meter, params, refusals, request } = args.contextValue
    const kind = getOperationAST(args.document, args.operationName)?.operation ?? OperationTypeNode.QUERY
    begun.set(request, {
      startedAt: performance.now(),
      kind,
      meter,
      refusals,
      line: {
        requestId: call.requestId,
        operation: operationNameOf(args.document, args.operationName),
        hash: hashOfText(params.query ?? '').slice(0, HASH_LENGTH),
        caller: caller.kind,
        organization: caller.organization,
      },
    })
  }

  function noteRefused(request: Request, requestId: string, outcome: Outcome & { status?: number }): void {
    const { kind = null, organization = null } = callers.get(request) ?? {}
    log.info({ requestId, caller: kind, organization, ...outcome }, 'operation refused')
    metrics.refused()
  }

  /** Of what a stream brings after it has begun. */
  function countErrors<Part extends Result>(part: Part): Part {
    for (const code of codesIn(part)) metrics.error(code)
    return part
  }

  return {
    onExecute: begin,
    onSubscribe: begin,
    // Here errors are what the client sees of them.
    onResultProcess({ request, result, setResult, serverContext: { requestId } }) {
      logged.add(request)
      if (Symbol.asyncIterator in result) setResult(mapAsyncIterator(result, countErrors))
      const operation = begun.get(request)
      const codes = [...codesIn(result), ...(operation?.refusals ?? [])]
      for (const code of codes) metrics.error(code)
      const outcome = outcomeOf(result, codes)
      if (operation === undefined) {
        noteRefused(request, requestId, outcome)
        return
      }
      const { line, kind, startedAt, meter } = operation
      const durationMs = performance.now() - startedAt
      const numbers = { durationMs: Math.round(durationMs), upstreamCalls: meter.upstreamCalls }
      log.info({ ...line, ...numbers, ...outcome }, 'operation')
      metrics.operation({ name: line.operation, kind, outcome: outcome.outcome, seconds: durationMs / 1_000 })
    },
    // Some are refused without a result: whoever can't be answered in JSON, or must not ask at all.
    onResponse({ request, response: { status }, serverContext: { requestId } }) {
      if (status < 400 || logged.has(request) || new URL(request.url).pathname !== GRAPHQL_PATH) return
      const code = status < 500 ? 'BAD_USER_INPUT' : 'INTERNAL_SERVER_ERROR'
      metrics.error(code)
      noteRefused(request, requestId, { outcome: 'failed', errors: 1, codes: [code], status })
    },
  }
}

type Context = {
  readonly contextValue: RequestContext & { request: Request; params: { query?: string } }
}

/** What is known of an operation when it begins. */
interface Begun extends Pick<RequestContext, 'meter' | 'refusals'> {
  readonly startedAt: number
  readonly kind: `${OperationTypeNode}`
  readonly line: Readonly<Record<string, string | null>> & { readonly operation: string | null }
}

interface Outcome {
  readonly outcome: OperationOutcome
  readonly errors: number
  /** The code of each kind of error once, those that mutations answer as data included. */
  readonly codes: readonly string[]
}

type Result = Parameters<NonNullable<Plugin['onResultProcess']>>[0]['result']

function errorsIn(result: Result) {
  return Array.isArray(result) || Symbol.asyncIterator in result ? [] : (result.errors ?? [])
}

/** The code of each error. */
function codesIn(result: Result): string[] {
  return errorsIn(result).map(({ extensions }) => String(extensions?.code ?? 'INTERNAL_SERVER_ERROR'))
}

function outcomeOf(result: Result, codes: readonly string[]): Outcome {
  const errors = errorsIn(result).length
  if (Array.isArray(result) || Symbol.asyncIterator in result) return { outcome: 'stream', errors, codes }
  const outcome = codes.length === 0 ? 'ok' : result.data ? 'partial' : 'failed'
  return { outcome, errors, codes: [...new Set(codes)] }
}
