import { Refusal, type RouteHandler } from './router.ts'
import type { SandboxData } from './sandbox-data.ts'
import { refuseInvalid, toWorkosAnswer } from './workos-answers.ts'
import { toWorkosPage } from './workos-paging.ts'
import type { WorkosEvent } from './workos-records.ts'

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

// A membership names its organization only in the two that it is of.
function isOf({ data }: WorkosEvent, organizationId: string): boolean {
  const { organization_id } = data.user ? (data.user as typeof data) : data
  return organization_id === organizationId
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
    const matching = workos.events.filter(event => {
      const instant = Date.parse(event.created_at)
      if (start !== null && instant < start) return false
      if (end !== null && instant > end) return false
      if (organizationId !== null && !isOf(event, organizationId)) return false
      return names.includes(event.event)
    })
    // The log is read forward: oldest first unless asked otherwise, and no way back is offered.
    const forward = new URLSearchParams(search)
    if (!forward.has('order')) forward.set('order', 'asc')
    const { data, list_metadata } = toWorkosPage(matching, forward, quirks)
    return toWorkosAnswer(200, { object: 'list', data, list_metadata: { after: list_metadata.after } })
  }
}
