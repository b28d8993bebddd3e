import { toUlid } from './minted-ids.ts'
import { Refusal, type RouteHandler } from './router.ts'
import type { SandboxData } from './sandbox-data.ts'
import { refuseInvalid, toWorkosAnswer } from './workos-answers.ts'
import { toWorkosPage } from './workos-paging.ts'
import type { WorkosDirectory, WorkosEvent } from './workos-records.ts'

const missingEvents = {
  message: 'One or more event names (e.g. dsync.user.created) must be provided using the events parameter.',
  code: 'invalid_events_request',
}

function parseInstant(search: URLSearchParams, field: string): number | null {
  const text = search.get(field)
  if (text === null) return null
  const instant = Date.parse(text)
  if (Number.isNaN(instant))
    throw refuseInvalid({ field, code: `${field} must be a valid ISO 8601 date string` })
  return instant
}

// Clients in the field write the array as a comma list, as a repeated name, or with brackets.
function parseEventNames(search: URLSearchParams): string[] {
  return [...search.getAll('events'), ...search.getAll('events[]')]
    .flatMap(names => names.split(','))
    .filter(name => name !== '')
}

/** GET /events. */
export function createEventsHandler({ workos, quirks }: SandboxData): RouteHandler {
  return ({ search }) => {
    const names = parseEventNames(search)
    if (names.length === 0) throw new Refusal(toWorkosAnswer(400, missingEvents))
    const start = parseInstant(search, 'range_start')
    const end = parseInstant(search, 'range_end')
    if (start !== null && search.has('after')) {
      throw refuseInvalid({ field: 'range_start', code: 'range_start cannot be combined with after' })
    }
    const organizationId = search.get('organization_id')
    const matching = workos.events.filter(({ event, data, created_at }) => {
      const instant = Date.parse(created_at)
      if (start !== null && instant < start) return false
      if (end !== null && instant > end) return false
      if (organizationId !== null && data.organization_id !== organizationId) return false
      return names.includes(event)
    })
    // The log is read forward: oldest first unless asked otherwise, and no way back is offered.
    const forward = new URLSearchParams(search)
    if (!forward.has('order')) forward.set('order', 'asc')
    const { data, list_metadata } = toWorkosPage(matching, forward, quirks)
    return toWorkosAnswer(200, { object: 'list', data, list_metadata: { after: list_metadata.after } })
  }
}

/** Adds an event of this moment to the log. */
export function appendEvent(events: WorkosEvent[], event: string, data: Record<string, unknown>): void {
  const now = Date.now()
  events.push({
    object: 'event',
    id: `event_${toUlid(now, Math.random)}`,
    event,
    data,
    created_at: new Date(now).toISOString(),
  })
}

/** The data of `dsync.deleted`: the state is the one before the deletion, and no domain is named. */
export function toDeletedEventData(directory: WorkosDirectory): Record<string, unknown> {
  const { object, id, organization_id, type, state, name, created_at, updated_at } = directory
  return { object, id, organization_id, type, state, name, created_at, updated_at }
}
