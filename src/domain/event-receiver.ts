import type { DirectoryEvent } from './directory-event.ts'
import type { ProviderName } from './entity-key.ts'

/**
 * The port for what providers tell by themselves, beside `DirectoryProvider`, and implemented by the same adapters and
 * a composite of them. It is the server's own: no caller gets hold of it.
 */
export interface EventReceiver {
  /**
   * Ends the reuse of the answers that an event contradicts, and resolves with what it says; null for a kind that is
   * not known here, and for a provider that is not set up. `raw` is the event as the provider sent it, parsed from
   * JSON. An event that comes twice or late is no different: nothing is wrong with asking again. Rejects with
   * `MalformedEventError` for what can't be read; what it contradicts is then not known.
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
