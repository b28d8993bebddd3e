import type { Page, PageRequest } from '../../domain/page.ts'
import { InvalidInputError, type ProviderError, UnavailableError } from '../../domain/provider-error.ts'
import type { Query } from '../../upstream/upstream-client.ts'
import { type ListWire, recordWire } from './workos-wire.ts'

/**
 * The parameters of a page. Any item's id is a cursor. Backward is the other order with `after`, since sources
 * differ on which rows `before` answers; `order` is always sent, since without it cursors mean the reverse.
 */
export function toQuery({ direction, limit, cursor }: PageRequest): Query {
  if (cursor !== null && !/^[a-z][A-Za-z0-9_-]{1,63}$/.test(cursor)) {
    throw new InvalidInputError('This is no cursor of WorkOS.', direction === 'forward' ? 'after' : 'before')
  }
  return { limit, order: direction === 'forward' ? 'desc' : 'asc', after: cursor }
}

/**
 * The page in an answer to `toQuery(request)`. Throws `InvalidInputError` for a cursor that has gone stale, and
 * `UnavailableError` for one that leads back to itself.
 */
export function toPage<T extends object>(
  list: ListWire,
  request: PageRequest,
  parse: (raw: unknown) => T | ProviderError,
): Page<T> {
  const { before, after } = list.list_metadata
  refuseStaleCursor(list, request)
  if (typeof after === 'string' && after === request.cursor)
    throw new UnavailableError('workos', 'cursor-loop')

  let cursor = request.cursor ?? ''
  const seen = new Set<string>()
  const edges = list.data.flatMap(raw => {
    const record = recordWire.safeParse(raw)
    // A record without an id has no cursor; its neighbour's keeps the walk going.
    if (record.success) cursor = record.data.id
    if (record.success && seen.has(cursor)) return []
    seen.add(cursor)
    return [{ cursor, node: parse(raw) }]
  })
  const isForward = request.direction === 'forward'
  const isMoreBehind = isGiven(before) || request.cursor !== null
  return {
    edges: isForward ? edges : edges.reverse(),
    hasNextPage: isForward ? isGiven(after) : isMoreBehind,
    hasPreviousPage: isForward ? isMoreBehind : isGiven(after),
    totalCount: null,
  }
}

/** An id that WorkOS does not know any more may be answered with the first page: nothing lies before that one. */
function refuseStaleCursor(list: ListWire, { cursor, direction }: PageRequest): void {
  const isFirstPage = list.list_metadata.before === null && list.data.length > 0
  if (cursor !== null && isFirstPage) {
    throw new InvalidInputError(
      'The cursor names an item that is gone; start again from the beginning of the list.',
      direction === 'forward' ? 'after' : 'before',
      'workos',
    )
  }
}

function isGiven(cursor: string | null | undefined): boolean {
  return typeof cursor === 'string' && cursor !== ''
}
