import { pino } from 'pino'
import { createEventIntake } from '../../src/events/event-intake.ts'
import { type EventLog, EventLogUnavailableError } from '../../src/events/event-log.ts'
import { startEventPoller } from '../../src/events/event-poller.ts'
import { createMemoryEventLog } from '../../src/events/memory-event-log.ts'
import { createMemoryPollState, type PollState } from '../../src/events/poll-state.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { openWorkos } from '../providers/start-ground.ts'

export interface PollerSettings {
  readonly state?: PollState
  readonly everyMs?: number
}

export interface TestPoller {
  /** The ids of the events that were logged, in order. */
  readonly logged: readonly string[]
  readonly eventLog: EventLog
  /** How often whoever follows the log was told that events are missing. */
  gaps(): number
  lines(): Record<string, unknown>[]
  /** Whether events can be appended to the log. */
  setAvailable(isAvailable: boolean): void
  stop(): Promise<void>
}

/** Polls the events of a sandbox, as one process would. */
export function startPoller(sandbox: Sandbox, settings: PollerSettings = {}): TestPoller {
  const written: string[] = []
  const log = pino({ level: 'info' }, { write: line => written.push(line) })
  const workos = openWorkos(sandbox, log, 300_000)
  const logged: string[] = []
  let isAvailable = true
  let gaps = 0
  const memory = createMemoryEventLog()
  void memory.follow({
    apply: async () => {},
    deliver() {},
    lost() {},
    regained(isGap) {
      gaps += Number(isGap)
    },
  })
  const eventLog: EventLog = {
    ...memory,
    async append(provider, id, body) {
      if (!isAvailable) throw new EventLogUnavailableError()
      const isNew = await memory.append(provider, id, body)
      if (isNew) logged.push(id)
      return isNew
    },
  }
  const poller = startEventPoller({
    provider: 'workos',
    source: workos,
    receiver: workos,
    take: createEventIntake({ eventLog, receiver: workos, log }),
    breakOff: eventLog.breakOff,
    state: settings.state ?? createMemoryPollState(),
    everyMs: settings.everyMs ?? 20,
    log,
  })
  return {
    logged,
    eventLog,
    gaps: () => gaps,
    lines: () => written.map(line => JSON.parse(line)),
    setAvailable(now) {
      isAvailable = now
    },
    async stop() {
      await poller.stop()
      await memory.stop()
    },
  }
}
