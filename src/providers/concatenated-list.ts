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
  /** The same at once out of what is kept; null where that is not all of it. */
  kept(page: PageRequest): Page<T> | null
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
  const early = askEarly(parts, request, sizes)
  const walk = walkParts(parts, request, sizes)
  let step = walk.next()
  while (!step.done) {
    const { part, ask } = step.value
    const isEarly = early !== null && early.part === part && early.limit === ask.limit
    step = walk.next(await pageOf(part, isEarly ? () => early.page : () => part.list(ask), ask, parts))
  }
  return step.value
}

/** The same at once out of what is kept; null where a part has to be asked, or has failed. */
export function keptConcatenatedPage<T>(
  parts: readonly Part<T>[],
  request: PageRequest,
  sizes: PartSizes = new Map(),
): Page<T> | null {
  const walk = walkParts(parts, request, sizes)
  let step = walk.next()
  while (!step.done) {
    const { part, ask } = step.value
    const page = keptOf(part, ask)
    if (page === null) return null
    step = walk.next(within(part, page))
  }
  return step.value
}

/** Asks for a page of one part after the other, until the page of the whole is full. */
function* walkParts<T>(
  parts: readonly Part<T>[],
  request: PageRequest,
  sizes: PartSizes,
): Generator<{ readonly part: Part<T>; readonly ask: PageRequest }, Page<T>, Page<T>> {
  if (request.limit === 0 && parts.length !== 1) return { ...EMPTY_PAGE, totalCount: null }
  const isForward = request.direction === 'forward'
  const from =
    request.cursor === null ? null : parsePlace(parts, request.cursor, isForward ? 'after' : 'before')
  const first = from?.part ?? (isForward ? 0 : parts.length - 1)
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
    const page = yield { part, ask }
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
  if (request.cursor !== null || request.direction !== 'forward') return null
  const [first, second] = parts
  const expected = first && sizes.get(first.provider)
  if (second === undefined || expected === undefined || expected >= request.limit) return null
  const limit = request.limit - expected
  const page = second.list({ ...request, limit, stride: request.limit })
  // Whether it is wanted shows later; until then its failure is nobody's.
  page.catch(() => {})
  return { part: second, limit, page }
}

/** What a part answers, or its failure as an edge that a walk can pass. */
async function pageOf<T>(
  part: Part<T>,
  list: () => Promise<Page<T>>,
  request: PageRequest,
  parts: readonly Part<T>[],
): Promise<Page<T>> {
  const page = await settle(list)
  if (!(page instanceof ProviderError)) return within(part, page)
  if (parts.length === 1 || isOfTheRequest(page, request)) throw page
  const failed = { node: page, cursor: `${part.provider}!` }
  return { edges: [failed], hasNextPage: false, hasPreviousPage: false, totalCount: null }
}

/** A part's page with its cursors made the whole list's. */
function within<T>({ provider }: Part<T>, page: Page<T>): Page<T> {
  const edges = page.edges.map(({ cursor, node }) => ({ node, cursor: `${provider}:${cursor}` }))
  return { ...page, edges }
}

/** Why a part fails is told where it is asked. */
function keptOf<T>(part: Part<T>, ask: PageRequest): Page<T> | null {
  try {
    return part.kept(ask)
  } catch (error) {
    if (error instanceof ProviderError) return null
    throw error
  }
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
