import { type DirectoryEvent, MalformedEventError } from '../domain/directory-event.ts'
import type { EventIdentity, EventReceiver } from '../domain/event-receiver.ts'

/** What of receiving events is the provider's own. */
export interface EventReading {
  identify(raw: unknown): EventIdentity
  /** The event and the tags that it drops; null for a kind that is not known. Throws `MalformedEventError`. */
  read(raw: unknown): { readonly event: DirectoryEvent; readonly drops: readonly string[] } | null
}

/** What is kept of the provider's answers. */
interface Kept {
  drop(tags: readonly string[]): Promise<void>
  forgetAll(): Promise<void>
  suspendReuse(isSuspended: boolean): void
}

/** Receives the events of one provider. */
export function createEventReception(kept: Kept, reading: EventReading): EventReceiver {
  return {
    identifyEvent: (_provider, raw) => reading.identify(raw),
    readEvent: (_provider, raw) => reading.read(raw)?.event ?? null,
    async applyEvent(_provider, raw) {
      const read = await readOrForget(raw)
      if (read === null) return null
      await kept.drop(read.drops)
      return read.event
    },
    forgetAll: () => kept.forgetAll(),
    suspendReuse: isSuspended => kept.suspendReuse(isSuspended),
  }

  /** Something has happened, and what it contradicts can't be told. */
  async function readOrForget(raw: unknown) {
    try {
      return reading.read(raw)
    } catch (error) {
      if (error instanceof MalformedEventError) await kept.forgetAll()
      throw error
    }
  }
}
