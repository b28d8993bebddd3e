import type { DirectoryState } from '../sandbox/directory-state.ts'

/** A directory from one change on until the next. */
interface Version {
  readonly state: DirectoryState
  /** The events that tell of the change. */
  readonly eventIds: readonly string[]
}

/** What an answer shows of a directory, against one state of it. */
export type Claim = (state: DirectoryState) => boolean

/** Whether what an answer shows was so: now, or before something that a subscriber had already been told. */
export type Verdict = 'right' | 'stale' | 'wrong' | 'unknown'

/** Every state that each directory has been in, and when a subscriber first heard of it. */
export interface Book {
  enter(state: DirectoryState, eventIds: readonly string[]): void
  /** A subscriber has been told of an event. Later tellings change nothing. */
  heard(eventId: string, atMs: number): void
  /** The directories that are known, as they were last. */
  latest(): readonly DirectoryState[]
  latestOf(directoryId: string): DirectoryState | null
  /** How often the directory has changed so far. */
  changesOf(directoryId: string): number
  /** Judges what an answer shows of a directory, to a request that was sent at that time. */
  judge(directoryId: string, claim: Claim, sentAtMs: number): Verdict
}

export function createBook(first: readonly DirectoryState[]): Book {
  const versions = new Map<string, Version[]>()
  const heardAtMs = new Map<string, number>()

  for (const state of first) versions.set(state.directoryId, [{ state, eventIds: [] }])
  const last = (directoryId: string) => versions.get(directoryId)?.at(-1)?.state ?? null

  /**
   * The first version that may still be shown. Each change before it has been told with all of its events: a part of
   * them says nothing yet of the lists that the others are about.
   */
  function firstAllowed(all: readonly Version[], sentAtMs: number): number {
    const isHeard = ({ eventIds }: Version) =>
      eventIds.every(id => (heardAtMs.get(id) ?? Number.POSITIVE_INFINITY) < sentAtMs)
    const unheard = all.findIndex(version => !isHeard(version))
    return unheard === -1 ? all.length - 1 : unheard - 1
  }

  return {
    enter(state, eventIds) {
      const all = versions.get(state.directoryId) ?? []
      all.push({ state, eventIds })
      versions.set(state.directoryId, all)
    },
    heard(eventId, atMs) {
      if (!heardAtMs.has(eventId)) heardAtMs.set(eventId, atMs)
    },
    latest: () => [...versions.keys()].flatMap(id => last(id) ?? []),
    latestOf: last,
    changesOf: directoryId => (versions.get(directoryId)?.length ?? 1) - 1,
    judge(directoryId, claim, sentAtMs) {
      const all = versions.get(directoryId)
      if (all === undefined) return 'unknown'
      const from = Math.max(0, firstAllowed(all, sentAtMs))
      if (all.slice(from).some(({ state }) => claim(state))) return 'right'
      return all.slice(0, from).some(({ state }) => claim(state)) ? 'stale' : 'wrong'
    },
  }
}
