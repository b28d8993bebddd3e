/** One operation under way: when it ends by itself, and by what it is told that it has to. */
export interface Operation {
  readonly signal: AbortSignal
  /** In `performance.now()` milliseconds. */
  readonly deadlineMs: number
  end(): void
}

/** The operations under way on this server. */
export interface Operations {
  /** Begins one for a caller who may go away; null once the server has stopped. */
  begin(caller: AbortSignal): Operation | null
  /** For how long the oldest of them has been under way, in milliseconds; 0 while there is none. */
  oldestMs(): number
  /** Ends all that are under way; from then on none begins. */
  stop(): void
}

/**
 * Ends an operation when its caller goes away, its time is over or the server stops. A controller of its own for each:
 * `AbortSignal.any` does not abort all signals derived from a stand-in signal such as that of @whatwg-node/server, and
 * keeps hold of every operation through a signal that lives as long as the server.
 */
export function createOperations(timeoutMs: number): Operations {
  /** In the order in which they began, with when that was. */
  const underWay = new Map<AbortController, number>()
  let isStopped = false
  return {
    begin(caller) {
      if (isStopped) return null
      const controller = new AbortController()
      // Without the caller's reason, which can be anything: by its name an abort is told from a failure.
      const leave = () => controller.abort()
      const timer = setTimeout(
        () => controller.abort(new DOMException('The time of the operation is over.', 'TimeoutError')),
        timeoutMs,
      )
      const beganMs = performance.now()
      underWay.set(controller, beganMs)
      if (caller.aborted) leave()
      else caller.addEventListener('abort', leave, { once: true })
      return {
        signal: controller.signal,
        deadlineMs: beganMs + timeoutMs,
        end() {
          clearTimeout(timer)
          caller.removeEventListener('abort', leave)
          underWay.delete(controller)
        },
      }
    },
    oldestMs() {
      const nowMs = performance.now()
      const [beganMs = nowMs] = underWay.values()
      return nowMs - beganMs
    },
    stop() {
      isStopped = true
      for (const controller of underWay.keys()) controller.abort()
    },
  }
}
