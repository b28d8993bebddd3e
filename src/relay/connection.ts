import type { Page } from '../domain/page.ts'
import type { ProviderError } from '../domain/provider-error.ts'
import { sealCursor } from './cursor.ts'

/** What a connection field answers. */
export interface Connection<T> {
  readonly edges: ({ cursor: string; node: T } | null)[]
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
  const edges = page.edges.map(({ cursor, node }) => ({ cursor: sealCursor(cursor, listId), node }))
  return {
    edges: edges.map(({ cursor, node }) => (isFailed(node) ? nullWithError(node) : { cursor, node })),
    nodes: edges.map(({ node }) => (isFailed(node) ? nullWithError(node) : node)),
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: page.totalCount,
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
