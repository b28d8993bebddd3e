import { MalformedEventError } from '../domain/directory-event.ts'
import type { ProviderName } from '../domain/entity-key.ts'
import type { EventReceiver } from '../domain/event-receiver.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { EventMetrics } from '../telemetry/metrics.ts'
import { type EventLog, EventLogUnavailableError } from './event-log.ts'

/**
 * What became of an event. `logged`: it will be worked on. `duplicate`: it was logged before. `unknown`: of no kind that
 * says anything here. `unreadable`: no event at all. `unavailable`: it could not be logged, and has to come again.
 */
export type EventOutcome = 'logged' | 'duplicate' | 'unknown' | 'unreadable' | 'unavailable'

/** Takes an event, as the provider sent it, from whoever has made sure that it did. */
export type TakeEvent = (provider: ProviderName, raw: unknown) => Promise<EventOutcome>

export interface EventIntakeSettings {
  readonly eventLog: Pick<EventLog, 'append'>
  readonly receiver: Pick<EventReceiver, 'identifyEvent' | 'applyEvent'>
  readonly log: Logger
  readonly metrics?: EventMetrics
}

/** The one way into the log, for what is delivered and for what is polled. */
export function createEventIntake({ eventLog, receiver, log, metrics }: EventIntakeSettings): TakeEvent {
  return async (provider, raw) => {
    const identity = identify(provider, raw)
    if (identity === null) return 'unreadable'
    if (identity.kind === null) {
      log.info({ provider, kind: toLoggableName(identity.name) }, 'event of an unknown kind')
      metrics?.event(provider, null, 'unknown')
      return 'unknown'
    }
    try {
      return (await eventLog.append(provider, identity.id, raw)) ? 'logged' : 'duplicate'
    } catch (error) {
      if (!(error instanceof EventLogUnavailableError)) throw error
      // What is known to be wrong is not shown by this replica at least, until the event comes again.
      await receiver.applyEvent(provider, raw).catch(() => {})
      return 'unavailable'
    }
  }

  function identify(provider: ProviderName, raw: unknown) {
    try {
      return receiver.identifyEvent(provider, raw)
    } catch (error) {
      if (error instanceof MalformedEventError) return null
      throw error
    }
  }
}

/** A name that could be one; anything else might be somebody's data, or a line of the log. */
function toLoggableName(name: string): string {
  return /^[a-z][a-z0-9_.]{0,79}$/.test(name) ? name : 'no readable name'
}
