import { ProviderError, UnavailableError, UnsupportedError } from '../../domain/provider-error.ts'
import type { Reading } from '../../upstream/reading.ts'
import { MEMBER_PAGE_SIZE, type ReadTokenPage, type TokenPage } from './scalekit-paging.ts'

/** A scan reads 50 pages at most, which is 1,500 users or groups: more would outlast any request. */
export const MAX_SCANNED_PAGES = 50

/**
 * Reads a list page by page, since Scalekit has no look-up of users and groups by id or by e-mail address.
 * Cost: one call for every 30 items up to the last one that is wanted. `isEnough` is asked after each page.
 * Throws `UnsupportedError` when the bound is reached before the end, `UnavailableError` when tokens lead in a circle.
 * Gives back the error of a record that could not be read, if there was one: then what is missing may be that one.
 */
export function* scanPages<T>(
  readPage: ReadTokenPage<T>,
  visit: (item: T) => void,
  isEnough: () => boolean,
): Reading<ProviderError | null> {
  const asked = new Set<string>()
  let unread: ProviderError | null = null
  let token: string | null = ''
  for (let pages = 0; token !== null && !isEnough(); pages += 1) {
    if (pages === MAX_SCANNED_PAGES) {
      const bound = MAX_SCANNED_PAGES * MEMBER_PAGE_SIZE
      throw new UnsupportedError(
        `Scalekit has no look-up for this, and it is not among the first ${bound} of its directory. Page through the directory instead.`,
        'scalekit',
      )
    }
    if (asked.has(token)) throw new UnavailableError('scalekit', 'cursor-loop')
    asked.add(token)
    const { items, next }: TokenPage<T> = yield* readPage(token, MEMBER_PAGE_SIZE)
    for (const item of items) {
      if (item instanceof ProviderError) unread = item
      else visit(item)
    }
    token = next
  }
  return unread
}
