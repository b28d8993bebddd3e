import { createHash } from 'node:crypto'
import type { ExecutionArgs } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { RequestContext } from '../request/context.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { CallersByRequest } from './use-callers.ts'

const GRAPHQL_PATH = '/graphql'
const MAX_NAME_LENGTH = 100

/**
 * One line for each operation: which, whose, how long, how many upstream calls, how it ended; and one for each that was
 * refused before it began. Of a subscription that is its beginning; `use-subscriptions.ts` has a line for its end. Never variables or the document, which hold people's data: equal documents have one hash.
 */
export function useRequestLog(log: Logger, callers: CallersByRequest): Plugin<Context> {
  const begun = new WeakMap<Request, Begun>()
  const logged = new WeakSet<Request>()

  function logRefused(request: Request, outcome: object): void {
    const { kind = null, organization = null } = callers.get(request) ?? {}
    log.info({ caller: kind, organization, ...outcome }, 'operation refused')
  }

  const begin = ({ args }: { readonly args: ExecutionArgs & { readonly contextValue: Context } }) => {
    const { call, caller, meter, params, refusals, request } = args.contextValue
    begun.set(request, {
      startedAt: performance.now(),
      meter,
      refusals,
      line: {
        requestId: call.requestId,
        operation: nameOf(args),
        hash: hashOf(params.query ?? ''),
        caller: caller.kind,
        organization: caller.organization,
      },
    })
  }

  return {
    onExecute: begin,
    onSubscribe: begin,
    // Here errors are what the client sees of them.
    onResultProcess({ request, result }) {
      logged.add(request)
      const operation = begun.get(request)
      const outcome = outcomeOf(result, operation?.refusals)
      if (operation === undefined) {
        logRefused(request, outcome)
        return
      }
      const { line, startedAt, meter } = operation
      const durationMs = Math.round(performance.now() - startedAt)
      log.info({ ...line, durationMs, upstreamCalls: meter.upstreamCalls, ...outcome }, 'operation')
    },
    // Some are refused without a result: whoever can't be answered in JSON, or must not ask at all.
    onResponse({ request, response: { status } }) {
      if (status < 400 || logged.has(request) || new URL(request.url).pathname !== GRAPHQL_PATH) return
      logRefused(request, { outcome: 'failed', errors: 1, codes: [], status })
    },
  }
}

type Context = RequestContext & { request: Request; params: { query?: string } }

/** What is known of an operation when it begins. */
interface Begun extends Pick<RequestContext, 'meter' | 'refusals'> {
  readonly startedAt: number
  readonly line: Readonly<Record<string, unknown>>
}

/** The name in the document, which is one by GraphQL's rules; the one beside it can be anything. */
function nameOf({ document, operationName }: ExecutionArgs): string | null {
  const names = document.definitions.flatMap(definition =>
    definition.kind === 'OperationDefinition' && definition.name ? [definition.name.value] : [],
  )
  const name = operationName ? names.find(candidate => candidate === operationName) : names[0]
  return name?.slice(0, MAX_NAME_LENGTH) ?? null
}

function hashOf(document: string): string {
  return createHash('sha256').update(document).digest('hex').slice(0, 16)
}

type Result = Parameters<NonNullable<Plugin['onResultProcess']>>[0]['result']

/** How it ended, and the code of each kind of error once, those that mutations answer as data included. */
function outcomeOf(result: Result, refusals: Iterable<string> = []) {
  if (Array.isArray(result) || Symbol.asyncIterator in result) return { outcome: 'stream' }
  const { data, errors = [] } = result
  const codes = new Set([
    ...errors.map(({ extensions }) => extensions?.code ?? 'INTERNAL_SERVER_ERROR'),
    ...refusals,
  ])
  const outcome = codes.size === 0 ? 'ok' : data ? 'partial' : 'failed'
  return { outcome, errors: errors.length, codes: [...codes] }
}
