import type { CallContext } from '../../domain/directory-provider.ts'
import type { Directory } from '../../domain/entities.ts'
import { type EntityKey, organizationKeyOf } from '../../domain/entity-key.ts'
import type { Page, PageRequest } from '../../domain/page.ts'
import { ProviderError } from '../../domain/provider-error.ts'
import { ask, type Reading, type ReadKeptAgain } from '../../upstream/reading.ts'
import type { UpstreamClient } from '../../upstream/upstream-client.ts'
import { createParsedOnce } from '../parsed-once.ts'

const PAGE_SIZE = 100

/** Directories of many organizations by the listing of all directories, when that is cheaper than asking each. */
export interface DirectoryScan {
  /**
   * The directories of every organization, in the order of the listing; null when it is cheaper to ask for those of
   * the `wanted` organizations one by one, or when a record could not be read and so belongs to nobody.
   */
  run(wanted: number, call: CallContext): Promise<ReadonlyMap<EntityKey, readonly Directory[]> | null>
  /** The same out of what is kept of the listing; null where that is not all of it. */
  kept(call: CallContext): ReadonlyMap<EntityKey, readonly Directory[]> | null
  /** Starts the listing for an operation that will want it, before its organizations are known. */
  prefetch(call: CallContext): void
}

/**
 * Cost: one by one, `wanted` calls; by the listing, a call for every 100 directories of the account. How large the
 * listing is shows only on the way: it is taken to be one page until seen otherwise, given up when it has cost what
 * asking one by one would, and its size is remembered for the next time.
 */
export function createDirectoryScan(
  client: UpstreamClient,
  readKeptAgain: ReadKeptAgain,
  readPage: (page: PageRequest) => Reading<Page<Directory>>,
): DirectoryScan {
  let knownPages = 1
  const prefetched = new WeakSet<CallContext>()
  const groupedOnce = createParsedOnce()

  /** A page that was asked for ahead is as good as paid. */
  function isCheaper(wanted: number, call: CallContext): boolean {
    return knownPages < wanted || (knownPages === 1 && prefetched.has(call))
  }

  function* readAll(maxPages: number): Reading<ReadonlyMap<EntityKey, readonly Directory[]> | null> {
    const found = new Map<EntityKey, readonly Directory[]>()
    let cursor: string | null = null
    for (let pages = 1; ; pages += 1) {
      const page: Page<Directory> = yield* readPage({ direction: 'forward', limit: PAGE_SIZE, cursor })
      const grouped = groupedOnce(page, '', () => byOrganization(page))
      if (grouped === null) return null
      knownPages = page.hasNextPage ? Math.max(knownPages, pages + 1) : pages
      // A listing of one page, as most are, is grouped as long as its answer is kept.
      if (!page.hasNextPage && pages === 1) return grouped
      for (const [organization, its] of grouped) {
        found.set(organization, [...(found.get(organization) ?? []), ...its])
      }
      if (!page.hasNextPage) return found
      if (pages >= maxPages) return null
      cursor = page.edges.at(-1)?.cursor ?? null
    }
  }

  return {
    async run(wanted, call) {
      return isCheaper(wanted, call) ? ask(client, readAll(wanted), call) : null
    },

    // Longer listings are put together for a batch, and not again for each of its organizations.
    kept: call => (knownPages === 1 ? readKeptAgain('all directories', () => readAll(1), call) : null),

    prefetch(call) {
      if (knownPages > 1) return
      prefetched.add(call)
      // Whoever needs it asks again, and gets this very answer or its error.
      const first = readPage({ direction: 'forward', limit: PAGE_SIZE, cursor: null })
      ask(client, first, call).catch(() => {})
    },
  }
}

/** Null where a record could not be read. */
function byOrganization(page: Page<Directory>): ReadonlyMap<EntityKey, readonly Directory[]> | null {
  const found = new Map<EntityKey, Directory[]>()
  for (const { node } of page.edges) {
    if (node instanceof ProviderError) return null
    const organization = organizationKeyOf(node.key)
    if (organization !== null) found.set(organization, [...(found.get(organization) ?? []), node])
  }
  return found
}
