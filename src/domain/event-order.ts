import type { DirectoryEvent, DirectoryEventKind } from './directory-event.ts'
import { upstreamIdOf } from './entity-key.ts'

/**
 * What to make of an event. `accepted`: it is news. `duplicate`: it was here before. `stale`: something later is known
 * of what it is about. Whoever listens is told of what is accepted. Caches drop what a stale one contradicts as well:
 * a creation that comes after an update still ends the lists without it.
 */
export type EventVerdict = 'accepted' | 'duplicate' | 'stale'

/** Tells events that are news from those that came before or too late. */
export interface EventOrder {
  /** Judges the event, and remembers it. */
  judge(event: DirectoryEvent, nowMs?: number): EventVerdict
}

/** What was last heard of a directory, a user, a group or a membership. */
interface Heard {
  readonly atMs: number
  readonly rank: number
  readonly updatedAtMs: number | null
}

/** Which of two events of one instant is the later one: nothing is created after it was deleted. */
const RANKS: Record<DirectoryEventKind, number> = {
  DIRECTORY_ACTIVATED: 0,
  DIRECTORY_ENABLED: 1,
  DIRECTORY_DISABLED: 1,
  DIRECTORY_DELETED: 2,
  USER_CREATED: 0,
  USER_UPDATED: 1,
  USER_DELETED: 2,
  GROUP_CREATED: 0,
  GROUP_UPDATED: 1,
  GROUP_DELETED: 2,
  MEMBER_ADDED: 1,
  MEMBER_REMOVED: 1,
}
const DELETED = 2

/** An event from far in the future would make all that really comes after it stale. */
const MAX_AHEAD_MS = 5 * 60 * 1_000

/**
 * A record of the last events and of what they were about. It goes by the time of the event: a record's own time of
 * change does not move when memberships change, nor always at a deletion. Beyond its size it forgets what it has heard
 * of least recently; a duplicate from before that is news again.
 */
export function createEventOrder({ maxEvents = 50_000, maxEntities = 50_000 } = {}): EventOrder {
  const seen = createRecent<true>(maxEvents)
  const heard = createRecent<Heard>(maxEntities)

  /** Deleting a directory tells nothing of its users, nor deleting a group of its members: they go without an event. */
  function isOfSomethingGone(event: DirectoryEvent, atMs: number): boolean {
    if (RANKS[event.kind] === DELETED || event.kind === 'MEMBER_REMOVED') return false
    return ownersOf(event).some(owner => {
      const last = heard.get(owner)
      return last?.rank === DELETED && atMs <= last.atMs
    })
  }

  return {
    judge(event, nowMs = Date.now()) {
      const id = `${event.provider} ${event.id}`
      if (seen.get(id)) return 'duplicate'
      seen.set(id, true)
      const subject = subjectOf(event)
      const last = heard.get(subject)
      const now: Heard = {
        atMs: Math.min(event.occurredAt.getTime(), nowMs + MAX_AHEAD_MS),
        rank: RANKS[event.kind],
        updatedAtMs: updatedAtMsOf(event),
      }
      if ((last && isBefore(now, last)) || isOfSomethingGone(event, now.atMs)) return 'stale'
      heard.set(subject, now)
      return 'accepted'
    },
  }
}

function isBefore(one: Heard, other: Heard): boolean {
  if (one.atMs !== other.atMs) return one.atMs < other.atMs
  if (one.rank !== other.rank) return one.rank < other.rank
  return one.updatedAtMs !== null && other.updatedAtMs !== null && one.updatedAtMs < other.updatedAtMs
}

/** Upstream ids, since a user's key is not always known; each provider's are unique to it. */
function subjectOf(event: DirectoryEvent): string {
  switch (event.kind) {
    case 'DIRECTORY_ACTIVATED':
    case 'DIRECTORY_DELETED':
    case 'DIRECTORY_ENABLED':
    case 'DIRECTORY_DISABLED':
      return `${event.provider} ${upstreamIdOf(event.directoryKey)}`
    case 'USER_CREATED':
    case 'USER_UPDATED':
    case 'USER_DELETED':
      return `${event.provider} ${event.userUpstreamId}`
    case 'GROUP_CREATED':
    case 'GROUP_UPDATED':
    case 'GROUP_DELETED':
      return `${event.provider} ${upstreamIdOf(event.groupKey)}`
    case 'MEMBER_ADDED':
    case 'MEMBER_REMOVED':
      return `${event.provider} ${upstreamIdOf(event.groupKey)} ${event.userUpstreamId}`
  }
}

/** What takes the subject of the event away when it is deleted. */
function ownersOf(event: DirectoryEvent): string[] {
  const directories = event.directoryKey === null ? [] : [upstreamIdOf(event.directoryKey)]
  const members = event.kind === 'MEMBER_ADDED' ? [upstreamIdOf(event.groupKey), event.userUpstreamId] : []
  return [...directories, ...members].map(id => `${event.provider} ${id}`)
}

function updatedAtMsOf(event: DirectoryEvent): number | null {
  const entity = 'groupKey' in event ? event.group : 'userKey' in event ? event.user : event.directory
  return entity?.updatedAt?.getTime() ?? null
}

/** A map of the entries that were used last: its order is that of their last use. */
function createRecent<T>(max: number) {
  const entries = new Map<string, T>()
  const set = (key: string, value: T) => {
    entries.delete(key)
    entries.set(key, value)
    const [oldest] = entries.size > max ? entries.keys() : []
    if (oldest !== undefined) entries.delete(oldest)
  }
  return {
    get(key: string): T | undefined {
      const value = entries.get(key)
      if (value !== undefined) set(key, value)
      return value
    },
    set,
  }
}
