import type { ProviderName } from '../domain/entity-key.ts'
import type { Edge, Page, PageRequest } from '../domain/page.ts'
import {
  InvalidInputError,
  ProviderError,
  QueryTooCostlyError,
  UnsupportedError,
} from '../domain/provider-error.ts'
import { EMPTY_PAGE } from './page-of-list.ts'
import { settle } from './settle.ts'

/** One provider's part of a list over all of them. */
export interface Part<T> {
  readonly provider: ProviderName
  list(page: PageRequest): Promise<Page<T>>
}

/** How many items a part had when it was last seen from its start to its end, by the part's name. */
export type PartSizes = Map<ProviderName, number>

/** Where a list over all providers goes on: in which part, and after which of its items; null is that part's edge. */
interface Place {
  readonly part: number
  readonly cursor: string | null
}

/**
 * A page of the parts' lists, one after the other. A part that fails is one edge with its error, and the walk goes on
 * in the next part; a list of one part fails as a whole. Cost: the calls of the parts that the page touches, and one
 * more when it ends exactly where a part does, since only the next part knows whether it is empty. A part that was
 * smaller than the page the last time is not waited for: the next one is asked beside it.
 */
export async function concatenatedPage<T>(
  parts: readonly Part<T>[],
  request: PageRequest,
  sizes: PartSizes = new Map(),
): Promise<Page<T>> {
  if (request.limit === 0 && parts.length !== 1) return { ...EMPTY_PAGE, totalCount: null }
  const isForward = request.direction === 'forward'
  const from =
    request.cursor === null ? null : parsePlace(parts, request.cursor, isForward ? 'after' : 'before')
  const first = from?.part ?? (isForward ? 0 : parts.length - 1)
  const early = from === null && isForward ? askEarly(parts, request, sizes) : null
  let edges: Edge<T>[] = []
  let totalCount: number | null = null
  let isMore = false

  for (let index = first; !isMore; index += isForward ? 1 : -1) {
    const part = parts[index]
    if (part === undefined) break
    const room = request.limit - edges.length
    const cursor = index === first ? (from?.cursor ?? null) : null
    // With no room left, the part is only asked whether it has anything.
    const ask = { ...request, cursor, limit: room || Math.min(1, request.limit), stride: request.limit }
    const isEarly = early !== null && early.index === index && early.limit === ask.limit
    const page = await pageOf(part, isEarly ? () => early.page : () => part.list(ask), ask, parts)
    if (cursor === null && isForward && !page.hasNextPage) sizes.set(part.provider, page.edges.length)
    else if (cursor === null) sizes.delete(part.provider)
    const taken = room > 0 ? page.edges : []
    edges = isForward ? [...edges, ...taken] : [...taken, ...edges]
    isMore = room > 0 ? (isForward ? page.hasNextPage : page.hasPreviousPage) : page.edges.length > 0
    totalCount = page.totalCount
  }
  return {
    edges,
    hasNextPage: isForward ? isMore : from !== null,
    hasPreviousPage: isForward ? from !== null : isMore,
    totalCount: parts.length === 1 ? totalCount : null,
  }
}

/** The second part's page, begun when the first part is expected to leave room for it. */
function askEarly<T>(parts: readonly Part<T>[], request: PageRequest, sizes: PartSizes) {
  const [first, second] = parts
  const expected = first && sizes.get(first.provider)
  if (second === undefined || expected === undefined || expected >= request.limit) return null
  const limit = request.limit - expected
  const page = second.list({ ...request, limit, stride: request.limit })
  // Whether it is wanted shows later; until then its failure is nobody's.
  page.catch(() => {})
  return { index: 1, limit, page }
}

/** A part's page with its cursors made the whole list's, or its failure as an edge that a walk can pass. */
async function pageOf<T>(
  part: Part<T>,
  list: () => Promise<Page<T>>,
  request: PageRequest,
  parts: readonly Part<T>[],
): Promise<Page<T>> {
  const page = await settle(list)
  if (!(page instanceof ProviderError)) {
    const edges = page.edges.map(({ cursor, node }) => ({ node, cursor: `${part.provider}:${cursor}` }))
    return { ...page, edges }
  }
  if (parts.length === 1 || isOfTheRequest(page, request)) throw page
  const failed = { node: page, cursor: `${part.provider}!` }
  return { edges: [failed], hasNextPage: false, hasPreviousPage: false, totalCount: null }
}

/** A stale cursor, the end of a list that can't tell its end, too many calls: no part's trouble but the question's. */
function isOfTheRequest(error: ProviderError, { cursor }: PageRequest): boolean {
  if (error instanceof QueryTooCostlyError) return true
  if (error instanceof InvalidInputError) return cursor !== null
  return error instanceof UnsupportedError && error.operation === null
}

/** Reads `<provider>:<the part's own cursor>`, or `<provider>!` for a part that failed as a whole. */
function parsePlace<T>(parts: readonly Part<T>[], text: string, field: 'after' | 'before'): Place {
  const match = /^([a-z]+)([:!])(.*)$/s.exec(text)
  const part = parts.findIndex(({ provider }) => provider === match?.[1])
  if (match === null || part === -1) {
    throw new InvalidInputError('The cursor belongs to a provider that this list does not read.', field)
  }
  if (match[2] === ':') return { part, cursor: match[3] ?? '' }
  return { part: field === 'after' ? part + 1 : part - 1, cursor: null }
}
