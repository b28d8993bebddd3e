import type { Page, PageRequest } from '../../domain/page.ts'
import { InvalidInputError, type ProviderError, UnavailableError } from '../../domain/provider-error.ts'
import type { Query } from '../../upstream/upstream-client.ts'
import { idOf, type ListWire } from './workos-wire.ts'

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

  const cursors = cursorsOf(list, request)
  const edges = list.data
    .map((raw, index) => ({ cursor: cursors[index] ?? '', node: parse(raw) }))
    .filter(({ node }, index) => node instanceof Error || cursors.indexOf(cursors[index] ?? '') === index)
  const isForward = request.direction === 'forward'
  const isMoreBehind = isGiven(before) || request.cursor !== null
  return {
    edges: isForward ? edges : edges.reverse(),
    hasNextPage: isForward ? isGiven(after) : isMoreBehind,
    hasPreviousPage: isForward ? isMoreBehind : isGiven(after),
    totalCount: null,
  }
}

/**
 * The ids of the items. A record without one takes the page's own cursor if it is the last, else a neighbour's, so that
 * the walk goes on around it. Throws `UnavailableError` where there is none.
 */
function cursorsOf({ data, list_metadata }: ListWire, request: PageRequest): string[] {
  const ids = data.map(idOf)
  const last = ids.length - 1
  return ids.map((id, index) => {
    if (id !== null) return id
    const onward = index === last ? list_metadata.after : null
    const neighbour = ids.slice(0, index).findLast(isGiven) ?? ids.slice(index + 1).find(isGiven)
    const cursor = onward ?? neighbour ?? request.cursor
    if (cursor === null) throw new UnavailableError('workos', 'bad-response')
    return cursor
  })
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

function isGiven(cursor: string | null | undefined): cursor is string {
  return typeof cursor === 'string' && cursor !== ''
}
