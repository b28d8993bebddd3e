import type { CallContext, DirectoryProvider } from '../domain/directory-provider.ts'
import { type CostMeter, createCostMeter } from './cost-meter.ts'
import { createLoaders, type Loaders } from './loaders.ts'

/** What resolvers have: the loaders to read with, the provider to write with, and the call that both carry. */
export interface RequestContext {
  readonly provider: DirectoryProvider
  readonly call: CallContext
  readonly meter: CostMeter
  loaders: Loaders
  /** The most upstream calls that the operation was reckoned to need; null before it was. */
  estimatedCalls: number | null
}

/** The context of one request; after `maxUpstreamCalls` it makes no further call. */
export function createRequestContext(
  provider: DirectoryProvider,
  operation: Pick<CallContext, 'signal' | 'deadlineMs' | 'requestId'>,
  maxUpstreamCalls: number,
): RequestContext {
  const meter = createCostMeter(maxUpstreamCalls)
  const call: CallContext = { ...operation, caller: operation.requestId, meter }
  return { provider, call, meter, loaders: createLoaders(provider, call), estimatedCalls: null }
}

/** Forgets what the request has read: after a write none of it may stand for what is true now. */
export function forgetReads(context: RequestContext): void {
  context.loaders = createLoaders(context.provider, context.call)
}
