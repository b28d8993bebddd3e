import type { ProviderName } from '../domain/entity-key.ts'
import type { Page, PageRequest } from '../domain/page.ts'
import { ProviderError, UnavailableError, UnsupportedError } from '../domain/provider-error.ts'

const PAGE_SIZE = 100
const MAX_PAGES = 100

/**
 * Walks a list to its end, 100 at a time: what came whole, and the errors in the place of what did not.
 * Throws `UnavailableError` when the walk comes back to where it has been.
 */
export async function everyItem<T extends { readonly key: string }>(
  provider: ProviderName,
  listPage: (page: PageRequest) => Promise<Page<T>>,
): Promise<(T | ProviderError)[]> {
  const items: (T | ProviderError)[] = []
  const keys = new Set<string>()
  const passed = new Set<string>()
  let cursor: string | null = null
  do {
    if (passed.size === MAX_PAGES)
      throw new UnsupportedError('There are too many to read them all.', provider)
    if (cursor !== null && passed.has(cursor)) throw new UnavailableError(provider, 'cursor-loop')
    if (cursor !== null) passed.add(cursor)
    const page: Page<T> = await listPage({ direction: 'forward', limit: PAGE_SIZE, cursor })
    for (const { node } of page.edges) {
      // A list that grows while it is walked pushes items on to the next page.
      if (!(node instanceof ProviderError)) {
        if (keys.has(node.key)) continue
        keys.add(node.key)
      }
      items.push(node)
    }
    cursor = page.hasNextPage ? (page.edges.at(-1)?.cursor ?? null) : null
  } while (cursor !== null)
  return items
}
