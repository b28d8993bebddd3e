import { type DirectoryEvent, MalformedEventError } from '../domain/directory-event.ts'
import { createEventOrder } from '../domain/event-order.ts'
import type { EventReceiver } from '../domain/event-receiver.ts'
import type { PlacedEvent } from '../domain/placed-event.ts'
import { type Logger, toLoggable } from '../telemetry/logger.ts'
import type { EventMetrics } from '../telemetry/metrics.ts'
import { createEventBuffer } from './event-buffer.ts'
import { createEventListener, type EventListener, type EventSubscription } from './event-listener.ts'
import type { EventLog, LoggedEvent } from './event-log.ts'

/** What has happened, for those who listen: each event once, in order, after the caches know of it. */
export interface EventFeed {
  /**
   * The events after a place, and from then on each as it comes. `next` rejects with a `NotFoundError` where events were
   * missed that can't be had any more: the place is not known here, or whoever listens has fallen behind all that is
   * kept.
   */
  subscribe(subscription: EventSubscription): AsyncIterableIterator<PlacedEvent>
  /** How many listen, what is kept for those who come back, and how long the last event took since it was received. */
  status(): {
    readonly subscribers: number
    readonly kept: { readonly events: number; readonly bytes: number }
    readonly lagMs: number | null
  }
  /** Ends for all who listen. */
  stop(): void
}

export interface EventFeedSettings {
  readonly eventLog: Pick<EventLog, 'follow'>
  readonly receiver: Pick<EventReceiver, 'applyEvent' | 'readEvent' | 'forgetAll' | 'suspendReuse'>
  readonly log: Logger
  readonly metrics?: EventMetrics
  /** What is kept for those who come back or are slow, 5,000 and 8 MiB unless said otherwise; beyond it the oldest go. */
  readonly maxEvents?: number
  readonly maxBytes?: number
  /** A replica may tell somebody of an event a moment before another one, where they come back to, knows it. */
  readonly settlingMs?: number
}

/**
 * Follows the log on this replica. Events are kept once for all who listen, who each have no more than a position among
 * them: so coming back and being slow cost no memory, and nothing can slip through between what is kept and what is new.
 */
export function createEventFeed(settings: EventFeedSettings): EventFeed {
  const { eventLog, receiver, log, metrics, settlingMs = 1_000 } = settings
  const { maxEvents = 5_000, maxBytes = 8 * 1_024 * 1_024 } = settings
  const buffer = createEventBuffer({ maxEvents, maxBytes })
  const order = createEventOrder()
  /** By their places, until they are delivered: no more than the log itself has under way. */
  const applied = new Map<string, DirectoryEvent>()
  const listeners = new Set<EventListener>()
  let lagMs: number | null = null
  /** It may be lost again before what was missed has been told. */
  let isLost = false
  let hasBegun = false
  let isStopped = false

  async function apply({ place, provider, body }: LoggedEvent, isApplied = false): Promise<void> {
    try {
      const event = isApplied ? receiver.readEvent(provider, body) : await receiver.applyEvent(provider, body)
      // Of unknown kinds the intake tells, which lets none of them in.
      if (event !== null) applied.set(place, event)
    } catch (error) {
      if (error instanceof MalformedEventError) log.warn({ provider, field: error.field }, 'unreadable event')
      else log.error({ provider, error: toLoggable(error) }, 'event not applied')
    }
  }

  function publish({ place, body, receivedAtMs }: LoggedEvent): void {
    const event = applied.get(place)
    applied.delete(place)
    if (event === undefined) return
    const verdict = order.judge(event)
    metrics?.event(event.provider, event.kind, verdict)
    if (verdict !== 'accepted') return
    lagMs = Math.max(0, Date.now() - receivedAtMs)
    metrics?.delivered(event.provider, (Date.now() - event.occurredAt.getTime()) / 1_000)
    buffer.push({ place, event }, JSON.stringify(body).length)
    for (const listener of listeners) listener.heed(event)
  }

  async function regain(gap: boolean, isBeginning: boolean): Promise<void> {
    if (gap) await receiver.forgetAll()
    // Nobody has been told anything before the beginning, so nobody has missed anything.
    if (gap && !isBeginning) {
      applied.clear()
      buffer.breakOff()
      for (const listener of listeners) listener.wake()
    }
    receiver.suspendReuse(isLost)
  }

  // What was there before goes first, though what is new may come while that is read.
  const before = Promise.withResolvers<void>()
  let work = before.promise
  eventLog
    .follow({
      apply: logged => apply(logged),
      deliver(logged) {
        work = work.then(() => publish(logged))
      },
      lost() {
        isLost = true
        receiver.suspendReuse(true)
      },
      regained(gap) {
        isLost = false
        const isBeginning = !hasBegun
        work = work.then(() => regain(gap, isBeginning))
      },
    })
    .then(async ({ recent }) => {
      const received: { readonly atMs: number; readonly position: number }[] = []
      for (const logged of recent) {
        await apply(logged, logged.isApplied)
        received.push({ atMs: logged.receivedAtMs, position: buffer.end })
        publish(logged)
      }
      const firstSince = (sinceMs: number) =>
        received.find(({ atMs }) => atMs >= sinceMs)?.position ?? buffer.end
      hasBegun = true
      for (const listener of listeners) listener.begin(firstSince)
    })
    .catch(error => log.error({ error: toLoggable(error) }, 'unexpected error'))
    .then(before.resolve)

  return {
    subscribe(subscription) {
      const onEnd = (ended: EventListener) => listeners.delete(ended)
      const listener = createEventListener(buffer, subscription, { settlingMs, hasBegun, onEnd })
      if (isStopped) listener.end()
      else if (!subscription.signal.aborted) listeners.add(listener)
      return listener
    },
    status: () => ({ subscribers: listeners.size, kept: buffer.size, lagMs }),
    stop() {
      isStopped = true
      for (const listener of listeners) listener.end()
    },
  }
}
