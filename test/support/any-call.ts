import { createBackgroundCall } from '../../src/domain/background-call.ts'
import type { CallContext } from '../../src/domain/directory-provider.ts'

/** Limits that no test reaches by accident; those about limits set their own. */
export const NO_WORKOS_LIMITS = { requestsPerMinute: 10_000, directoryUsersPerSecond: 1_000 }
export const NO_SCALEKIT_LIMITS = { requestsPerSecond: 10_000 }

/** The limits that the providers publish: the sandbox enforces them, and dirgraph is told of them. */
export const PUBLISHED_LIMITS = {
  enforceLimits: true,
  workosLimits: { requestsPerMinute: 6_000, directoryUsersPerSecond: 4 },
  scalekitLimits: { requestsPerSecond: 50 },
}

/** A call of an operation of its own, that nobody aborts unless said otherwise. */
export function anyCall(overrides: Partial<CallContext> = {}): CallContext {
  return { ...createBackgroundCall('test'), signal: new AbortController().signal, ...overrides }
}
