/** The ids of the objects in an answer: of the object that it is, of those in it, and of those in its lists. */
export function idsIn(body: unknown): string[] {
  const here = [body, ...valuesOf(body)]
  return here
    .flatMap(value => (Array.isArray(value) ? value : [value]))
    .flatMap(value => {
      const id = valuesOf(value, 'id')[0]
      return typeof id === 'string' ? [id] : []
    })
}

function valuesOf(value: unknown, name?: string): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  const record = value as Record<string, unknown>
  return name === undefined ? Object.values(record) : [record[name]]
}
