/** The ids of the objects in an answer: of the object that it is, of those in it, and of those in its lists. */
export function idsIn(body: unknown): string[] {
  const ids: string[] = []
  const note = (value: unknown) => {
    const { id } = (value ?? {}) as { readonly id?: unknown }
    if (typeof id === 'string') ids.push(id)
  }
  const noteAll = (value: unknown) => (Array.isArray(value) ? value.forEach(note) : note(value))
  noteAll(body)
  if (typeof body === 'object' && body !== null) Object.values(body).forEach(noteAll)
  return ids
}
