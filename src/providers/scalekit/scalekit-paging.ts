import { z } from 'zod'
import type { Edge, Page, PageRequest } from '../../domain/page.ts'
import {
  InvalidInputError,
  type ProviderError,
  UnavailableError,
  UnsupportedError,
} from '../../domain/provider-error.ts'
import type { Reading } from '../../upstream/reading.ts'
import { createParsedOnce } from '../parsed-once.ts'
import { advance, TRAIL_START, type Trail } from './cursor-trail.ts'

/** A page as Scalekit answers it: tokens name pages, not items, and null is the end. */
export interface TokenPage<T> {
  readonly items: readonly (T | ProviderError)[]
  readonly next: string | null
  readonly previous: string | null
  readonly totalCount: number | null
}

/** How the page that a token names is read; `''` names the first. */
export type ReadTokenPage<T> = (token: string, size: number) => Reading<TokenPage<T>>

/** The page sizes that a list of Scalekit takes. */
export interface PageSizes {
  readonly min: number
  readonly max: number
}

/** The greatest page that lists of users and groups give. */
export const MEMBER_PAGE_SIZE = 30

/** Pages in a row that may bring nothing before tokens that go on and on count as a circle. */
const MAX_BARREN_PAGES = 10

const token = z.string().max(2_048)

/**
 * Where an item is: the token and size of its page, and its index there. The first item of a page knows the token
 * before it as well, and the last one the token after it, so that a client that pages by a constant size costs one
 * call a page in both directions.
 */
const placeWire = z.tuple([
  token,
  z.int().min(1).max(100),
  z.int().min(0).max(99),
  token.nullable(),
  token.nullable(),
  z.tuple([z.string().max(8), z.int(), z.int()]),
])
interface Place {
  readonly token: string
  readonly size: number
  readonly index: number
  readonly previous: string | null
  readonly next: string | null
  readonly trail: Trail
}

/** The cursors of a page that begins a walk, made once however often its answer is reused. */
const placedOnce = createParsedOnce()

/**
 * The page that is asked for, put together from as many of Scalekit's as it takes. Throws `InvalidInputError` for a
 * cursor of another form, `UnsupportedError` for the end of a list, which no token names, and `UnavailableError`
 * when tokens lead in a circle.
 */
export function walkPages<T extends { readonly key: string }>(
  request: PageRequest,
  sizes: PageSizes,
  readPage: ReadTokenPage<T>,
): Reading<Page<T>> {
  if (request.limit === 0) return countOnly(sizes, readPage)
  return request.direction === 'forward'
    ? walkForward(request, sizes, readPage)
    : walkBackward(request, sizes, readPage)
}

/** Every page tells the count, so the smallest one will do. */
function* countOnly<T>({ min }: PageSizes, readPage: ReadTokenPage<T>): Reading<Page<T>> {
  const { totalCount } = yield* readPage('', min)
  return { edges: [], hasNextPage: false, hasPreviousPage: false, totalCount }
}

function* walkForward<T extends { readonly key: string }>(
  { limit, cursor, stride }: PageRequest,
  sizes: PageSizes,
  readPage: ReadTokenPage<T>,
): Reading<Page<T>> {
  const from = cursor === null ? null : parsePlace(cursor, sizes, 'after')
  const size = from?.size ?? pageSizeFor(stride ?? limit, sizes)
  let [at, trail, skip] = startAfter(from)
  const edges: Edge<T>[] = []
  const asked = new Set<string>()
  let barren = 0
  for (;;) {
    const page = yield* readPage(at, size)
    asked.add(at)
    const nextTrail = page.next === null || asked.has(page.next) ? null : advance(trail, page.next)
    if (page.next !== null && nextTrail === null) throw new UnavailableError('scalekit', 'cursor-loop')

    const place = { token: at, size, trail }
    const fresh =
      edges.length === 0
        ? placedOnce(page, JSON.stringify([place, skip]), () => newEdges(page, place, [], skip))
        : newEdges(page, place, edges, skip)
    // A page that only repeats what was there already leads nowhere, whatever its token.
    barren = fresh.length === 0 ? barren + 1 : 0
    const isRepeating = fresh.length === 0 && page.items.length > skip
    if (page.next !== null && (isRepeating || barren === MAX_BARREN_PAGES)) {
      throw new UnavailableError('scalekit', 'cursor-loop')
    }
    const taken = fresh.slice(0, limit - edges.length)
    edges.push(...taken)
    if (edges.length === limit || page.next === null || nextTrail === null) {
      const hasNextPage = taken.length < fresh.length || page.next !== null
      return { edges, hasNextPage, hasPreviousPage: cursor !== null, totalCount: page.totalCount }
    }
    at = page.next
    trail = nextTrail
    skip = 0
  }
}

function* walkBackward<T extends { readonly key: string }>(
  { limit, cursor }: PageRequest,
  sizes: PageSizes,
  readPage: ReadTokenPage<T>,
): Reading<Page<T>> {
  if (cursor === null) {
    const why = 'Scalekit can not tell the end of this list; page forward with `first`, or give `before`.'
    throw new UnsupportedError(why, 'scalekit')
  }
  const from = parsePlace(cursor, sizes, 'before')
  refuseMissingWayBack(from)
  let at = from.previous ?? (from.index > 0 ? from.token : null)
  let end = from.previous === null ? from.index : Number.POSITIVE_INFINITY
  let edges: Edge<T>[] = []
  let totalCount: number | null = null
  let hasPreviousPage = false
  const asked = new Set<string>()
  while (at !== null && edges.length < limit) {
    if (asked.has(at)) throw new UnavailableError('scalekit', 'cursor-loop')
    asked.add(at)
    const page: TokenPage<T> = yield* readPage(at, from.size)
    const here = newEdges(page, { token: at, size: from.size, trail: TRAIL_START }, edges, 0, end)
    const taken = here.slice(Math.max(0, here.length - (limit - edges.length)))
    edges = [...taken, ...edges]
    totalCount = page.totalCount
    hasPreviousPage = taken.length < here.length || page.previous !== null
    at = page.previous
    end = Number.POSITIVE_INFINITY
  }
  return { edges, hasNextPage: true, hasPreviousPage, totalCount }
}

/**
 * The size to ask for: what is wanted if the list takes it, else equal parts of it (100 is 4 × 25), so that the
 * next page of the client begins where a page of Scalekit's begins.
 */
export function pageSizeFor(wanted: number, { min, max }: PageSizes): number {
  return Math.max(min, Math.ceil(wanted / Math.ceil(wanted / max)))
}

/** A page that was reached by going forward has one before it; without its token nobody gets there. */
function refuseMissingWayBack({ token, index, previous, trail }: Place): void {
  const isFirstPage = token === '' || trail.every((part, at) => part === TRAIL_START[at])
  if (isFirstPage || index > 0 || previous !== null) return
  throw new UnsupportedError(
    'Scalekit gives no way back from this page; page forward from the start.',
    'scalekit',
  )
}

function startAfter(from: Place | null): [token: string, trail: Trail, skip: number] {
  if (from === null) return ['', TRAIL_START, 0]
  if (from.next === null) return [from.token, from.trail, from.index + 1]
  const trail = advance(from.trail, from.next)
  if (trail === null) throw new UnavailableError('scalekit', 'cursor-loop')
  return [from.next, trail, 0]
}

/**
 * The items of a page from `start` to `end` with their places, less those that are there already: a list that grows
 * pushes items on.
 */
function newEdges<T extends { readonly key: string }>(
  { items, next, previous }: TokenPage<T>,
  page: Pick<Place, 'token' | 'size' | 'trail'>,
  already: readonly Edge<T>[],
  start: number,
  end = Number.POSITIVE_INFINITY,
): Edge<T>[] {
  const seen = new Set(already.map(({ node }) => keyOf(node)))
  const last = items.length - 1
  return items.flatMap((node, index) => {
    if (index < start || index >= end || (!(node instanceof Error) && seen.has(keyOf(node)))) return []
    seen.add(keyOf(node))
    const place = {
      ...page,
      index,
      previous: index === 0 ? previous : null,
      next: index === last ? next : null,
    }
    return [{ cursor: formatPlace(place), node }]
  })
}

function keyOf<T extends { readonly key: string }>(node: T | ProviderError): string | null {
  return node instanceof Error ? null : node.key
}

function formatPlace({ token, size, index, previous, next, trail }: Place): string {
  return JSON.stringify([token, size, index, previous, next, trail])
}

function parsePlace(cursor: string, { min, max }: PageSizes, field: 'after' | 'before'): Place {
  const parsed = placeWire.safeParse(parseJson(cursor))
  if (!parsed.success) throw new InvalidInputError('This is no cursor of Scalekit.', field, 'scalekit')
  const [token, size, index, previous, next, trail] = parsed.data
  if (size < min || size > max || index >= size) {
    throw new InvalidInputError('This is no cursor of this list of Scalekit.', field, 'scalekit')
  }
  return { token, size, index, previous, next, trail }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
