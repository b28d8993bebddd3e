import { renderGraphiQL } from '@graphql-yoga/render-graphiql'
import type { GraphQLSchema } from 'graphql'
import { createYoga } from 'graphql-yoga'
import type { DirectoryProvider } from '../domain/directory-provider.ts'
import { createRequestContext } from '../request/context.ts'
import type { Logger } from '../telemetry/logger.ts'
import { graphiqlTabs } from './graphiql-tabs.ts'
import { createMaskError } from './mask-errors.ts'
import { useCompressedPages } from './use-compressed-pages.ts'
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
    graphiql: graphiql && { title: 'dirgraph', defaultTabs: graphiqlTabs },
    renderGraphiQL,
    maskedErrors: { maskError: createMaskError(log), isDev: false },
    context: ({ request }) =>
      createRequestContext(provider, {
        signal: AbortSignal.any([request.signal, stopping.signal]),
        requestId: crypto.randomUUID(),
      }),
    plugins: [useReadiness(provider), useRequestLog(log), useCompressedPages()],
  })
  return {
    fetch: async (request: Request): Promise<Response> => yoga.fetch(request),
    async stop(): Promise<void> {
      stopping.abort()
      await yoga.dispose()
    },
  }
}
