import type { Page, PageRequest } from '../domain/page.ts'
import type { ProviderError } from '../domain/provider-error.ts'

const PAGE_SIZE = 100

/** Walks a list to its end, 100 at a time: what came whole, and the errors in the place of what did not. */
export async function everyItem<T extends object>(
  listPage: (page: PageRequest) => Promise<Page<T>>,
): Promise<(T | ProviderError)[]> {
  const items: (T | ProviderError)[] = []
  let cursor: string | null = null
  do {
    const page: Page<T> = await listPage({ direction: 'forward', limit: PAGE_SIZE, cursor })
    items.push(...page.edges.map(edge => edge.node))
    cursor = page.hasNextPage ? (page.edges.at(-1)?.cursor ?? null) : null
  } while (cursor !== null)
  return items
}
