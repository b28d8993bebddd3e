import { pino } from 'pino'
import type { ProviderName } from '../../src/domain/entity-key.ts'
import type { EventReceiver } from '../../src/domain/event-receiver.ts'
import { type EventLog, EventLogUnavailableError } from '../../src/events/event-log.ts'
import { startEventPipeline } from '../../src/events/event-pipeline.ts'
import { createMemoryEventLog } from '../../src/events/memory-event-log.ts'
import { createCompositeReceiver } from '../../src/providers/composite-receiver.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { schema } from '../../src/schema/index.ts'
import { createServer, type ServerSettings } from '../../src/server/server.ts'
import { createScalekitVerify } from '../../src/webhooks/verify-scalekit.ts'
import { createWorkosVerify } from '../../src/webhooks/verify-workos.ts'
import { openScalekit, openWorkos } from '../providers/start-ground.ts'
import { ANY_SERVER } from '../support/any-server.ts'
import { WEBHOOKS } from '../support/sign-webhooks.ts'

export interface Receiver {
  readonly workos: ReturnType<typeof openWorkos>
  readonly fetch: (request: Request) => Promise<Response>
  /** The ids of the events that were logged, in order. */
  readonly logged: readonly string[]
  /** What was logged about it all, line by line. */
  lines(): Record<string, unknown>[]
  /** From now on nothing can be appended. */
  breakLog(): void
  stop(): Promise<void>
}

/** A server that takes webhooks, with everything that it logs to be read by a test. */
export function startReceiver(sandbox: Sandbox, settings: Partial<ServerSettings> = {}): Receiver {
  const written: string[] = []
  const log = pino({ level: 'info' }, { write: line => written.push(line) })
  const logged: string[] = []
  let isBroken = false
  const eventLog = recording(createMemoryEventLog(), logged, () => isBroken)
  const workos = openWorkos(sandbox, log, 300_000)
  const receivers = new Map<ProviderName, EventReceiver>([
    ['workos', workos],
    ['scalekit', openScalekit(sandbox, log, 300_000)],
  ])
  const events = startEventPipeline({
    receiver: createCompositeReceiver(receivers),
    poll: null,
    eventLog,
    log,
  })
  const verifiers = new Map([
    ['workos' as const, createWorkosVerify(WEBHOOKS.workosSecrets)],
    ['scalekit' as const, createScalekitVerify(WEBHOOKS.scalekitSecrets)],
  ])
  const webhooks = { verifiers, take: events.take }
  const server = createServer({ ...ANY_SERVER, schema, provider: workos, log, webhooks, ...settings })
  return {
    workos,
    fetch: server.fetch,
    logged,
    lines: () => written.map(line => JSON.parse(line)),
    breakLog() {
      isBroken = true
    },
    async stop() {
      await server.stop()
      await events.stop()
    },
  }
}

/** The log, as one that may be out of reach, and what was appended to it. */
function recording(eventLog: EventLog, logged: string[], isBroken: () => boolean): EventLog {
  return {
    ...eventLog,
    async append(provider, id, body) {
      if (isBroken()) throw new EventLogUnavailableError()
      const isNew = await eventLog.append(provider, id, body)
      if (isNew) logged.push(id)
      return isNew
    },
  }
}
