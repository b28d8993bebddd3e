import type { DirectoryEventKind } from '../domain/directory-event.ts'
import type { ProviderName } from '../domain/entity-key.ts'
import type { EventVerdict } from '../domain/event-order.ts'

/** How an operation ended: with all that it asked for, with some or none of it, or as a stream that has begun. */
export type OperationOutcome = 'ok' | 'partial' | 'failed' | 'stream'

/** One operation that has ended. */
export interface OperationSample {
  /** As the document has it; null without one. Only names of persisted documents become a label. */
  readonly name: string | null
  readonly kind: 'query' | 'mutation' | 'subscription'
  readonly outcome: OperationOutcome
  readonly seconds: number
}

/** One request to a provider, each repetition by itself. */
export interface UpstreamSample {
  readonly provider: ProviderName
  readonly method: string
  /** The path with `{id}` in the place of each id. */
  readonly route: string
  /** The status of the answer, or why there was none. */
  readonly status: number | NoAnswer
  readonly seconds: number
}

/** Why a request has no answer: nobody waited for it any more, or what a `ProviderError` has as its reason. */
export type NoAnswer = 'aborted' | 'timeout' | 'unreachable' | 'bad-response'

/**
 * What became of a read: answered by this replica's cache, by the one that replicas share, by an equal call under way,
 * by an older answer while the provider fails (counted besides the miss that it stands in for), or by a call of its own.
 */
export type LookupResult = 'hit' | 'shared' | 'coalesced' | 'stale' | 'miss'

/** How a circuit breaker stands. */
export type BreakerState = 'closed' | 'half-open' | 'open'

/** What became of a delivery. */
export type WebhookOutcome =
  | 'accepted'
  | 'duplicate'
  | 'ignored'
  | 'bad-signature'
  | 'malformed'
  | 'too-large'
  | 'unavailable'

/** What is left of a provider's limits, and who waits for them. */
export interface BudgetLoad {
  /** How many requests could start now. */
  readonly remaining: number
  /** The same for the directory that has the least left of its own limit; null where directories have none. */
  readonly scarcest: number | null
  /** How many requests wait for their turn. */
  readonly waiting: number
}

/** What the server counts and times. All labels are of fixed sets, so that what callers send adds no series. */
export interface Metrics {
  operation(sample: OperationSample): void
  /** An operation was refused before it began: nothing is known of its document. */
  refused(): void
  /** An error that a caller sees, by its code. */
  error(code: string): void
  upstreamCall(sample: UpstreamSample): void
  /** A request is about to be repeated. */
  retry(provider: ProviderName): void
  lookup(provider: ProviderName, result: LookupResult): void
  /** An event was judged; `kind` is null for one of a kind that is not known. */
  event(provider: ProviderName, kind: DirectoryEventKind | null, verdict: EventVerdict | 'unknown'): void
  /** An event was told to whoever listens, so long after it happened. */
  delivered(provider: ProviderName, lagSeconds: number): void
  webhook(provider: ProviderName, outcome: WebhookOutcome): void
  /** Says where to read the budget of a provider whenever somebody looks. */
  watchBudget(provider: ProviderName, read: () => BudgetLoad): void
  /** Says where to read a breaker; of several for one provider the worst counts. */
  watchBreaker(provider: ProviderName, read: () => BreakerState): void
  /** Says where to read how many subscriptions are open. */
  watchSubscriptions(read: () => number): void
  /** Says where to read whether Redis can be used; without this there is no such metric. */
  watchRedis(isUp: () => boolean): void
  /** All of it in the text format of Prometheus. */
  page(): Promise<MetricsPage>
}

export interface MetricsPage {
  readonly contentType: string
  readonly text: string
}

/** What upstream clients tell. */
export type UpstreamMetrics = Pick<
  Metrics,
  'upstreamCall' | 'retry' | 'lookup' | 'watchBudget' | 'watchBreaker'
>

/** What those tell who follow the events of providers. */
export type EventMetrics = Pick<Metrics, 'event' | 'delivered'>
