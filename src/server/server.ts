import type { GraphQLSchema } from 'graphql'
import { createYoga } from 'graphql-yoga'
import type { DirectoryProvider } from '../domain/directory-provider.ts'
import { createRequestContext } from '../request/context.ts'
import type { Logger } from '../telemetry/logger.ts'
import { graphiqlTabs } from './graphiql-tabs.ts'
import { createMaskError, useValidationCode } from './mask-errors.ts'
import { createOperations, type Operation } from './operations.ts'
import { useCompressedPages } from './use-compressed-pages.ts'
import { type EstimateCalls, useCostLimit } from './use-cost-limit.ts'
import { useCostReport } from './use-cost-report.ts'
import { useJsonRequests } from './use-json-requests.ts'
import { useReadiness } from './use-readiness.ts'
import { useRequestLog } from './use-request-log.ts'

export interface ServerSettings {
  readonly schema: GraphQLSchema
  readonly provider: DirectoryProvider
  readonly log: Logger
  readonly graphiql: boolean
  readonly limits: {
    readonly timeoutMs: number
    readonly maxUpstreamCalls: number
    /** An operation that is reckoned to need more upstream calls is refused before any is made. */
    readonly maxEstimatedCalls: number
  }
  readonly estimateCalls: EstimateCalls
  /** Tells in every answer what it cost, asked or not. */
  readonly reportCost: boolean
}

/** The HTTP face of the graph, as a function from Request to Response: `/graphql`, `/health` and `/ready`. */
export function createServer(settings: ServerSettings) {
  const { schema, provider, log, graphiql, limits } = settings
  const operations = createOperations(limits.timeoutMs)
  let isStopping = false
  const yoga = createYoga<{ operation: Operation }>({
    schema,
    graphqlEndpoint: '/graphql',
    healthCheckEndpoint: '/health',
    landingPage: false,
    logging: false,
    cors: false,
    multipart: false,
    graphiql: graphiql && { title: 'dirgraph', defaultTabs: graphiqlTabs },
    // Nine megabytes that are read only where somebody opens the page.
    renderGraphiQL: async options => (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(options),
    maskedErrors: { maskError: createMaskError(log), isDev: false },
    context: ({ operation }) =>
      createRequestContext(
        provider,
        { ...operation, requestId: crypto.randomUUID() },
        limits.maxUpstreamCalls,
      ),
    plugins: [
      useReadiness(provider, () => isStopping),
      useJsonRequests(),
      useValidationCode(),
      useCostLimit(settings.estimateCalls, limits.maxEstimatedCalls),
      useCostReport({ always: settings.reportCost }),
      useRequestLog(log),
      useCompressedPages(),
    ],
  })
  return {
    async fetch(request: Request): Promise<Response> {
      const operation = operations.begin(request.signal)
      if (operation === null) return new Response('dirgraph has stopped.\n', { status: 503 })
      try {
        const response = await yoga.fetch(request, { operation })
        return request instanceof Request ? await toPlatformResponse(response) : response
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

/**
 * The platform's own Response for whoever sent its own Request: Next.js takes no stand-in. Yoga's stand-in goes to those
 * who sent one as well: @whatwg-node/server writes its text to a socket with no stream between.
 */
async function toPlatformResponse(standIn: Response): Promise<Response> {
  const { status, statusText, headers } = standIn
  const body = standIn.body === null ? null : await standIn.arrayBuffer()
  return new Response(body, { status, statusText, headers: [...headers] })
}
