import { renderGraphiQL } from '@graphql-yoga/render-graphiql'
import type { GraphQLSchema } from 'graphql'
import { createYoga } from 'graphql-yoga'
import type { DirectoryProvider } from '../domain/directory-provider.ts'
import { createRequestContext } from '../request/context.ts'
import type { Logger } from '../telemetry/logger.ts'
import { graphiqlTabs } from './graphiql-tabs.ts'
import { createMaskError, useValidationCode } from './mask-errors.ts'
import { useCompressedPages } from './use-compressed-pages.ts'
import { useJsonRequests } from './use-json-requests.ts'
import { useReadiness } from './use-readiness.ts'
import { useRequestLog } from './use-request-log.ts'

export interface ServerSettings {
  readonly schema: GraphQLSchema
  readonly provider: DirectoryProvider
  readonly log: Logger
  readonly graphiql: boolean
}

/** The HTTP face of the graph, as a function from Request to Response: `/graphql`, `/health` and `/ready`. */
export function createServer({ schema, provider, log, graphiql }: ServerSettings) {
  const stopping = new AbortController()
  const yoga = createYoga({
    schema,
    graphqlEndpoint: '/graphql',
    healthCheckEndpoint: '/health',
    landingPage: false,
    logging: false,
    cors: false,
    multipart: false,
    // What is mounted in another server has to answer with the platform's own Response: Next.js takes no stand-in.
    fetchAPI: { Response },
    graphiql: graphiql && { title: 'dirgraph', defaultTabs: graphiqlTabs },
    renderGraphiQL,
    maskedErrors: { maskError: createMaskError(log), isDev: false },
    context: ({ request }) =>
      createRequestContext(provider, {
        signal: AbortSignal.any([nativeSignalOf(request), stopping.signal]),
        requestId: crypto.randomUUID(),
      }),
    plugins: [
      useReadiness(provider),
      useJsonRequests(),
      useValidationCode(),
      useRequestLog(log),
      useCompressedPages(),
    ],
  })
  return {
    async fetch(request: Request): Promise<Response> {
      if (stopping.signal.aborted) return new Response('dirgraph has stopped.\n', { status: 503 })
      return yoga.fetch(request)
    },
    async stop(): Promise<void> {
      stopping.abort()
      await yoga.dispose()
    },
  }
}

/**
 * The request's signal as one of the runtime's own. That of @whatwg-node/server is a stand-in, through which
 * `AbortSignal.any` aborts the last of the signals derived from one another, and not those in between.
 */
function nativeSignalOf({ signal }: Request): AbortSignal {
  const controller = new AbortController()
  const abort = () => controller.abort(signal.reason)
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  return controller.signal
}
