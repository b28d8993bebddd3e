import type { FetchAPI, Plugin } from 'graphql-yoga'
import type { Authenticate, Caller } from '../domain/caller.ts'
import { KeysUnavailableError, UnauthenticatedError } from '../domain/caller-error.ts'
import type { Metrics } from '../telemetry/metrics.ts'

const PATH = '/metrics'

/**
 * `/metrics` in the text format of Prometheus. Where tokens are set up it is for the admin: how much is asked and of
 * whom is nobody else's business.
 */
export function useMetrics(metrics: Metrics, authenticate: Authenticate): Plugin {
  async function answer(request: Request, { Response }: FetchAPI): Promise<Response> {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return new Response('Metrics are read by GET.\n', { status: 405, headers: { allow: 'GET, HEAD' } })
    const caller = await authenticate(request.headers.get('authorization')).catch(toRefusal)
    if (typeof caller === 'number' || caller.kind === 'user') {
      const status = typeof caller === 'number' ? caller : 403
      const headers = status === 401 ? { 'www-authenticate': 'Bearer realm="dirgraph"' } : {}
      return new Response('Metrics need the admin token.\n', { status, headers })
    }
    const { contentType, text } = await metrics.page()
    return new Response(text, { headers: { 'content-type': contentType } })
  }

  return {
    onRequest({ request, url, fetchAPI, endResponse }) {
      if (url.pathname !== PATH) return
      return answer(request, fetchAPI).then(endResponse)
    },
  }
}

/** The status for somebody whose token is no good, or can not be checked just now. */
function toRefusal(error: unknown): number | Caller {
  if (error instanceof UnauthenticatedError) return 401
  if (error instanceof KeysUnavailableError) return 503
  throw error
}
