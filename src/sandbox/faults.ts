/** Something going wrong between a client and one provider. */
export interface Fault {
  provider: 'workos' | 'scalekit'
  /** Default: any method. */
  method?: string
  /** Held against pathname and search; default: any path, the token endpoint included. */
  path?: RegExp
  /** How many requests it meets before it is gone; default: all. */
  times?: number
  /** Trouble that passes: it meets every nth of the requests, and not the next one to the same place; default: each. */
  every?: number
  kind: FaultKind
  /** For `status` and `html`. */
  status?: number
  headers?: Record<string, string>
  /** For `status`; default: the provider's own error form. */
  body?: string
  /** For `delay`. */
  delayMs?: number
}

/**
 * - `status` answers in place of the provider; `delay` waits, then answers normally
 * - `hang` never answers; `reset` cuts the connection before a byte is sent
 * - `reset-mid-body` and `truncated` act on the request, then end half way through the answer:
 *   the one with a reset, the other in good order but short of its Content-Length
 * - `malformed-json`, `html` and `huge` (100 MB) are whole answers with status 200
 */
export type FaultKind =
  | 'status'
  | 'delay'
  | 'hang'
  | 'reset'
  | 'reset-mid-body'
  | 'malformed-json'
  | 'html'
  | 'truncated'
  | 'huge'

/** The faults a sandbox has in force, oldest first. */
export interface FaultPlan {
  inject(fault: Fault): () => void
  clear(): void
  /** The oldest fault that meets this request, counted as used. */
  take(provider: Fault['provider'], method: string, url: string): Fault | undefined
}

function meets(fault: Fault, provider: Fault['provider'], method: string, url: string): boolean {
  if (fault.provider !== provider) return false
  if (fault.method !== undefined && fault.method.toUpperCase() !== method) return false
  // `search`, not `test`: a sticky or global expression must not remember its last place.
  return fault.path === undefined || url.search(fault.path) !== -1
}

interface FaultInForce {
  readonly fault: Fault
  left: number
  seen: number
  /** Where the next request is let through. */
  readonly spared: Set<string>
}

function hasTurn(entry: FaultInForce, place: string): boolean {
  const { every = 1 } = entry.fault
  if (every === 1) return true
  if (entry.spared.delete(place)) return false
  entry.seen += 1
  if (entry.seen % every !== 0) return false
  entry.spared.add(place)
  return true
}

/** An empty plan. */
export function createFaultPlan(): FaultPlan {
  const inForce: FaultInForce[] = []
  const remove = (entry: FaultInForce) => {
    const index = inForce.indexOf(entry)
    if (index !== -1) inForce.splice(index, 1)
  }
  return {
    inject(fault) {
      const left = fault.times ?? Number.POSITIVE_INFINITY
      const entry: FaultInForce = { fault, left, seen: 0, spared: new Set() }
      if (entry.left > 0) inForce.push(entry)
      return () => remove(entry)
    },
    clear() {
      inForce.length = 0
    },
    take(provider, method, url) {
      const isMet = (one: FaultInForce) =>
        meets(one.fault, provider, method, url) && hasTurn(one, `${method} ${url}`)
      const entry = inForce.find(isMet)
      if (!entry) return undefined
      entry.left -= 1
      if (entry.left <= 0) remove(entry)
      return entry.fault
    },
  }
}
