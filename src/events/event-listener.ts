import type { DirectoryEvent } from '../domain/directory-event.ts'
import type { EventWish, PlacedEvent } from '../domain/placed-event.ts'
import { NotFoundError } from '../domain/provider-error.ts'
import type { EventBuffer } from './event-buffer.ts'

/** Somebody who wants to be told. */
export interface EventSubscription extends EventWish {
  /** The place of the last event that they had; null for what happens from now on. */
  readonly after: string | null
  /** Ends the telling. */
  readonly signal: AbortSignal
}

/** Somebody who listens: what they read, and how they are told that there is more. */
export interface EventListener extends AsyncIterableIterator<PlacedEvent> {
  /** What there was before is in the buffer now; `firstSince` is the position of the first that came since a time. */
  begin(firstSince: (sinceMs: number) => number): void
  /** An event has just been added to the buffer. */
  heed(event: DirectoryEvent): void
  /** Something else has changed there. */
  wake(): void
  end(): void
}

export interface ListenerSettings {
  /** How long a place that is not known is waited for. */
  readonly settlingMs: number
  /** Whether what there was before is in the buffer already; otherwise `begin` says so. */
  readonly hasBegun: boolean
  readonly onEnd: (listener: EventListener) => void
}

/**
 * Reads events from the buffer, from a position on. `next` is called by one at a time; it rejects with a `NotFoundError`
 * where the place or the position is not in the buffer any more.
 */
export function createEventListener(
  buffer: EventBuffer,
  { organization, wants, after, signal }: EventSubscription,
  { settlingMs, hasBegun, onEnd }: ListenerSettings,
): EventListener {
  const sinceMs = Date.now()
  let isBeginning = !hasBegun
  let position = after === null && hasBegun ? buffer.end : null
  let isEnded = false
  let resume: (() => void) | null = null

  const isWanted = (event: DirectoryEvent) =>
    (organization === null || event.organizationKey === organization) && wants(event)

  /** Until something is there, it is over, or the time is. */
  const woken = (timeoutMs: number | null = null) =>
    new Promise<void>(resolve => {
      const timer = timeoutMs === null ? undefined : setTimeout(() => listener.wake(), timeoutMs)
      resume = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  async function findPlace(place: string): Promise<number> {
    const untilMs = performance.now() + settlingMs
    for (;;) {
      const found = buffer.positionAfter(place, organization)
      if (found !== null || isEnded) return found ?? buffer.end
      const leftMs = untilMs - performance.now()
      if (leftMs <= 0) throw missed()
      await woken(leftMs)
    }
  }

  async function take(): Promise<PlacedEvent | null> {
    while (isBeginning && !isEnded) await woken()
    position ??= after === null ? buffer.end : await findPlace(after)
    while (!isEnded) {
      if (position >= buffer.end) {
        await woken()
        continue
      }
      const placed = buffer.at(position)
      if (placed === null) throw missed()
      position += 1
      if (isWanted(placed.event)) return placed
    }
    return null
  }

  const listener: EventListener = {
    [Symbol.asyncIterator]: () => listener,
    async next() {
      try {
        const value = await take()
        return value === null ? { done: true, value: undefined } : { done: false, value }
      } catch (error) {
        listener.end()
        throw error
      }
    },
    async return() {
      listener.end()
      return { done: true, value: undefined }
    },
    begin(firstSince) {
      isBeginning = false
      if (after === null) position = firstSince(sinceMs)
      listener.wake()
    },
    heed(event) {
      // Who does not wait is about to look. Who waits is at the end, and stays there for what they do not want.
      if (resume === null) return
      if (position === null || isWanted(event)) listener.wake()
      else position = buffer.end
    },
    wake() {
      resume?.()
      resume = null
    },
    end() {
      isEnded = true
      signal.removeEventListener('abort', listener.end)
      onEnd(listener)
      listener.wake()
    },
  }
  if (signal.aborted) listener.end()
  else signal.addEventListener('abort', listener.end)
  return listener
}

function missed(): NotFoundError {
  return new NotFoundError(
    'Events were missed that are not kept any more: read again what is shown, and subscribe without `Last-Event-ID`.',
  )
}
