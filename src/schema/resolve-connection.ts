import type { GraphQLResolveInfo } from 'graphql'
import type { Detail } from '../domain/entities.ts'
import type { EntityKind } from '../domain/entity-key.ts'
import type { Page, PageRequest } from '../domain/page.ts'
import { type Connection, toConnection, toCountOnly } from '../relay/connection.ts'
import { type ConnectionArguments, toPageRequest } from '../relay/page-request.ts'
import { isCountOnly, neededDetail } from './selection.ts'

/** The list that a connection field pages through. */
export interface ConnectionSource<T> {
  readonly kind: EntityKind
  /** Names the list, its parent and its filter: a cursor of one list is refused by all others. */
  readonly listId: string
  /** How many items the list has, where the parent says so. */
  readonly knownCount?: number | null | undefined
  /** Whether it is a part of its parent's list. */
  readonly isFiltered?: boolean
  load(page: PageRequest, detail: Detail): Page<T> | Promise<Page<T>>
}

/**
 * Answers a connection field: arguments to page request, page to connection, and no call for a count that is known. At
 * once where the page is there at once.
 */
export function resolveConnection<T extends object>(
  args: ConnectionArguments,
  info: GraphQLResolveInfo,
  { kind, listId, knownCount = null, load }: ConnectionSource<T>,
): Connection<T> | Promise<Connection<T>> {
  const request = toPageRequest(args, listId)
  const detail = neededDetail(info, kind)
  if (isCountOnly(info)) {
    if (knownCount !== null) return toCountOnly(knownCount)
    const countOnly: PageRequest = { direction: 'forward', limit: 0, cursor: null }
    return once(load(countOnly, detail), ({ totalCount }) => toCountOnly(totalCount))
  }
  return once(load(request, detail), page => toConnection(page, listId, knownCount))
}

function once<T, Result>(value: T | Promise<T>, then: (value: T) => Result): Result | Promise<Result> {
  return value instanceof Promise ? value.then(then) : then(value)
}
