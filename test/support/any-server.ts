import { estimateCalls } from '../../src/schema/estimate-calls.ts'

/** What a server needs besides its schema, provider and log. */
export const ANY_SERVER = {
  graphiql: false,
  reportCost: false,
  estimateCalls,
  limits: { timeoutMs: 10_000, maxUpstreamCalls: 200, maxEstimatedCalls: 2_000 },
}
