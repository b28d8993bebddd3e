import type { GraphQLSchema } from 'graphql'
import { createYoga } from 'graphql-yoga'
import type { Authenticate, Caller } from '../domain/caller.ts'
import type { DirectoryProvider } from '../domain/directory-provider.ts'
import { forOneRequest } from '../domain/request-scope.ts'
import type { EventFeed } from '../events/event-feed.ts'
import { createRequestContext, type RequestContext } from '../request/context.ts'
import { type Logger, toLoggable } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { isTraced, traceField, traceRequest } from '../telemetry/traces.ts'
import { audit } from './audit.ts'
import type { ConsoleFiles } from './console-files.ts'
import { corsFor } from './cors.ts'
import { createDocumentCaches } from './document-caches.ts'
import { graphiqlOptions } from './graphiql-options.ts'
import { createMaskError, type MaskedErrors, useValidationCode } from './mask-errors.ts'
import { createOperations, type Operation } from './operations.ts'
import { type Identified, REQUEST_ID, requestIdOf, useRequestIds } from './request-id.ts'
import { createSubscriptions } from './subscriptions.ts'
import { useAcceptableRequests } from './use-acceptable-requests.ts'
import { useBodyLimit } from './use-body-limit.ts'
import { type CallersByRequest, useCallers } from './use-callers.ts'
import { useConsole } from './use-console.ts'
import { type EstimateCalls, useCostLimit } from './use-cost-limit.ts'
import { useCostReport } from './use-cost-report.ts'
import { type DocumentLimits, useDocumentLimits } from './use-document-limits.ts'
import { useExecutor } from './use-executor.ts'
import { useGraphiqlPage } from './use-graphiql-page.ts'
import { useIntrospectionLimits } from './use-introspection-limits.ts'
import { useLoopbackHosts } from './use-loopback-hosts.ts'
import { useMetrics } from './use-metrics.ts'
import { type PersistedDocuments, usePersistedDocuments } from './use-persisted-documents.ts'
import { type SharedEngineState, useReadiness } from './use-readiness.ts'
import { useRequestLog } from './use-request-log.ts'
import { useResponseNames } from './use-response-names.ts'
import { SECURITY_HEADERS, useSecurityHeaders } from './use-security-headers.ts'
import { useSubscriptions } from './use-subscriptions.ts'
import { useTraces } from './use-traces.ts'
import { useVariableChecks } from './use-variable-checks.ts'
import { useWebhooks, type WebhookSettings } from './use-webhooks.ts'

export interface ServerSettings {
  readonly schema: GraphQLSchema
  readonly provider: DirectoryProvider
  /** What of it there is for a caller. */
  readonly restrict: (provider: DirectoryProvider, caller: Caller) => DirectoryProvider
  readonly authenticate: Authenticate
  /** Whether operations need a token, so that GraphiQL offers a place for it. */
  readonly asksForToken: boolean
  /** Answers to loopback names only. */
  readonly onlyLoopback: boolean
  /** Origins whose pages may call from a browser. */
  readonly allowedOrigins: readonly string[]
  /** Whether callers without the admin token may see the schema. */
  readonly introspection: boolean
  readonly persistedDocuments: PersistedDocuments | null
  /** Where providers deliver their events. */
  readonly webhooks: Omit<WebhookSettings, 'log' | 'metrics'>
  /** What replicas share, for `/ready`; null where this process works alone by its settings. */
  readonly redis?: SharedEngineState | null
  readonly log: Logger
  readonly metrics: Metrics
  readonly graphiql: boolean
  /** Null where no console is served; `files` is null where nobody has built it. */
  readonly console: { readonly files: ConsoleFiles | null } | null
  readonly limits: DocumentLimits & {
    readonly maxBodyBytes: number
    readonly timeoutMs: number
    readonly maxUpstreamCalls: number
    /** An operation that is reckoned to need more upstream calls is refused before any is made. */
    readonly maxEstimatedCalls: number
    /** How many ids one field takes. */
    readonly maxIds: number
  }
  readonly estimateCalls: EstimateCalls
  /** Tells in every answer what it cost, asked or not. */
  readonly reportCost: boolean
  /** What subscriptions are told. */
  readonly feed: EventFeed
  /** How often a subscription in which nothing happens shows that it is there. */
  readonly heartbeatMs: number
}

/** What stands beside a request on its way. */
interface ServerContext extends Identified {
  readonly operation: Operation
}

/** The HTTP face of the graph: `/graphql`, `/health`, `/ready`, `/metrics` and webhooks, from Request to Response. */
export function createServer(settings: ServerSettings) {
  const { schema, provider, log, metrics, graphiql, limits } = settings
  const operations = createOperations(limits.timeoutMs)
  const subscriptions = createSubscriptions()
  const callers: CallersByRequest = new WeakMap()
  const masked: MaskedErrors = new WeakMap()
  const documentCaches = createDocumentCaches()
  let isStopping = false

  function createContext(
    caller: Caller,
    operation: Pick<Operation, 'signal' | 'deadlineMs'>,
    requestId: string,
  ): RequestContext {
    const { signal, deadlineMs } = operation
    return createRequestContext({
      caller,
      provider: settings.restrict(provider, caller),
      operation: { signal, deadlineMs, requestId },
      maxUpstreamCalls: limits.maxUpstreamCalls,
      audit: entry => audit(log, requestId, caller, entry),
      traceField: isTraced() ? traceField : null,
    })
  }

  const yoga = createYoga<ServerContext>({
    schema,
    graphqlEndpoint: '/graphql',
    healthCheckEndpoint: '/health',
    landingPage: false,
    logging: false,
    cors: request => corsFor(request, settings.allowedOrigins),
    // By a plugin of our own.
    maxRequestBodySize: false,
    parserAndValidationCache: documentCaches,
    extraParamNames: ['documentId'],
    multipart: false,
    graphiql: false,
    maskedErrors: { maskError: createMaskError(masked), isDev: false },
    context: ({ operation, request, requestId }) => {
      const caller = callers.get(request)
      if (caller === undefined) throw new Error('An operation begins without anybody who sent it')
      return createContext(caller, operation, requestId)
    },
    plugins: [
      // First, so that what others make of the execution is around it.
      useExecutor(),
      useWebhooks({ ...settings.webhooks, log, metrics }),
      settings.onlyLoopback && useLoopbackHosts(),
      useReadiness(provider, () => isStopping, settings.redis ?? null),
      useMetrics(metrics, settings.authenticate),
      settings.console !== null &&
        useConsole({
          files: settings.console.files,
          asksForToken: settings.asksForToken,
          allowedOrigins: settings.allowedOrigins,
        }),
      graphiql && useGraphiqlPage(graphiqlOptions({ asksForToken: settings.asksForToken })),
      useAcceptableRequests(),
      useBodyLimit(limits.maxBodyBytes),
      useCallers(settings.authenticate, callers),
      usePersistedDocuments(settings.persistedDocuments, callers),
      useDocumentLimits(limits, text => documentCaches.documentCache.get(text) !== undefined),
      useIntrospectionLimits(settings.introspection, callers),
      useResponseNames(),
      useValidationCode(),
      useVariableChecks(),
      useCostLimit(settings.estimateCalls, limits),
      useCostReport({ always: settings.reportCost }),
      useRequestLog(log, metrics, callers),
      useSubscriptions({
        feed: settings.feed,
        heartbeatMs: settings.heartbeatMs,
        reportCost: settings.reportCost,
        subscriptions,
        operations,
        createContext,
        log,
      }),
      useTraces(),
      useRequestIds(log, masked),
      useSecurityHeaders(),
    ],
  })

  async function answer(request: Request, requestId: string): Promise<Response> {
    const operation = operations.begin(request.signal)
    if (operation === null) {
      const outcome = { outcome: 'failed', errors: 1, codes: [STOPPED_CODE], status: 503 }
      log.info({ requestId, caller: null, organization: null, ...outcome }, 'operation refused')
      return hasStopped(requestId)
    }
    try {
      const response = await yoga.fetch(request, { operation, requestId })
      // A stream is the platform's own already.
      const isReady = response instanceof Response || !(request instanceof Request)
      return isReady ? response : await toPlatformResponse(response)
    } catch (error) {
      if (request.signal.aborted) throw error
      // Whoever mounts this may show the stack of what it throws.
      log.error({ requestId, error: toLoggable(error) }, 'unexpected error')
      return new Response('Unexpected error.\n', { status: 500, headers: SECURITY_HEADERS })
    } finally {
      operation.end()
    }
  }

  return {
    async fetch(request: Request): Promise<Response> {
      const requestId = requestIdOf(request)
      const run = () => forOneRequest(() => answer(request, requestId))
      const response = await traceRequest(request, requestId, run)
      response.headers.set(REQUEST_ID, requestId)
      return response
    },
    oldestOperationMs: operations.oldestMs,
    beginStop(): void {
      isStopping = true
    },
    endSubscriptions(): void {
      subscriptions.stop()
    },
    async stop(): Promise<void> {
      subscriptions.stop()
      operations.stop()
      await yoga.dispose()
    },
  }
}

const STOPPED_CODE = 'UPSTREAM_UNAVAILABLE'

/** For whoever mounts this and goes on asking: the command has closed its door by then. */
function hasStopped(requestId: string): Response {
  const extensions = { code: STOPPED_CODE, requestId }
  const errors = [{ message: 'This server has stopped; send it again.', extensions }]
  const headers = { ...SECURITY_HEADERS, vary: 'origin', 'retry-after': '1' }
  return Response.json({ errors }, { status: 503, headers })
}

/**
 * The platform's own Response for whoever sent its own Request: Next.js takes no stand-in. Yoga's stand-in goes to those
 * who sent one as well: @whatwg-node/server writes its text to a socket with no stream between.
 */
async function toPlatformResponse(standIn: Response): Promise<Response> {
  const { status, statusText, headers } = standIn
  const body = standIn.body === null ? null : await standIn.arrayBuffer()
  return new Response(body, { status, statusText, headers: [...headers] })
}
