import type { EntityKey } from '../domain/entity-key.ts'
import type { PlacedEvent } from '../domain/placed-event.ts'

/** The last events, in order, each at a position that counts up from the first there ever was. */
export interface EventBuffer {
  /** The position of the next event. */
  readonly end: number
  /** How many there are, and how large they are together. */
  readonly size: { readonly events: number; readonly bytes: number }
  push(placed: PlacedEvent, bytes: number): void
  /** The event at a position before the end; null where it is gone. */
  at(position: number): PlacedEvent | null
  /**
   * Where somebody goes on who has had the event at `place` and is told what happens in an organization, null for all
   * that happens. Null where that can't be told, or where the event was not for them: whether it is there is not theirs
   * to know.
   */
  positionAfter(place: string, organization: EntityKey | null): number | null
  /** Forgets all, and leaves a hole: whoever was at the end has missed something too. */
  breakOff(): void
}

/** Stands for all organizations among those of which the last event that is gone is known. */
const ALL = 'all'
const MAX_ORGANIZATIONS = 10_000

interface Entry {
  readonly placed: PlacedEvent
  readonly bytes: number
}

/**
 * Keeps events up to a number and a size, and drops the oldest beyond. Of each organization it also knows the last event
 * that it has dropped: whoever had that one has missed nothing, however much has happened elsewhere meanwhile.
 */
export function createEventBuffer({
  maxEvents,
  maxBytes,
}: {
  maxEvents: number
  maxBytes: number
}): EventBuffer {
  const entries = new Map<number, Entry>()
  const positions = new Map<string, number>()
  const lastGone = new Map<string, string>()
  let start = 0
  let end = 0
  let bytes = 0

  function dropOldest(): void {
    const oldest = entries.get(start)
    if (oldest === undefined) return
    entries.delete(start)
    bytes -= oldest.bytes
    start += 1
    const { place, event } = oldest.placed
    positions.delete(place)
    remember(ALL, place)
    if (event.organizationKey !== null) remember(event.organizationKey, place)
  }

  function remember(scope: string, place: string): void {
    lastGone.delete(scope)
    lastGone.set(scope, place)
    const [first] = lastGone.size > MAX_ORGANIZATIONS ? lastGone.keys() : []
    if (first !== undefined) lastGone.delete(first)
  }

  return {
    get end() {
      return end
    },
    get size() {
      return { events: entries.size, bytes }
    },
    push(placed, size) {
      entries.set(end, { placed, bytes: size })
      positions.set(placed.place, end)
      end += 1
      bytes += size
      // The newest stays, however large: those who wait for it are up to date.
      while (entries.size > 1 && (entries.size > maxEvents || bytes > maxBytes)) dropOldest()
    },
    at: position => entries.get(position)?.placed ?? null,
    positionAfter(place, organization) {
      const position = positions.get(place)
      if (position === undefined) return lastGone.get(organization ?? ALL) === place ? start : null
      const isTheirs =
        organization === null || entries.get(position)?.placed.event.organizationKey === organization
      return isTheirs ? position + 1 : null
    },
    breakOff() {
      entries.clear()
      positions.clear()
      lastGone.clear()
      bytes = 0
      end += 1
      start = end
    },
  }
}
