import type { EventReceiver } from '../domain/event-receiver.ts'
import type { EventSource } from '../domain/event-source.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { EventMetrics } from '../telemetry/metrics.ts'
import { createEventFeed, type EventFeed } from './event-feed.ts'
import { createEventIntake, type TakeEvent } from './event-intake.ts'
import type { EventLog } from './event-log.ts'
import { startEventPoller } from './event-poller.ts'
import { createMemoryEventLog } from './memory-event-log.ts'
import { createMemoryPollState, type PollState } from './poll-state.ts'

export interface EventPipelineSettings {
  readonly receiver: EventReceiver
  /** The log of WorkOS, where it is to be polled. */
  readonly poll: { readonly source: EventSource; readonly everyMs: number; readonly state?: PollState } | null
  readonly eventLog?: EventLog
  readonly log: Logger
  /** Who counts; nobody, if absent. */
  readonly metrics?: EventMetrics
}

/** From what a provider tells to what it ends, and to whoever listens. */
export interface EventPipeline {
  readonly take: TakeEvent
  readonly feed: EventFeed
  /** Ends the polling, and resolves when what was taken has been worked on. */
  stop(): Promise<void>
}

/** Puts together the log, whoever follows it, and where it is polled the poller. Makes calls only for that one. */
export function startEventPipeline(settings: EventPipelineSettings): EventPipeline {
  const { receiver, poll, log, eventLog = createMemoryEventLog() } = settings
  const watched = settings.metrics && { metrics: settings.metrics }
  const take = createEventIntake({ eventLog, receiver, log, ...watched })
  const feed = createEventFeed({ eventLog, receiver, log, ...watched })
  const poller =
    poll &&
    startEventPoller({
      ...poll,
      provider: 'workos',
      state: poll.state ?? createMemoryPollState(),
      receiver,
      take,
      breakOff: eventLog.breakOff,
      log,
    })
  return {
    take,
    feed,
    async stop() {
      await poller?.stop()
      await eventLog.stop()
      feed.stop()
    },
  }
}
