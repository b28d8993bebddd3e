/** Several sources that are read one after the other, and a little of the next ones while the first is. */
export interface ReadAhead<T> {
  /** All of the source at that place; each is taken once, in the order of the places. */
  take(place: number): AsyncGenerator<T>
  /** Nobody reads any more. */
  stop(): void
}

export interface ReadAheadSettings {
  /** How many are read at once. */
  readonly sources: number
  /** How many items of each may wait for whoever takes them. */
  readonly items: number
}

interface Reader<T> {
  readonly items: T[]
  /** How it ended; null while it has not. */
  end: { readonly error: unknown } | { readonly error?: never } | null
  /** Something has come, or was taken. */
  changed: PromiseWithResolvers<void>
}

/** Back-pressure: a source that is ahead waits until it is taken, so that little is held however slow the writing is. */
export function readAhead<T>(
  opens: readonly (() => AsyncIterable<T>)[],
  { sources, items: maxItems }: ReadAheadSettings,
): ReadAhead<T> {
  const readers = new Map<number, Reader<T>>()
  let begun = 0
  let isStopped = false

  const change = (reader: Reader<T>) => {
    reader.changed.resolve()
    reader.changed = Promise.withResolvers()
  }

  async function read(source: AsyncIterable<T>, reader: Reader<T>): Promise<void> {
    try {
      for await (const item of source) {
        reader.items.push(item)
        change(reader)
        while (reader.items.length >= maxItems && !isStopped) await reader.changed.promise
        if (isStopped) break
      }
      reader.end = {}
    } catch (error) {
      reader.end = { error }
    }
    change(reader)
  }

  function beginUpTo(place: number): void {
    for (; begun <= place; begun += 1) {
      const open = opens[begun]
      if (open === undefined) return
      const reader: Reader<T> = { items: [], end: null, changed: Promise.withResolvers() }
      readers.set(begun, reader)
      read(open(), reader)
    }
  }

  return {
    async *take(place) {
      beginUpTo(place + sources - 1)
      const reader = readers.get(place)
      if (reader === undefined) return
      readers.delete(place)
      for (;;) {
        const { changed } = reader
        const item = reader.items.shift()
        if (item !== undefined) {
          change(reader)
          yield item
        } else if (reader.end !== null) {
          if ('error' in reader.end) throw reader.end.error
          return
        } else {
          await changed.promise
        }
      }
    },
    stop() {
      isStopped = true
      for (const reader of readers.values()) change(reader)
    },
  }
}
