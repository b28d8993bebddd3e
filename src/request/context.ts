import type { CallContext, DirectoryProvider } from '../domain/directory-provider.ts'
import { createLoaders, type Loaders } from './loaders.ts'

/** What resolvers have: the loaders to read with, the provider to write with, and the call that both carry. */
export interface RequestContext {
  readonly provider: DirectoryProvider
  readonly call: CallContext
  loaders: Loaders
}

/** The context of one request; `signal` aborts what is under way when the caller goes away. */
export function createRequestContext(
  provider: DirectoryProvider,
  { signal, requestId }: CallContext,
): RequestContext {
  const call = { signal, requestId }
  return { provider, call, loaders: createLoaders(provider, call) }
}

/** Forgets what the request has read: after a write none of it may stand for what is true now. */
export function forgetReads(context: RequestContext): void {
  context.loaders = createLoaders(context.provider, context.call)
}
