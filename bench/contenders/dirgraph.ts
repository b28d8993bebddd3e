import { createDirgraph, type Dirgraph } from '../../src/app.ts'
import type { Upstream } from '../upstream/sandbox-child.ts'

/** How a dirgraph under measurement is set up. */
export interface DirgraphOptions {
  /** 0 asks upstream every time; left out, it is the default. */
  readonly cacheTtlSeconds?: number
  /** The published limits, or limits that no run reaches: those measure dirgraph, not the wait for a quota. */
  readonly limits: 'published' | 'none'
}

const NO_LIMITS = {
  workosRequestsPerMinute: 10_000_000,
  workosDirectoryUsersPerSecond: 100_000,
  scalekitRequestsPerSecond: 100_000,
} as const

/** One dirgraph for the whole run, as in production. */
export function createLastingDirgraph(
  upstream: Upstream,
  options: DirgraphOptions,
): (request: Request) => Promise<Response> {
  return startDirgraph(upstream, options).fetch
}

/**
 * A new dirgraph for each request: nothing is known of the data, no token is held and nothing is shared with other
 * requests. The next one is made while nobody waits, for to make one is no part of a request.
 */
export function createColdDirgraph(upstream: Upstream): (request: Request) => Promise<Response> {
  const create = () => startDirgraph(upstream, { cacheTtlSeconds: 0, limits: 'none' })
  const spares: Dirgraph[] = [create()]
  return async request => {
    const dirgraph = spares.pop() ?? create()
    const response = await dirgraph.fetch(request)
    setImmediate(() => {
      void dirgraph.stop()
      spares.push(create())
    })
    return response
  }
}

function startDirgraph(upstream: Upstream, { cacheTtlSeconds, limits }: DirgraphOptions): Dirgraph {
  const settings = {
    ...upstream,
    logLevel: 'silent' as const,
    ...(cacheTtlSeconds !== undefined && { cacheTtlSeconds }),
    ...(limits === 'none' && { limits: NO_LIMITS }),
  }
  return createDirgraph(settings)
}
