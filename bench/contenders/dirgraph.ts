import { createDirgraph, type Dirgraph } from '../../src/app.ts'
import { createPooledFetch } from '../../src/upstream/pooled-fetch.ts'
import type { Upstream } from '../upstream/sandbox-child.ts'

/** How a dirgraph under measurement is set up. */
export interface DirgraphOptions {
  /** 0 asks upstream every time; left out, it is the default. */
  readonly cacheTtlSeconds?: number
  /** The published limits, or limits that no run reaches: those measure dirgraph, not the wait for a quota. */
  readonly limits: 'published' | 'none'
}

const NO_WORKOS_LIMITS = { requestsPerMinute: 1_000_000, directoryUsersPerSecond: 10_000 }
const NO_SCALEKIT_LIMITS = { requestsPerSecond: 100_000 }

/** One dirgraph for the whole run, as in production. */
export function createLastingDirgraph(
  upstream: Upstream,
  options: DirgraphOptions,
): (request: Request) => Promise<Response> {
  return startDirgraph(upstream, options).fetch
}

/** A dirgraph that keeps no answer: it holds a token and knows how large lists were, as the optimal client does. */
export function createColdDirgraph(upstream: Upstream): (request: Request) => Promise<Response> {
  return startDirgraph(upstream, { cacheTtlSeconds: 0, limits: 'none' }).fetch
}

function startDirgraph(upstream: Upstream, { cacheTtlSeconds, limits }: DirgraphOptions): Dirgraph {
  const isFree = limits === 'none'
  return createDirgraph({
    workos: { ...upstream.workos, ...(isFree && NO_WORKOS_LIMITS) },
    scalekit: { ...upstream.scalekit, ...(isFree && NO_SCALEKIT_LIMITS) },
    logLevel: 'silent',
    // As the command does.
    fetch: createPooledFetch(),
    maxEstimatedCalls: 1_000_000,
    ...(cacheTtlSeconds !== undefined && { cacheTtlSeconds }),
  })
}
