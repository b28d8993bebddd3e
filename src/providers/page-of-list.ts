import type { EntityKey } from '../domain/entity-key.ts'
import { upstreamIdOf } from '../domain/entity-key.ts'
import type { Page, PageRequest } from '../domain/page.ts'
import { InvalidInputError, type ProviderError } from '../domain/provider-error.ts'

/**
 * A page of a list that is there as a whole: the provider sends it unpaginated, or with its parent.
 * The cursor is the item's own id. Throws `InvalidInputError` for the id of an item that is gone.
 */
export function pageOfList<T extends { readonly key: EntityKey }>(
  list: readonly (T | ProviderError)[],
  { direction, limit, cursor }: PageRequest,
): Page<T> {
  const cursors = list.map((item, index) => (item instanceof Error ? `#${index}` : upstreamIdOf(item.key)))
  const at = cursor === null ? null : cursors.indexOf(cursor)
  if (at === -1)
    throw new InvalidInputError(
      'The cursor names an item that is not in this list any more.',
      direction === 'forward' ? 'after' : 'before',
    )
  const [start, end] =
    direction === 'forward'
      ? [at === null ? 0 : at + 1, Math.min((at ?? -1) + 1 + limit, list.length)]
      : [Math.max((at ?? list.length) - limit, 0), at ?? list.length]
  return {
    edges: list.slice(start, end).map((node, index) => ({ cursor: cursors[start + index] ?? '', node })),
    hasNextPage: end < list.length,
    hasPreviousPage: start > 0,
    totalCount: list.length,
  }
}

/** The page of a list that is known to have nothing in it. */
export const EMPTY_PAGE: Page<never> = {
  edges: [],
  hasNextPage: false,
  hasPreviousPage: false,
  totalCount: 0,
}
