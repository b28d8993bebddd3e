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
  const seal = createCursorSeal(listId)
  const sealed = (edge: Edge<T> | undefined) => (edge === undefined ? null : seal(edge.cursor))
  return {
    edges: page.edges.map(({ cursor, node }) =>
      isFailed(node) ? nullWithError(node) : toEdge(cursor, node, seal),
    ),
    nodes: page.edges.map(({ node }) => (isFailed(node) ? nullWithError(node) : node)),
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      get startCursor() {
        return sealed(page.edges[0])
      },
      get endCursor() {
        return sealed(page.edges.at(-1))
      },
    },
    totalCount: page.totalCount,
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
