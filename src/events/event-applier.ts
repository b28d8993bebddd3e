import { MalformedEventError } from '../domain/directory-event.ts'
import type { EventReceiver } from '../domain/event-receiver.ts'
import { type Logger, toLoggable } from '../telemetry/logger.ts'
import type { EventFollower } from './event-log.ts'

/** Follows the log for the sake of what is kept: nobody listens to the events themselves. */
export function createEventApplier(receiver: EventReceiver, log: Logger): EventFollower {
  return {
    async apply({ provider, body }) {
      try {
        await receiver.applyEvent(provider, body)
      } catch (error) {
        if (error instanceof MalformedEventError)
          log.warn({ provider, field: error.field }, 'unreadable event')
        else log.error({ provider, error: toLoggable(error) }, 'event not applied')
      }
    },
    deliver() {},
    lost() {
      receiver.suspendReuse(true)
    },
    regained(gap) {
      const forgotten = gap ? receiver.forgetAll() : Promise.resolve()
      forgotten.finally(() => receiver.suspendReuse(false))
    },
  }
}
