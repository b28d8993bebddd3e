import type { FetchAPI, Plugin } from 'graphql-yoga'
import { createBackgroundCall } from '../domain/background-call.ts'
import type { DirectoryProvider } from '../domain/directory-provider.ts'
import { type ProviderError, UnavailableError } from '../domain/provider-error.ts'

const KEPT_MS = 10_000

/**
 * `/ready`: whether the providers can be used, by one cheap call to each, asked at most every ten seconds. 503 while a
 * provider refuses its credentials, which waiting does not mend, or while none answers at all; with one of two down
 * the other still serves, which is 200 and `degraded`. 503 and `stopping` while the last operations finish.
 */
export function useReadiness(provider: DirectoryProvider, isStopping: () => boolean): Plugin {
  let kept: { readonly untilMs: number; readonly report: Promise<Report> } | null = null

  function currentReport(): Promise<Report> {
    if (kept === null || performance.now() >= kept.untilMs) {
      const report = provider.check(createBackgroundCall('ready')).then(toReport)
      kept = { untilMs: performance.now() + KEPT_MS, report }
    }
    return kept.report
  }

  async function answer({ Response }: FetchAPI): Promise<Response> {
    const report = isStopping() ? STOPPING : await currentReport()
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

function isRefused(error: ProviderError): boolean {
  return error instanceof UnavailableError && error.reason === 'credentials-refused'
}
