/** Counts requests by key in a sliding window. */
export interface RateLimit {
  /** Takes one request out of the key's window, or says that none is left. */
  take(key: string): boolean
}

/** Lets `count` requests of one key through in any `windowMs`. */
export function createRateLimit(count: number, windowMs: number): RateLimit {
  const takenAtByKey = new Map<string, number[]>()
  return {
    take(key) {
      const now = performance.now()
      const takenAt = (takenAtByKey.get(key) ?? []).filter(instant => instant > now - windowMs)
      takenAtByKey.set(key, takenAt)
      if (takenAt.length >= count) return false
      takenAt.push(now)
      return true
    },
  }
}
