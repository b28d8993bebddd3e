import type { EntityKey } from '../domain/entity-key.ts'
import type { PageRequest } from '../domain/page.ts'

/** Names a page of a list, below `parent` if it is below any: `list` says which, and how much of its items is needed. */
export function placeOf(list: string, parent: EntityKey | null, page: PageRequest): string {
  const { direction, limit, stride = '', cursor } = page
  return `${list} ${direction} ${limit} ${stride} ${parent ?? ''}${cursor === null ? '' : ` ${cursor}`}`
}
