/** What was dropped lately: an answer that was asked for before that is not to be kept after it. */
export interface RecentDrops {
  /** This moment, to be asked about later. */
  now(): number
  add(tags: readonly string[]): void
  /** Everything is dropped. */
  addAll(): void
  /** Whether any of the tags was dropped after that moment, or may have been. */
  includes(tags: readonly string[], sinceMoment: number): boolean
}

const MAX_TAGS = 20_000

/** Remembers the tags that were dropped last. Of what is forgotten it says that it may have been dropped. */
export function createRecentDrops(maxTags = MAX_TAGS): RecentDrops {
  /** By the moment of the drop, oldest first. */
  const momentOf = new Map<string, number>()
  let moment = 0
  /** Of drops up to here the tags are not known any more. */
  let forgotten = 0

  return {
    now: () => moment,
    add(tags) {
      moment += 1
      for (const tag of tags) {
        momentOf.delete(tag)
        momentOf.set(tag, moment)
        const [oldest] = momentOf.size > maxTags ? momentOf : []
        if (oldest === undefined) continue
        momentOf.delete(oldest[0])
        forgotten = oldest[1]
      }
    },
    addAll() {
      moment += 1
      forgotten = moment
      momentOf.clear()
    },
    includes: (tags, sinceMoment) =>
      forgotten > sinceMoment || tags.some(tag => (momentOf.get(tag) ?? 0) > sinceMoment),
  }
}
