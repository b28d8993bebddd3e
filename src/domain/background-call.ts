import type { CallContext } from './directory-provider.ts'

const TIMEOUT_MS = 10_000

/** The context of a call that no operation waits for: it has a deadline of its own, and nobody reads its meter. */
export function createBackgroundCall(requestId: string): CallContext {
  return {
    signal: AbortSignal.timeout(TIMEOUT_MS),
    deadlineMs: performance.now() + TIMEOUT_MS,
    requestId,
    caller: requestId,
    boundTo: null,
    meter: { sending: () => {}, count: () => {}, usedScope: () => {}, servedStale: () => {} },
  }
}
