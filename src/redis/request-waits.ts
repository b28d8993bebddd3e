import { performance } from 'node:perf_hooks'
import { currentRequest } from '../domain/request-scope.ts'

/** What each request has waited for Redis, in all. */
export interface RequestWaits {
  /**
   * A wait begins. At its end, what that gives back is called by whoever has waited; true where it was the one request that
   * has lost too much by now.
   */
  begin(): () => boolean
  /** Whether the request has lost so much that it should keep the rest for what can't be done without. */
  isShort(): boolean
}

/** What one has lost, and up to where that is counted. */
interface Lost {
  idleMs: number
  untilIdleMs: number
}

/** With a command that is given up after 100 ms, that is below 250. */
const MAX_MS = 140
const SHORT_MS = MAX_MS / 2
/** What nobody says for which request it is, is taken together for so long. */
const ANYBODY_MS = 3_000

/**
 * Counted is the time in which this process had nothing else to do: then there was no reply yet. What a request asks at
 * once, it waits for once. So nothing counts that is due to this process or to many requests, and all that is not does,
 * however prompt each reply is.
 */
export function createRequestWaits(): RequestWaits {
  const byRequest = new WeakMap<object, Lost>()
  let ofAnybody = { sinceMs: performance.now(), lost: { idleMs: 0, untilIdleMs: 0 } }

  function lostBy(request: object | undefined): Lost {
    if (request === undefined) {
      const nowMs = performance.now()
      if (nowMs > ofAnybody.sinceMs + ANYBODY_MS)
        ofAnybody = { sinceMs: nowMs, lost: { idleMs: 0, untilIdleMs: 0 } }
      return ofAnybody.lost
    }
    const known = byRequest.get(request) ?? { idleMs: 0, untilIdleMs: 0 }
    byRequest.set(request, known)
    return known
  }

  return {
    begin() {
      const sinceIdleMs = idleMs()
      return () => {
        const request = currentRequest()
        if (request === null) return false
        const lost = lostBy(request)
        const untilIdleMs = idleMs()
        lost.idleMs += Math.max(0, untilIdleMs - Math.max(sinceIdleMs, lost.untilIdleMs))
        lost.untilIdleMs = untilIdleMs
        return lost.idleMs > MAX_MS
      }
    },
    isShort() {
      const request = currentRequest()
      return request ? (byRequest.get(request)?.idleMs ?? 0) > SHORT_MS : false
    },
  }
}

/** For how long the loop of this process has had nothing to do, since it began. */
function idleMs(): number {
  return performance.eventLoopUtilization().idle
}
