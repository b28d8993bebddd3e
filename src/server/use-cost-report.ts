import type { Plugin } from 'graphql-yoga'
import type { RequestContext } from '../request/context.ts'

const PROVIDERS = { workos: 'WORKOS', scalekit: 'SCALEKIT' } as const

/**
 * Tells in `extensions.dirgraph` what an operation has cost, where the request header `dirgraph-cost: true` asks for it
 * or `always` is set; and, whoever asks, that an older answer stood in for a provider that failed.
 */
export function useCostReport({ always }: { readonly always: boolean }): Plugin<RequestContext> {
  return {
    onExecute({ args: { contextValue: context } }) {
      return {
        onExecuteDone({ result, setResult }) {
          if (Symbol.asyncIterator in result) return
          const report = reportOf(context, always || isCostAsked(context.request))
          if (Object.keys(report).length === 0) return
          setResult({ ...result, extensions: { ...result.extensions, dirgraph: report } })
        },
      }
    },
  }
}

/** Whether a request asks to be told what it costs. */
export function isCostAsked({ headers }: Request): boolean {
  return headers.get('dirgraph-cost') === 'true'
}

/** What `extensions.dirgraph` says of an operation that is done. */
export function reportOf(context: RequestContext, isCostWanted: boolean) {
  return { ...(isCostWanted && costOf(context)), ...staleOf(context) }
}

function costOf({ meter, provider, estimatedCalls }: RequestContext) {
  const { cacheHits, coalesced, retries, waitedMs } = meter.counts
  return {
    estimatedCalls,
    upstreamCalls: meter.upstreamCalls,
    cacheHits,
    coalesced,
    retries,
    waitedMs: Math.round(waitedMs),
    budgets: provider.budgets(meter.scopes).map(state => ({ ...state, provider: PROVIDERS[state.provider] })),
  }
}

function staleOf({ meter }: RequestContext) {
  if (meter.stale.size === 0) return {}
  return {
    stale: [...meter.stale].map(([provider, ageSeconds]) => ({ provider: PROVIDERS[provider], ageSeconds })),
  }
}
