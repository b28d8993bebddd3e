/**
 * What an answer was read as, kept as long as the answer itself: an answer that is reused is not read again. The
 * reading must depend on nothing but the answer and `context`, and what it gives must not be changed by anybody.
 */
export function createParsedOnce(): <T>(body: unknown, context: string, parse: () => T) => T {
  const readings = new WeakMap<object, Map<string, unknown>>()
  return <T>(body: unknown, context: string, parse: () => T): T => {
    if (typeof body !== 'object' || body === null) return parse()
    const known = readings.get(body) ?? new Map<string, unknown>()
    readings.set(body, known)
    if (!known.has(context)) known.set(context, parse())
    return known.get(context) as T
  }
}
