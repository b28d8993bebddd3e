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
 * `/ready`: whether requests may be sent here, by one cheap call to each provider, made at most every ten seconds.
 * 503 `unavailable` while a provider refuses its credentials, which waiting does not mend, and until one has answered
 * for the first time. After that, whoever is down makes it 200 `degraded`, were it all of them: no other replica could
 * do better, and this one still answers from what is kept, or with errors that say why. So it is while Redis can't be
 * used. 503 `stopping` while the last operations finish.
 */
export function useReadiness(
  provider: DirectoryProvider,
  isStopping: () => boolean,
  redis: SharedEngineState | null,
): Plugin {
  let kept: { readonly untilMs: number; readonly report: Promise<Report> } | null = null
  let hasAnswered = false

  async function check(): Promise<Report> {
    const outcomes = await provider.check(createBackgroundCall('ready'))
    hasAnswered ||= [...outcomes.values()].some(error => error === null)
    return toReport(outcomes, hasAnswered)
  }

  function currentReport(): Promise<Report> {
    if (kept === null || performance.now() >= kept.untilMs) {
      kept = { untilMs: performance.now() + KEPT_MS, report: check() }
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

function toReport(outcomes: ReadonlyMap<string, ProviderError | null>, hasAnswered: boolean): Report {
  const failed = [...outcomes.values()].filter(error => error !== null)
  const isHopeless = !hasAnswered || failed.some(isRefused)
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
