import type { CallContext } from './directory-provider.ts'

/** Where to begin in a provider's log of events: behind the one with that id, or at a time. */
export type EventsFrom = { readonly after: string } | { readonly since: Date }

/** Some of a provider's events, oldest first. */
export interface EventsPage {
  /** As the provider sent them, parsed from JSON. */
  readonly events: readonly unknown[]
  /** The id of the event behind which there are more; null at the end. */
  readonly next: string | null
}

/** The port for a provider's own log of events, for where nobody delivers them. */
export interface EventSource {
  /** Null where the provider does not know the event to go on from. Rejects with a `ProviderError`. */
  listEvents(from: EventsFrom, call: CallContext): Promise<EventsPage | null>
}
