import type { CallContext, Listed } from '../domain/directory-provider.ts'
import type { ProviderName } from '../domain/entity-key.ts'
import type { Page, PageRequest } from '../domain/page.ts'
import { ProviderError, UnavailableError } from '../domain/provider-error.ts'
import type { Ask } from './patient-calls.ts'

/** The largest page that a provider gives of users and groups in one call, by its published rules. */
const PAGE_SIZES: Readonly<Record<ProviderName, number>> = { workos: 100, scalekit: 30 }

/** A page of a list, the cursor that leads to it, null for the first, and where the list goes on; null is its end. */
export interface WalkedPage<T> {
  readonly page: Page<T>
  readonly cursor: string | null
  readonly next: string | null
}

/** A slot of a batch; one that is missing is the provider's mistake. */
type Slot<T> = Listed<T> | undefined

/**
 * Walks a list from a cursor to its end with as few calls as it takes. Throws the `ProviderError` that ends the walk:
 * `InvalidInputError` for a cursor that the provider does not know any more.
 */
export async function* walkList<T extends { readonly key: string }>(
  provider: ProviderName,
  ask: Ask,
  list: (page: PageRequest, call: CallContext) => Promise<Slot<T>>,
  { from = null, size = PAGE_SIZES[provider] }: { from?: string | null; size?: number } = {},
): AsyncGenerator<WalkedPage<T>> {
  let cursor = from
  for (;;) {
    const request: PageRequest = { direction: 'forward', limit: size, cursor }
    const page = await ask(provider, async call => {
      const listed = await list(request, call)
      if (listed === undefined) throw new UnavailableError(provider, 'bad-response')
      if (listed instanceof ProviderError) throw listed
      return listed
    })
    const next: string | null = page.hasNextPage ? (page.edges.at(-1)?.cursor ?? null) : null
    if (next !== null && next === cursor) throw new UnavailableError(provider, 'cursor-loop')
    yield { page, cursor, next }
    if (next === null) return
    cursor = next
  }
}

/** How many records of a page came so that nobody can read them. */
export function unreadIn(page: Page<object>): number {
  return page.edges.filter(({ node }) => node instanceof ProviderError).length
}
