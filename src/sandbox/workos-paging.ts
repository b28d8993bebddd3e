import { findPlace } from './row-places.ts'
import type { SandboxQuirks } from './sandbox-data.ts'
import { refuseInvalid } from './workos-answers.ts'

/** A page of a WorkOS list, as sent. */
export interface WorkosPage<Row> {
  object: 'list'
  data: Row[]
  list_metadata: { before: string | null; after: string | null }
}

interface PageRequest {
  limit: number
  order: string
  before: string | null
  after: string | null
}

function parsePageRequest(search: URLSearchParams): PageRequest {
  const limit = search.get('limit') ?? '10'
  const order = search.get('order') ?? 'desc'
  const before = search.get('before') || null
  const after = search.get('after') || null
  if (!/^\d+$/.test(limit) || Number(limit) < 1 || Number(limit) > 100) {
    throw refuseInvalid({ field: 'limit', code: 'limit must be an integer between 1 and 100' })
  }
  if (!['asc', 'desc', 'normal'].includes(order)) {
    throw refuseInvalid({ field: 'order', code: 'order must be one of: asc, desc, normal' })
  }
  if (before !== null && after !== null) {
    const code = 'Please provide either "before" or "after", not both.'
    throw refuseInvalid({ field: 'before', code }, { field: 'after', code })
  }
  return { limit: Number(limit), order, before, after }
}

/** Cuts the asked page out of rows that are oldest first. */
export function toWorkosPage<Row extends { id: string }>(
  oldestFirst: readonly Row[],
  search: URLSearchParams,
  quirks: SandboxQuirks,
): WorkosPage<Row> {
  const { limit, order, before, after } = parsePageRequest(search)
  const rows = order === 'asc' ? oldestFirst : oldestFirst.toReversed()
  // `normal` is newest first with the cursors swapped: `before` walks to the older rows.
  const onward = order === 'normal' ? before : after
  const backward = order === 'normal' ? after : before

  const toPlace = (cursor: string) => {
    const place = findPlace(oldestFirst, cursor)
    if (place === -1 && quirks.staleCursor === 'refuse') {
      const field = cursor === before ? 'before' : 'after'
      throw refuseInvalid({ field, code: `Could not find an object with the id, ${cursor}.` })
    }
    return place === -1 || order === 'asc' ? place : rows.length - 1 - place
  }

  let start = 0
  let end = limit
  if (onward !== null) {
    // An unknown cursor stands at -1 and so starts again at the first row, as upstream does.
    start = toPlace(onward) + 1
    end = start + limit
  } else if (backward !== null) {
    // The rows nearest to the cursor, not the first ones of the list.
    const place = toPlace(backward)
    end = place === -1 ? limit : place
    start = Math.max(0, end - limit)
  }

  const data = rows.slice(start, end)
  const previous = start > 0 ? (data[0]?.id ?? null) : null
  const last = end < rows.length ? (data.at(-1)?.id ?? null) : null
  const next = quirks.repeatCursor ? (onward ?? last) : last
  return {
    object: 'list',
    data,
    list_metadata: order === 'normal' ? { before: next, after: previous } : { before: previous, after: next },
  }
}
