import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention'
import type { GraphQLSchema } from 'graphql'
import { createYoga } from 'graphql-yoga'
import type { Caller } from '../domain/caller.ts'
import type { DirectoryProvider } from '../domain/directory-provider.ts'
import { createRequestContext } from '../request/context.ts'
import type { Logger } from '../telemetry/logger.ts'
import { audit } from './audit.ts'
import { corsFor } from './cors.ts'
import { createDocumentCaches } from './document-caches.ts'
import { graphiqlTabs } from './graphiql-tabs.ts'
import { createMaskError, useValidationCode } from './mask-errors.ts'
import { createOperations, type Operation } from './operations.ts'
import { useAcceptableRequests } from './use-acceptable-requests.ts'
import { type Authenticate, type CallersByRequest, useCallers } from './use-callers.ts'
import { useCompressedPages } from './use-compressed-pages.ts'
import { type EstimateCalls, useCostLimit } from './use-cost-limit.ts'
import { useCostReport } from './use-cost-report.ts'
import { type DocumentLimits, useDocumentLimits } from './use-document-limits.ts'
import { useIntrospectionLimits } from './use-introspection-limits.ts'
import { useLoopbackHosts } from './use-loopback-hosts.ts'
import { type PersistedDocuments, usePersistedDocuments } from './use-persisted-documents.ts'
import { useReadiness } from './use-readiness.ts'
import { useRequestLog } from './use-request-log.ts'
import { useSecurityHeaders } from './use-security-headers.ts'

export interface ServerSettings {
  readonly schema: GraphQLSchema
  readonly provider: DirectoryProvider
  /** What of it there is for a caller. */
  readonly restrict: (provider: DirectoryProvider, caller: Caller) => DirectoryProvider
  readonly authenticate: Authenticate
  /** Answers to loopback names only. */
  readonly onlyLoopback: boolean
  /** Origins whose pages may call from a browser. */
  readonly allowedOrigins: readonly string[]
  /** Whether callers without the admin token may see the schema. */
  readonly introspection: boolean
  readonly persistedDocuments: PersistedDocuments | null
  readonly log: Logger
  readonly graphiql: boolean
  readonly limits: DocumentLimits & {
    readonly maxBodyBytes: number
    readonly timeoutMs: number
    readonly maxUpstreamCalls: number
    /** An operation that is reckoned to need more upstream calls is refused before any is made. */
    readonly maxEstimatedCalls: number
  }
  readonly estimateCalls: EstimateCalls
  /** Tells in every answer what it cost, asked or not. */
  readonly reportCost: boolean
}

/** By any of these a page can not send a request without the browser asking here first. */
const CSRF_HEADERS = ['x-graphql-yoga-csrf', 'apollo-require-preflight']

/** The HTTP face of the graph, as a function from Request to Response: `/graphql`, `/health` and `/ready`. */
export function createServer(settings: ServerSettings) {
  const { schema, provider, log, graphiql, limits } = settings
  const operations = createOperations(limits.timeoutMs)
  const callers: CallersByRequest = new WeakMap()
  let isStopping = false
  const yoga = createYoga<{ operation: Operation }>({
    schema,
    graphqlEndpoint: '/graphql',
    healthCheckEndpoint: '/health',
    landingPage: false,
    logging: false,
    cors: request => corsFor(request, settings.allowedOrigins),
    maxRequestBodySize: limits.maxBodyBytes,
    parserAndValidationCache: createDocumentCaches(),
    extraParamNames: ['documentId'],
    multipart: false,
    // What is mounted in another server has to answer with the platform's own Response: Next.js takes no stand-in.
    fetchAPI: { Response },
    graphiql: graphiql && { title: 'dirgraph', defaultTabs: graphiqlTabs },
    // Nine megabytes that are read only where somebody opens the page.
    renderGraphiQL: async options => (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(options),
    maskedErrors: { maskError: createMaskError(log), isDev: false },
    context: ({ operation, request }) => {
      const caller = callers.get(request)
      if (caller === undefined) throw new Error('An operation begins without anybody who sent it')
      const requestId = crypto.randomUUID()
      return createRequestContext({
        caller,
        provider: settings.restrict(provider, caller),
        operation: { ...operation, requestId },
        maxUpstreamCalls: limits.maxUpstreamCalls,
        audit: entry => audit(log, requestId, caller, entry),
      })
    },
    plugins: [
      useReadiness(provider, () => isStopping),
      settings.onlyLoopback && useLoopbackHosts(),
      useAcceptableRequests(),
      useCSRFPrevention({ requestHeaders: CSRF_HEADERS }),
      useCallers(settings.authenticate, callers),
      settings.persistedDocuments !== null && usePersistedDocuments(settings.persistedDocuments, callers),
      useDocumentLimits(limits),
      useIntrospectionLimits(settings.introspection, callers),
      useValidationCode(),
      useCostLimit(settings.estimateCalls, limits.maxEstimatedCalls),
      useCostReport({ always: settings.reportCost }),
      useRequestLog(log, callers),
      useSecurityHeaders(),
      useCompressedPages(),
    ],
  })
  return {
    async fetch(request: Request): Promise<Response> {
      const operation = operations.begin(request.signal)
      if (operation === null) return new Response('dirgraph has stopped.\n', { status: 503 })
      try {
        return await yoga.fetch(request, { operation })
      } finally {
        operation.end()
      }
    },
    beginStop(): void {
      isStopping = true
    },
    async stop(): Promise<void> {
      operations.stop()
      await yoga.dispose()
    },
  }
}
