import type { Caller } from '../domain/caller.ts'
import type { CallContext, DirectoryProvider } from '../domain/directory-provider.ts'
import type { EntityKey } from '../domain/entity-key.ts'
import type { EventWish, PlacedEvent } from '../domain/placed-event.ts'
import { type CostMeter, createCostMeter } from './cost-meter.ts'
import { createLoaders, type Loaders } from './loaders.ts'

/** What resolvers have: who asks, the loaders to read with, the provider to write with, and the call of both. */
export interface RequestContext {
  readonly caller: Caller
  /** What there is for this caller: what is not to be seen is not in it. */
  readonly provider: DirectoryProvider
  readonly call: CallContext
  readonly meter: CostMeter
  loaders: Loaders
  /** The most upstream calls that the operation was reckoned to need; null before it was. */
  estimatedCalls: number | null
  /** Notes that a mutation was tried, and how that ended. */
  readonly audit: (entry: AuditEntry) => void
  /** The events that a subscription is told; null for operations of other kinds. */
  readonly listen: ((wish: EventWish) => AsyncIterableIterator<PlacedEvent>) | null
  /** The codes of the mutations that were answered with an error as data. */
  readonly refusals: Set<string>
  /** Resolves a field as a part of the trace that the operation belongs to; null without one. */
  readonly traceField: TraceField | null
}

/** Resolves the field of that name in that type, so that the calls which are made meanwhile are known to be for it. */
export type TraceField = <Result>(type: string, field: string, resolve: () => Result) => Result

/** One mutation that somebody tried. */
export interface AuditEntry {
  readonly mutation: string
  /** What it was about; null where the caller sent no id of ours. */
  readonly target: EntityKey | null
  /** `done`, or the code of the error. */
  readonly outcome: string
}

export interface RequestSettings
  extends Pick<RequestContext, 'caller' | 'provider' | 'audit' | 'traceField'> {
  readonly operation: Pick<CallContext, 'signal' | 'deadlineMs' | 'requestId'>
  /** After so many upstream calls the operation makes no further one. */
  readonly maxUpstreamCalls: number
}

/** The context of one request. */
export function createRequestContext(settings: RequestSettings): RequestContext {
  const { caller, provider, operation, audit, traceField } = settings
  const meter = createCostMeter(settings.maxUpstreamCalls)
  const refusals = new Set<string>()
  const call: CallContext = {
    ...operation,
    // A user who sends many operations at once has one turn with them; who can't be told apart has one for each.
    caller: caller.organization === null ? crypto.randomUUID() : `${caller.organization} ${caller.subject}`,
    boundTo: caller.organization,
    meter,
  }
  return {
    caller,
    provider,
    call,
    meter,
    loaders: createLoaders(provider, call),
    estimatedCalls: null,
    listen: null,
    refusals,
    traceField,
    audit(entry) {
      if (entry.outcome !== 'done') refusals.add(entry.outcome)
      audit(entry)
    },
  }
}

/** Forgets what the request has read: after a write none of it may stand for what is true now. */
export function forgetReads(context: RequestContext): void {
  context.loaders = createLoaders(context.provider, context.call)
}
