import { fetchQuery } from 'react-relay'
import {
  createOperationDescriptor,
  type Disposable,
  type GraphQLTaggedNode,
  getRequest,
  type IEnvironment,
  type OperationType,
  type Variables,
} from 'relay-runtime'
import { again } from './environment.ts'

/** The most that the server gives at once. */
const PAGE = 100
/** What is read beyond as many as there were, to find the last of them behind what has come between. */
const BEYOND = 20

/** A page of a list, as far as every list is the same. */
export interface ListPage {
  readonly totalCount?: number | null | undefined
  readonly edges:
    | readonly (
        | { readonly cursor: string; readonly node: { readonly id: string } | null | undefined }
        | null
        | undefined
      )[]
    | null
    | undefined
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string | null | undefined
    readonly endCursor: string | null | undefined
  }
}

/** As much of a list as was on the screen, as it is now. */
export interface ReadList extends Pick<ListPage, 'totalCount' | 'pageInfo'> {
  readonly items: readonly { readonly id: string; readonly cursor: string }[]
  /** Lets Relay drop what the list does not hold by then. */
  readonly release: () => void
}

export interface ListSource {
  /** Takes `first` and `after`, or `last` and `before`, and has no `@connection`. */
  readonly query: GraphQLTaggedNode
  readonly variables: Variables
  /** The list in an answer; null where what it is of is gone. */
  readonly pick: (response: OperationType['response']) => ListPage | null | undefined
  readonly isFromEnd: boolean
  /** The most to ask for at once, where what is in it is dear. */
  readonly pageSize?: number
}

/**
 * Reads as much of a list again as there is of it, page by page, and each item once. `loaded` says what is there by
 * then: more may have come meanwhile. Null where the list is gone. Rejects where a page does not come.
 */
export async function readList(
  environment: IEnvironment,
  source: ListSource,
  loaded: () => readonly string[],
): Promise<ReadList | null> {
  const { query, variables, pick, isFromEnd, pageSize = PAGE } = source
  const pages: ListPage[] = []
  const cursors = new Map<string, string>()
  const retained: Disposable[] = []
  const release = () => {
    for (const one of retained) one.dispose()
  }
  const isEnough = () => {
    const ids = loaded()
    const furthest = (isFromEnd ? ids[0] : ids.at(-1)) ?? ''
    return cursors.size >= ids.length + (ids.length === 0 || cursors.has(furthest) ? 0 : 2 * BEYOND)
  }
  let cursor: string | null | undefined = null
  try {
    do {
      const size = Math.min(pageSize, Math.max(loaded().length - cursors.size, BEYOND))
      const asked = {
        ...variables,
        ...(isFromEnd ? { last: size, before: cursor } : { first: size, after: cursor }),
      }
      const reading = fetchQuery(environment, query, asked, { networkCacheConfig: again('list') })
      const page = pick(await reading.toPromise())
      if (!page) {
        release()
        return null
      }
      retained.push(environment.retain(createOperationDescriptor(getRequest(query), asked)))
      pages.push(page)
      for (const edge of page.edges ?? []) if (edge?.node) cursors.set(edge.node.id, edge.cursor)
      const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo
      cursor = (isFromEnd ? hasPreviousPage : hasNextPage) ? (isFromEnd ? startCursor : endCursor) : null
    } while (typeof cursor === 'string' && !isEnough())
  } catch (error) {
    release()
    throw error
  }
  return { ...joined(isFromEnd ? pages.toReversed() : pages, cursors), release }
}

/** Pages as one, in the order of the list. */
function joined(pages: readonly ListPage[], cursors: ReadonlyMap<string, string>): Omit<ReadList, 'release'> {
  const ids = new Set(pages.flatMap(({ edges }) => edges?.map(edge => edge?.node?.id ?? '') ?? []))
  const [start, end] = [pages[0]?.pageInfo, pages.at(-1)?.pageInfo]
  return {
    items: [...ids].flatMap(id => (id === '' ? [] : { id, cursor: cursors.get(id) ?? '' })),
    totalCount: pages[0]?.totalCount,
    pageInfo: {
      hasPreviousPage: start?.hasPreviousPage ?? false,
      startCursor: start?.startCursor ?? null,
      hasNextPage: end?.hasNextPage ?? false,
      endCursor: end?.endCursor ?? null,
    },
  }
}
