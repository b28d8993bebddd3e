import type { CallContext } from './directory-provider.ts'

const TIMEOUT_MS = 10_000

/**
 * The context of a call that no operation waits for: it has a deadline of its own, in milliseconds from now, and nobody
 * reads its meter.
 */
export function createBackgroundCall(requestId: string, timeoutMs = TIMEOUT_MS): CallContext {
  return {
    signal: AbortSignal.timeout(timeoutMs),
    deadlineMs: performance.now() + timeoutMs,
    requestId,
    caller: requestId,
    boundTo: null,
    meter: { sending: () => {}, count: () => {}, usedScope: () => {}, servedStale: () => {} },
  }
}
