import type { EventSource } from '../../domain/event-source.ts'
import type { UpstreamClient } from '../../upstream/upstream-client.ts'
import { parseAnswer } from '../wire-record.ts'
import { WORKOS_EVENT_NAMES } from './workos-events.ts'
import { listWire } from './workos-wire.ts'

const MAX_EVENTS = 100

/**
 * The Events API: it keeps events for 90 days, in an order that does not change. `after` and `range_start` exclude each
 * other, and a query reaches back 30 days at most.
 */
export function createWorkosEventSource(client: UpstreamClient): EventSource {
  return {
    async listEvents(from, call) {
      const start = 'after' in from ? from : { range_start: from.since.toISOString() }
      const query = { events: WORKOS_EVENT_NAMES.join(','), limit: MAX_EVENTS, order: 'asc', ...start }
      // An event that it does not know any more is refused, or the list begins anew without a word.
      const answers = 'after' in from ? [400, 404, 422] : []
      const { status, body } = await client.send(
        { method: 'get', path: 'events', query, answers, isFresh: true },
        call,
      )
      if (status >= 400) return null
      const { data, list_metadata } = parseAnswer('workos', listWire, body)
      return { events: data, next: list_metadata.after ?? null }
    },
  }
}
