import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { DIRECTORY_EVENT_KINDS } from '../domain/directory-event.ts'
import type { ProviderName } from '../domain/entity-key.ts'
import type { BreakerState, BudgetLoad, LookupResult, Metrics } from './metrics.ts'

export interface PrometheusSettings {
  /** The names that become labels: those of persisted documents, which somebody has written down. */
  readonly operationNames: Iterable<string>
}

/** What comes beyond these is `other`: each name and each route is dozens of series. */
const MAX_OPERATION_NAMES = 200
const MAX_ROUTES = 100
const MAX_CODES = 20

const OTHER = 'other'
const ANONYMOUS = 'anonymous'

const CALL_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const LAG_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600]
const BREAKER_LEVELS: Record<BreakerState, number> = { closed: 0, 'half-open': 1, open: 2 }

/** Metrics for Prometheus, in a registry of their own. */
export function createPrometheusMetrics({ operationNames }: PrometheusSettings): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const names = new Set([...operationNames].slice(0, MAX_OPERATION_NAMES))
  let isProcessWatched = false

  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers })
  const histogram = <Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    ...labelNames: Label[]
  ) => new Histogram({ name, help, buckets, labelNames, registers })

  const operations = counter(
    'dirgraph_operations_total',
    'GraphQL operations that have ended, by the name of the persisted document, kind and outcome.',
    'operation',
    'kind',
    'outcome',
  )
  const operationSeconds = histogram(
    'dirgraph_operation_duration_seconds',
    'How long GraphQL operations took.',
    CALL_BUCKETS,
    'operation',
    'kind',
    'outcome',
  )
  const errors = counter('dirgraph_errors_total', 'Errors that callers saw, by code.', 'code')
  const upstreamCalls = counter(
    'dirgraph_upstream_calls_total',
    'Requests to the providers, repetitions included, by route and by the status of the answer.',
    'provider',
    'method',
    'route',
    'status',
  )
  const upstreamSeconds = histogram(
    'dirgraph_upstream_call_duration_seconds',
    'How long requests to the providers took, without the time that they waited for a budget.',
    CALL_BUCKETS,
    'provider',
    'method',
    'route',
    'status',
  )
  const retries = counter(
    'dirgraph_upstream_retries_total',
    'Requests to the providers that were repeated.',
    'provider',
  )
  // Of these an operation has dozens, so nothing is done but to count them.
  const lookups: Partial<Record<ProviderName, Record<LookupResult, number>>> = {}
  new Counter({
    name: 'dirgraph_cache_lookups_total',
    help: 'Reads by what answered them: hit, shared, coalesced, miss, or stale besides the miss that it stood in for.',
    labelNames: ['provider', 'result'],
    registers,
    collect() {
      this.reset()
      for (const [provider, counts] of Object.entries(lookups))
        for (const [result, count] of Object.entries(counts)) this.inc({ provider, result }, count)
    },
  })
  const events = counter(
    'dirgraph_events_total',
    'Events of the providers, by kind and by what was made of them.',
    'provider',
    'kind',
    'verdict',
  )
  const eventLag = histogram(
    'dirgraph_event_lag_seconds',
    'From when an event happened to when it was told to whoever listens.',
    LAG_BUCKETS,
    'provider',
  )
  let subscriptionsOpen = () => 0
  new Gauge({
    name: 'dirgraph_subscriptions_open',
    help: 'Subscriptions that are open.',
    registers,
    collect() {
      this.set(subscriptionsOpen())
    },
  })
  const webhooks = counter(
    'dirgraph_webhooks_total',
    'Webhook deliveries, by what became of them.',
    'provider',
    'outcome',
  )

  const budgets = new Map<string, () => BudgetLoad>()
  new Gauge({
    name: 'dirgraph_budget_waiting',
    help: 'Requests to a provider that wait for its budget.',
    labelNames: ['provider'],
    registers,
    collect() {
      for (const [provider, read] of budgets) this.set({ provider }, read().waiting)
    },
  })
  new Gauge({
    name: 'dirgraph_budget_remaining',
    help: 'Requests that a provider’s budget would let go now; for directories of the one with the least left.',
    labelNames: ['provider', 'scope'],
    registers,
    collect() {
      for (const [provider, read] of budgets) {
        const { remaining, scarcest } = read()
        this.set({ provider, scope: 'provider' }, remaining)
        if (scarcest !== null) this.set({ provider, scope: 'directory' }, scarcest)
      }
    },
  })
  const breakers = new Map<string, (() => BreakerState)[]>()
  new Gauge({
    name: 'dirgraph_breaker_state',
    help: 'The circuit breaker of a provider: 0 closed, 1 half open, 2 open.',
    labelNames: ['provider'],
    registers,
    collect() {
      for (const [provider, reads] of breakers)
        this.set({ provider }, Math.max(...reads.map(read => BREAKER_LEVELS[read()])))
    },
  })

  const nameLabel = (name: string | null) => (name === null ? ANONYMOUS : names.has(name) ? name : OTHER)
  const routeLabel = atMost(MAX_ROUTES)
  const codeLabel = atMost(MAX_CODES)

  return {
    operation({ name, kind, outcome, seconds }) {
      const labels = { operation: nameLabel(name), kind, outcome }
      operations.inc(labels)
      operationSeconds.observe(labels, seconds)
    },
    refused: () => operations.inc({ operation: OTHER, kind: 'unknown', outcome: 'refused' }),
    error: code => errors.inc({ code: codeLabel(code) }),
    upstreamCall({ provider, method, route, status, seconds }) {
      const labels = { provider, method: method.toUpperCase(), route: routeLabel(route), status }
      upstreamCalls.inc(labels)
      upstreamSeconds.observe(labels, seconds)
    },
    retry: provider => retries.inc({ provider }),
    lookup(provider, result) {
      lookups[provider] ??= { hit: 0, shared: 0, coalesced: 0, stale: 0, miss: 0 }
      lookups[provider][result] += 1
    },
    event: (provider, kind, verdict) =>
      events.inc({
        provider,
        kind: DIRECTORY_EVENT_KINDS.find(known => known === kind) ?? 'unknown',
        verdict,
      }),
    // A provider's clock may be ahead of ours.
    delivered: (provider, lagSeconds) => eventLag.observe({ provider }, Math.max(0, lagSeconds)),
    webhook: (provider, outcome) => webhooks.inc({ provider, outcome }),
    watchBudget(provider, read) {
      budgets.set(provider, read)
    },
    watchBreaker(provider, read) {
      breakers.set(provider, [...(breakers.get(provider) ?? []), read])
    },
    watchSubscriptions(read) {
      subscriptionsOpen = read
    },
    watchRedis(isUp) {
      new Gauge({
        name: 'dirgraph_redis_up',
        help: 'Whether Redis can be used: 1 or 0.',
        registers,
        collect() {
          this.set(isUp() ? 1 : 0)
        },
      })
    },
    async page() {
      // They measure the process from here on, at a cost that nobody should pay who never looks.
      if (!isProcessWatched) collectDefaultMetrics({ register: registry })
      isProcessWatched = true
      return { contentType: registry.contentType, text: await registry.metrics() }
    },
  }
}

/** A label that takes the first so many values, and `other` for all that come later. */
function atMost(max: number): (value: string) => string {
  const known = new Set<string>()
  return value => {
    if (known.size < max) known.add(value)
    return known.has(value) ? value : OTHER
  }
}
