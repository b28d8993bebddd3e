import type { FetchAPI, Plugin } from 'graphql-yoga'
import { createBackgroundCall } from '../domain/background-call.ts'
import type { DirectoryProvider } from '../domain/directory-provider.ts'
import { type ProviderError, UnavailableError } from '../domain/provider-error.ts'

const KEPT_MS = 10_000

/** What replicas share; this one serves without it as well. */
export interface SharedEngineState {
  isUp(): boolean
  /** A word; null while it is up or nothing is known yet. */
  reason(): string | null
}

/**
 * `/ready`: whether the providers can be used, by one cheap call to each, asked at most every ten seconds. 503 while a
 * provider refuses its credentials, which waiting does not mend, or while none answers at all; with one of two down
 * the other still serves, which is 200 and `degraded`, and so is all that works while Redis can't be used. 503 and
 * `stopping` while the last operations finish.
 */
export function useReadiness(
  provider: DirectoryProvider,
  isStopping: () => boolean,
  redis: SharedEngineState | null,
): Plugin {
  let kept: { readonly untilMs: number; readonly report: Promise<Report> } | null = null

  function currentReport(): Promise<Report> {
    if (kept === null || performance.now() >= kept.untilMs) {
      const report = provider.check(createBackgroundCall('ready')).then(toReport)
      kept = { untilMs: performance.now() + KEPT_MS, report }
    }
    return kept.report
  }

  async function answer({ Response }: FetchAPI): Promise<Response> {
    const report = isStopping() ? STOPPING : withRedis(await currentReport(), redis)
    const status = report.status === 'ready' || report.status === 'degraded' ? 200 : 503
    return Response.json(report, { status, headers: { 'cache-control': 'no-store' } })
  }

  return {
    onRequest({ url, fetchAPI, endResponse }) {
      if (url.pathname !== '/ready') return
      return answer(fetchAPI).then(endResponse)
    },
  }
}

interface Report {
  readonly status: 'ready' | 'degraded' | 'unavailable' | 'stopping'
  readonly providers: readonly { provider: string; ready: boolean; reason?: string; message?: string }[]
  /** Only where one is set up. */
  readonly redis?: { ready: boolean; reason?: string; message?: string }
}

const STOPPING: Report = { status: 'stopping', providers: [] }

function toReport(outcomes: ReadonlyMap<string, ProviderError | null>): Report {
  const failed = [...outcomes.values()].filter(error => error !== null)
  const isHopeless = failed.length === outcomes.size || failed.some(isRefused)
  return {
    status: failed.length === 0 ? 'ready' : isHopeless ? 'unavailable' : 'degraded',
    providers: [...outcomes].map(([provider, error]) => ({
      provider: provider.toUpperCase(),
      ready: error === null,
      ...(error && {
        reason: error instanceof UnavailableError ? error.reason : error.code,
        message: error.message,
      }),
    })),
  }
}

/** As it is now, since that costs nothing to know. */
function withRedis(report: Report, redis: SharedEngineState | null): Report {
  if (redis === null) return report
  if (redis.isUp()) return { ...report, redis: { ready: true } }
  const status = report.status === 'ready' ? 'degraded' : report.status
  const message = 'Redis can not be used: this process keeps its own cache and its share of the limits.'
  return { ...report, status, redis: { ready: false, reason: redis.reason() ?? 'starting', message } }
}

function isRefused(error: ProviderError): boolean {
  return error instanceof UnavailableError && error.reason === 'credentials-refused'
}
