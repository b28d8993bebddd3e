import { createAuthenticate } from '../../src/callers/authenticate.ts'
import type { EventFeed } from '../../src/events/event-feed.ts'
import { restrictProvider } from '../../src/providers/restrict-provider.ts'
import { estimateCalls } from '../../src/schema/estimate-calls.ts'
import { createPrometheusMetrics } from '../../src/telemetry/prometheus.ts'

/** Where nothing ever happens. */
const QUIET_FEED: EventFeed = {
  subscribe: () => {
    throw new Error('nothing happens here')
  },
  status: () => ({ subscribers: 0, kept: { events: 0, bytes: 0 }, lagMs: null }),
  stop() {},
}

/** What a server needs besides its schema, provider and log; nobody is asked for a token. */
export const ANY_SERVER = {
  metrics: createPrometheusMetrics({ operationNames: [] }),
  restrict: restrictProvider,
  authenticate: createAuthenticate({ adminToken: null, userTokens: null }),
  asksForToken: false,
  onlyLoopback: false,
  allowedOrigins: [],
  introspection: true,
  persistedDocuments: null,
  webhooks: { verifiers: new Map(), take: async () => 'unknown' as const },
  graphiql: false,
  console: null,
  reportCost: false,
  feed: QUIET_FEED,
  heartbeatMs: 12_000,
  estimateCalls,
  limits: {
    maxBodyBytes: 262_144,
    maxTokens: 1_000,
    maxDepth: 15,
    maxAliases: 30,
    maxRootFields: 20,
    timeoutMs: 10_000,
    maxUpstreamCalls: 200,
    maxEstimatedCalls: 2_000,
    maxIds: 100,
  },
}
