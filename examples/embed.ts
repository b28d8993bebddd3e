import { createServer, type Server } from 'node:http'
import { createServerAdapter } from '@whatwg-node/server'
import { createDirgraph, type DirgraphSettings } from '../src/app.ts'

/** A Next.js route, Hono, Bun, Deno or a worker: whatever hands over a `Request` and takes a `Response`. */
export function createRoute(settings: DirgraphSettings) {
  const dirgraph = createDirgraph(settings)
  return { POST: (request: Request): Promise<Response> => dirgraph.fetch(request) }
}

/** A server of Node's own, beside its other paths. */
export function createHttpServer(settings: DirgraphSettings): Server {
  const handle = createServerAdapter(createDirgraph(settings).fetch)
  return createServer((request, response) => {
    if (request.url?.startsWith('/graphql')) handle(request, response)
    else response.writeHead(404).end()
  })
}
