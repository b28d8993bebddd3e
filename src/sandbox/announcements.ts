import { toScalekitDigits, toUlid } from './minted-ids.ts'
import type { ScalekitEvent } from './scalekit-records.ts'
import type { WorkosEvent } from './workos-records.ts'

/** An event in the form of the provider that tells of it. */
export type SandboxEvent = WorkosEvent | ScalekitEvent

/** Tells what happens in the sandbox, by the providers' own words. */
export interface Announcements {
  /** The time in milliseconds since the epoch; later at each call, so that no two changes share an instant. */
  now(): number
  /** Tells an event of WorkOS: into its log, and to whoever has it delivered. */
  workos(event: string, data: object): void
  /** Tells an event of Scalekit to whoever has it delivered; there is no log. */
  scalekit(type: string, organizationId: string, data: object): void
  /** Does the work, and says what was told meanwhile, in order. */
  during<Result>(work: () => Result): { result: Result; events: SandboxEvent[] }
}

/** The log is for the last days only, and a sandbox that runs for long must not grow. */
const maxLogged = 10_000
const environmentId = 'env_10000000000000001'

// Five digits, so that two sandboxes that make an event in one millisecond do not give it one id.
const toSequence = () => Math.floor(Math.random() * 100_000)

function toObject(type: string): ScalekitEvent['object'] {
  if (type.startsWith('organization.directory.user_')) return 'DirectoryUser'
  if (type.startsWith('organization.directory.group_')) return 'DirectoryGroup'
  return type.startsWith('organization.directory_') ? 'Directory' : 'Organization'
}

/** Tells events: those of WorkOS go into `log`, all of them to `deliver`. */
export function createAnnouncements(
  log: WorkosEvent[],
  deliver: (provider: 'workos' | 'scalekit', event: SandboxEvent) => void,
): Announcements {
  let lastMs = 0
  let heard: SandboxEvent[] | null = null
  const now = () => {
    lastMs = Math.max(Date.now(), lastMs + 1)
    return lastMs
  }
  const tell = (provider: 'workos' | 'scalekit', event: SandboxEvent) => {
    heard?.push(event)
    deliver(provider, event)
  }
  return {
    now,
    workos(event, data) {
      const at = now()
      const told: WorkosEvent = {
        object: 'event',
        id: `event_${toUlid(at, Math.random)}`,
        event,
        // What is told stays as it was, whatever becomes of the record.
        data: structuredClone({ ...data }),
        created_at: new Date(at).toISOString(),
      }
      log.push(told)
      if (log.length > maxLogged) log.shift()
      tell('workos', told)
    },
    scalekit(type, organizationId, data) {
      const at = now()
      tell('scalekit', {
        spec_version: '1',
        id: `evt_${toScalekitDigits(at, toSequence())}`,
        type,
        occurred_at: new Date(at).toISOString(),
        environment_id: environmentId,
        organization_id: organizationId,
        object: toObject(type),
        data: structuredClone({ ...data }),
      })
    },
    during(work) {
      const events: SandboxEvent[] = []
      heard = events
      try {
        return { result: work(), events }
      } finally {
        heard = null
      }
    },
  }
}
