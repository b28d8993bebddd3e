import type { DirectoryEvent, DirectoryEventKind } from './directory-event.ts'
import type { ProviderName } from './entity-key.ts'

/** What an event is, as far as it shows without reading the rest; `kind` is null for one that is not known here. */
export type EventIdentity =
  | { readonly kind: null; readonly name: string }
  | {
      readonly kind: DirectoryEventKind
      /** What the provider calls the kind. */
      readonly name: string
      /** The provider's own id of the event; the same one however often it comes. */
      readonly id: string
      readonly occurredAt: Date
    }

/**
 * The port for what providers tell by themselves, beside `DirectoryProvider`, and implemented by the same adapters and
 * a composite of them. It is the server's own: no caller gets hold of it. `raw` is an event as the provider sent it,
 * parsed from JSON; of a provider that is not set up no kind is known.
 */
export interface EventReceiver {
  /** Throws `MalformedEventError` for what is no event of the provider, or is one without id or time. */
  identifyEvent(provider: ProviderName, raw: unknown): EventIdentity
  /** What an event says, of which somebody else has ended the reuse; null for a kind that is not known. Throws as above. */
  readEvent(provider: ProviderName, raw: unknown): DirectoryEvent | null
  /**
   * Ends the reuse of the answers that an event contradicts, and resolves with what it says; null for a kind that is
   * not known. An event that comes twice or late is no different: nothing is wrong with asking again. Rejects with
   * `MalformedEventError` for one that can't be read, after ending the reuse of all of the provider's answers.
   */
  applyEvent(provider: ProviderName, raw: unknown): Promise<DirectoryEvent | null>
  /** Ends the reuse of every answer: events were missed, and nobody knows which. */
  forgetAll(): Promise<void>
  /**
   * Whether events may be missed from now on. While they may, nothing that is kept answers anybody, not even in the
   * place of a provider that fails. What is read meanwhile is kept, for the time after.
   */
  suspendReuse(isSuspended: boolean): void
}
