/** An entry of a stream: its id, and its texts by name. */
export interface StreamEntry {
  readonly place: string
  readonly fields: Readonly<Record<string, string>>
}

/** An entry as Redis tells it: its id, and names and texts in turn; null where it was deleted. */
export type RawEntry = readonly [place: string, texts: readonly string[] | null]

/** How long a stream stays after the last entry, so that one that nobody uses any more ends. */
export const KEPT_FOR_SECONDS = 4 * 24 * 60 * 60

/** The name in an entry of which nothing is to be applied: what came before it is not all that there was. */
export const GAP = 'gap'

/** The name in an entry of the place that it had in a Redis that has lost it. */
export const MOVED_FROM = 'was'

export function isGap({ fields }: StreamEntry): boolean {
  return GAP in fields
}

export function toEntries(raw: readonly RawEntry[]): StreamEntry[] {
  return raw.map(([place, texts]) => ({ place, fields: toFields(texts ?? []) }))
}

/** Negative where the first is before the second; places are `milliseconds-number`. */
export function comparePlaces(one: string, other: string): number {
  const [oneMs = 0, oneNumber = 0] = one.split('-').map(Number)
  const [otherMs = 0, otherNumber = 0] = other.split('-').map(Number)
  return oneMs - otherMs || oneNumber - otherNumber
}

function toFields(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.flatMap((name, index) => (index % 2 === 0 ? [[name, texts[index + 1] ?? '']] : [])),
  )
}
