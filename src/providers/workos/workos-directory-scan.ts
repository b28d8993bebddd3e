import type { CallContext } from '../../domain/directory-provider.ts'
import type { Directory } from '../../domain/entities.ts'
import { type EntityKey, organizationKeyOf } from '../../domain/entity-key.ts'
import type { Page, PageRequest } from '../../domain/page.ts'
import { ProviderError } from '../../domain/provider-error.ts'

const PAGE_SIZE = 100

/** Directories of many organizations by the listing of all directories, when that is cheaper than asking each. */
export interface DirectoryScan {
  /**
   * The directories of every organization, in the order of the listing; null when it is cheaper to ask for those of
   * the `wanted` organizations one by one, or when a record could not be read and so belongs to nobody.
   */
  run(wanted: number, call: CallContext): Promise<ReadonlyMap<EntityKey, readonly Directory[]> | null>
  /** Starts the listing for an operation that will want it, before its organizations are known. */
  prefetch(call: CallContext): void
}

/**
 * Cost: one by one, `wanted` calls; by the listing, a call for every 100 directories of the account. How large the
 * listing is shows only on the way: it is taken to be one page until seen otherwise, given up when it has cost what
 * asking one by one would, and its size is remembered for the next time.
 */
export function createDirectoryScan(
  listPage: (page: PageRequest, call: CallContext) => Promise<Page<Directory>>,
): DirectoryScan {
  let knownPages = 1
  const prefetched = new WeakSet<CallContext>()

  /** A page that was asked for ahead is as good as paid. */
  function isCheaper(wanted: number, call: CallContext): boolean {
    return knownPages < wanted || (knownPages === 1 && prefetched.has(call))
  }

  return {
    async run(wanted, call) {
      if (!isCheaper(wanted, call)) return null
      const found = new Map<EntityKey, Directory[]>()
      let cursor: string | null = null
      for (let pages = 1; ; pages += 1) {
        const page: Page<Directory> = await listPage({ direction: 'forward', limit: PAGE_SIZE, cursor }, call)
        for (const { node } of page.edges) {
          if (node instanceof ProviderError) return null
          const organization = organizationKeyOf(node.key)
          if (organization !== null) found.set(organization, [...(found.get(organization) ?? []), node])
        }
        knownPages = page.hasNextPage ? Math.max(knownPages, pages + 1) : pages
        if (!page.hasNextPage) return found
        if (pages >= wanted) return null
        cursor = page.edges.at(-1)?.cursor ?? null
      }
    },

    prefetch(call) {
      if (knownPages > 1) return
      prefetched.add(call)
      // Whoever needs it asks again, and gets this very answer or its error.
      listPage({ direction: 'forward', limit: PAGE_SIZE, cursor: null }, call).catch(() => {})
    },
  }
}
