import type { ProviderName } from '../domain/entity-key.ts'
import type { Page, PageRequest } from '../domain/page.ts'
import { type ProviderError, UnavailableError } from '../domain/provider-error.ts'

const PAGE_SIZE = 100

/**
 * Walks a list to its end, 100 at a time: what came whole, and the errors in the place of what did not.
 * Throws `UnavailableError` when the walk comes back to where it has been.
 */
export async function everyItem<T extends object>(
  provider: ProviderName,
  listPage: (page: PageRequest) => Promise<Page<T>>,
): Promise<(T | ProviderError)[]> {
  const items: (T | ProviderError)[] = []
  const passed = new Set<string>()
  let cursor: string | null = null
  do {
    if (cursor !== null && passed.has(cursor)) throw new UnavailableError(provider, 'cursor-loop')
    if (cursor !== null) passed.add(cursor)
    const page: Page<T> = await listPage({ direction: 'forward', limit: PAGE_SIZE, cursor })
    items.push(...page.edges.map(edge => edge.node))
    cursor = page.hasNextPage ? (page.edges.at(-1)?.cursor ?? null) : null
  } while (cursor !== null)
  return items
}
