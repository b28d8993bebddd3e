import type { DirectoryEvent } from './directory-event.ts'
import type { EntityKey } from './entity-key.ts'

/** An event, and its place among all that were told: whoever had it goes on after it. */
export interface PlacedEvent {
  /** Two numbers with a hyphen between; the same on every replica. Opaque to clients. */
  readonly place: string
  readonly event: DirectoryEvent
}

/** What somebody is to be told. */
export interface EventWish {
  /** The organization whose events they are; null for those of every one, and of none. */
  readonly organization: EntityKey | null
  /** Which of those. */
  readonly wants: (event: DirectoryEvent) => boolean
}
