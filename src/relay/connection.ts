import type { Edge, Page } from '../domain/page.ts'
import type { ProviderError } from '../domain/provider-error.ts'
import { createCursorSeal } from './cursor.ts'

/** What a connection field answers. */
export interface Connection<T> {
  readonly edges: ({ readonly cursor: string; readonly node: T } | null)[]
  readonly nodes: (T | null)[]
  readonly pageInfo: PageInfo
  readonly totalCount: number | null
}

/** Where a page is in its list. */
export interface PageInfo {
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly startCursor: string | null
  readonly endCursor: string | null
}

/**
 * A page as a Relay connection of the list named by `listId`; what could not be read is a null edge with its error.
 * `knownCount` is how many items the list has where the page does not tell.
 */
export function toConnection<T extends object>(
  page: Page<T>,
  listId: string,
  knownCount: number | null = null,
): Connection<T> {
  return new PageConnection(page, listId, knownCount)
}

/** Each part is made when it is selected, since hardly anybody selects all of them. */
class PageConnection<T extends object> implements Connection<T>, PageInfo {
  readonly #page: Page<T>
  readonly #seal: (cursor: string) => string
  readonly #knownCount: number | null

  constructor(page: Page<T>, listId: string, knownCount: number | null) {
    this.#page = page
    this.#seal = createCursorSeal(listId)
    this.#knownCount = knownCount
  }

  get edges() {
    return this.#page.edges.map(({ cursor, node }) =>
      isFailed(node) ? nullWithError(node) : toEdge(cursor, node, this.#seal),
    )
  }

  get nodes() {
    return this.#page.edges.map(({ node }) => (isFailed(node) ? nullWithError(node) : node))
  }

  get totalCount() {
    return this.#page.totalCount ?? this.#knownCount
  }

  /** Itself: an object with getters of its own is far dearer to make. */
  get pageInfo(): PageInfo {
    return this
  }

  get hasNextPage() {
    return this.#page.hasNextPage
  }

  get hasPreviousPage() {
    return this.#page.hasPreviousPage
  }

  get startCursor() {
    return this.#cursorOf(this.#page.edges[0])
  }

  get endCursor() {
    return this.#cursorOf(this.#page.edges.at(-1))
  }

  #cursorOf(edge: Edge<T> | undefined): string | null {
    return edge === undefined ? null : this.#seal(edge.cursor)
  }
}

/** Cursors are sealed where they are asked for: most edges are read for their nodes. */
function toEdge<T>(cursor: string, node: T, seal: (cursor: string) => string) {
  return {
    node,
    get cursor() {
      return seal(cursor)
    },
  }
}

/** The connection of a list of which only the count was asked for. */
export function toCountOnly<T>(totalCount: number | null): Connection<T> {
  const pageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null }
  return { edges: [], nodes: [], pageInfo, totalCount }
}

/** An item of a list that failed alone: GraphQL answers an error among the items with null and that error. */
export function nullWithError(error: ProviderError): null {
  return error as unknown as null
}

function isFailed<T extends object>(node: T | ProviderError): node is ProviderError {
  return node instanceof Error
}
