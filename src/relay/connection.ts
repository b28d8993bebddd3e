import type { Edge, Page } from '../domain/page.ts'
import type { ProviderError } from '../domain/provider-error.ts'
import { createCursorSeal } from './cursor.ts'

/** What a connection field answers. */
export interface Connection<T> {
  readonly edges: ({ readonly cursor: string; readonly node: T } | null)[]
  readonly nodes: (T | null)[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
  readonly totalCount: number | null
}

/** A page as a Relay connection of the list named by `listId`; what could not be read is a null edge with its error. */
export function toConnection<T extends object>(page: Page<T>, listId: string): Connection<T> {
  return new PageConnection(page, listId)
}

/** Each part is made when it is selected, since hardly anybody selects all of them. */
class PageConnection<T extends object> implements Connection<T> {
  readonly #page: Page<T>
  readonly #seal: (cursor: string) => string

  constructor(page: Page<T>, listId: string) {
    this.#page = page
    this.#seal = createCursorSeal(listId)
  }

  get edges() {
    return this.#page.edges.map(({ cursor, node }) =>
      isFailed(node) ? nullWithError(node) : toEdge(cursor, node, this.#seal),
    )
  }

  get nodes() {
    return this.#page.edges.map(({ node }) => (isFailed(node) ? nullWithError(node) : node))
  }

  get pageInfo() {
    const { edges, hasNextPage, hasPreviousPage } = this.#page
    const seal = this.#seal
    const sealed = (edge: Edge<T> | undefined) => (edge === undefined ? null : seal(edge.cursor))
    return {
      hasNextPage,
      hasPreviousPage,
      get startCursor() {
        return sealed(edges[0])
      },
      get endCursor() {
        return sealed(edges.at(-1))
      },
    }
  }

  get totalCount() {
    return this.#page.totalCount
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
