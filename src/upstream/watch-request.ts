import type { ProviderName } from '../domain/entity-key.ts'
import type { NoAnswer, UpstreamMetrics } from '../telemetry/metrics.ts'
import { traceCall } from '../telemetry/traces.ts'
import { isAbort, OversizedBodyError, type WholeAnswer } from './fetch-whole.ts'
import type { UpstreamRequest } from './upstream-client.ts'

export interface WatchSettings {
  readonly provider: ProviderName
  readonly baseUrl: string
  readonly metrics?: UpstreamMetrics
  /** Whether the provider is told of the trace that a request belongs to. */
  readonly propagateTraces?: boolean
}

/** One request on its way. */
export interface Sending {
  readonly request: UpstreamRequest
  /** What goes out with it: whatever is added goes along. */
  readonly headers: Record<string, string>
  /** How many times it was sent before. */
  readonly resends: number
  /** Of whoever waits for the answer; an attempt's own time is not in it. */
  readonly signal: AbortSignal
}

/** Tells metrics and traces of every request that goes out to a provider, by its route and never by its ids. */
export function createRequestWatch({ provider, baseUrl, metrics, propagateTraces }: WatchSettings) {
  const { hostname: host, port: givenPort, protocol } = new URL(baseUrl)
  const port = Number(givenPort) || (protocol === 'https:' ? 443 : 80)

  return async (sending: Sending, send: () => Promise<WholeAnswer>): Promise<WholeAnswer> => {
    const { request, headers, resends, signal } = sending
    const method = request.method.toUpperCase()
    const route = `/${request.route ?? request.path}`
    const span = traceCall({ provider, method, route, host, port, resends })
    if (propagateTraces) span.inject(headers)
    const startedAt = performance.now()
    const end = (status: number | NoAnswer) => {
      span.end(status)
      metrics?.upstreamCall({ provider, method, route, status, seconds: secondsSince(startedAt) })
    }
    try {
      const answer = await send()
      end(answer.status)
      return answer
    } catch (error) {
      end(whyNot(error, signal))
      throw error
    }
  }
}

function secondsSince(startedAtMs: number): number {
  return (performance.now() - startedAtMs) / 1_000
}

function whyNot(error: unknown, signal: AbortSignal): NoAnswer {
  if (signal.aborted) return signal.reason?.name === 'TimeoutError' ? 'timeout' : 'aborted'
  if (error instanceof OversizedBodyError) return 'bad-response'
  return isAbort(error) ? 'timeout' : 'unreachable'
}
