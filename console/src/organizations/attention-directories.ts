import { useState } from 'react'
import { graphql, usePaginationFragment } from 'react-relay'
import { messagesOf, useFailures } from '../relay/failures.ts'
import { isCursorLost } from '../relay/send.ts'
import { useKnownQuery } from '../relay/use-known-query.ts'
import { useListAgain } from '../relay/use-list-again.ts'
import type { AttentionDirectoriesPaginationQuery } from './__generated__/AttentionDirectoriesPaginationQuery.graphql.ts'
import type {
  attentionDirectories_query$data,
  attentionDirectories_query$key,
} from './__generated__/attentionDirectories_query.graphql.ts'
import type { attentionDirectoriesAgainQuery } from './__generated__/attentionDirectoriesAgainQuery.graphql.ts'
import type { attentionDirectoriesQuery } from './__generated__/attentionDirectoriesQuery.graphql.ts'

graphql`
  fragment attentionDirectories_directory on Directory {
    name
    provider
    state
    lastSyncedAt
    createdAt
    organization {
      id
      name
      createdAt
    }
  }
`

const AGAIN = graphql`
  query attentionDirectoriesAgainQuery($first: Int, $after: String) {
    directories(first: $first, after: $after) {
      edges {
        cursor
        node {
          id
          ...attentionDirectories_directory @relay(mask: false)
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`

const AT_ONCE = 100
const ASKED = [
  'attentionDirectoriesQuery',
  'AttentionDirectoriesPaginationQuery',
  'attentionDirectoriesAgainQuery',
].map(name => ({
  name,
  variables: {},
}))

type Edges = NonNullable<NonNullable<attentionDirectories_query$data['directories']>['edges']>

interface AttentionDirectories {
  readonly directories: readonly NonNullable<NonNullable<Edges[number]>['node']>[]
  readonly hasMore: boolean
  readonly isLoading: boolean
  readonly loadMore: () => void
  /** Why not all of them are here; empty where they are. */
  readonly why: string
  readonly retry: () => void
  /** Why they could not be read again. */
  readonly lostAgain: Error | null
  readonly readAgain: () => void
}

/** The directories that are looked at for what needs attention, as far as they are loaded. */
export function useAttentionDirectories(): AttentionDirectories {
  const {
    data: query,
    isOld,
    readAnew,
    lost: lostAll,
  } = useKnownQuery<attentionDirectoriesQuery>(
    graphql`
      query attentionDirectoriesQuery {
        ...attentionDirectories_query
      }
    `,
    {},
  )
  const { data, hasNext, isLoadingNext, loadNext } = usePaginationFragment<
    AttentionDirectoriesPaginationQuery,
    attentionDirectories_query$key
  >(
    graphql`
      fragment attentionDirectories_query on Query
      @refetchable(queryName: "AttentionDirectoriesPaginationQuery")
      @argumentDefinitions(first: { type: "Int", defaultValue: 100 }, after: { type: "String" }) {
        directories(first: $first, after: $after) @connection(key: "attentionDirectories_directories") {
          __id
          edges {
            node {
              id
              ...attentionDirectories_directory @relay(mask: false)
            }
          }
        }
      }
    `,
    query,
  )
  const [lost, setLost] = useState<Error | null>(null)
  const failures = useFailures(ASKED, 'directories')
  const edges = data.directories?.edges
  const directories = edges?.flatMap(edge => edge?.node ?? []) ?? []
  const list = useListAgain({
    query: AGAIN,
    variables: {},
    pick: answer => (answer as attentionDirectoriesAgainQuery['response']).directories,
    listId: edges ? data.directories?.__id : undefined,
    loaded: directories.map(({ id }) => id),
    isFromEnd: false,
    isBusy: isLoadingNext,
    isOld,
    onNothing: readAnew,
    onHeldBack: loadMore,
  })
  function loadMore(): void {
    setLost(null)
    if (list.mayLoad()) loadNext(AT_ONCE, { onComplete: setLost })
  }
  const readAgain = (andLoadMore = false) => {
    setLost(null)
    list.readAgain(andLoadMore)
  }
  const retry = () => {
    if (failures.length > 0 || lost === null) return readAgain(lost !== null)
    return isCursorLost(lost) ? readAgain(true) : loadMore()
  }
  const missing = messagesOf(failures) || (edges ? '' : lostAll?.message)
  const why = [missing, lost?.message].filter(Boolean).join(' ')
  return {
    directories,
    hasMore: hasNext,
    isLoading: isLoadingNext,
    loadMore,
    why,
    retry,
    lostAgain: list.lost,
    readAgain: () => readAgain(),
  }
}
