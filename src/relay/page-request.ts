import type { PageRequest } from '../domain/page.ts'
import { InvalidInputError } from '../domain/provider-error.ts'
import { openCursor } from './cursor.ts'

/** The arguments of a connection, as a client sends them. */
export interface ConnectionArguments {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
  readonly last?: number | null | undefined
  readonly before?: string | null | undefined
}

export const DEFAULT_PAGE_SIZE = 20
export const MAX_PAGE_SIZE = 100

/**
 * Reads a connection's arguments for the list that is named by `listId`.
 * Throws `InvalidInputError` for a size outside 1 to 100, for arguments of both directions, and for a cursor
 * that this list did not issue.
 */
export function toPageRequest(args: ConnectionArguments, listId: string): PageRequest {
  const { first, after, last, before } = args
  if (isGiven(first) && isGiven(last)) refuse('first', 'Give either `first` or `last`, not both.')
  if (isGiven(last) && isGiven(after))
    refuse('after', '`after` goes with `first`; `last` goes with `before`.')
  if (!isGiven(last) && isGiven(before)) refuse('before', '`before` goes with `last`.')
  const [direction, size, cursor] = isGiven(last)
    ? (['backward', 'last', before] as const)
    : (['forward', 'first', after] as const)
  const limit = args[size] ?? DEFAULT_PAGE_SIZE
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE_SIZE) {
    refuse(size, `\`${size}\` is 1 to ${MAX_PAGE_SIZE}.`)
  }
  return { direction, limit, cursor: isGiven(cursor) ? openCursor(cursor, listId, size) : null }
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}

function refuse(field: string, message: string): never {
  throw new InvalidInputError(message, field)
}
