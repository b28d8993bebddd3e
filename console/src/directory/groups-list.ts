import { useState } from 'react'
import { graphql, usePaginationFragment } from 'react-relay'
import { type Failure, useFailures } from '../relay/failures.ts'
import { isCursorLost } from '../relay/send.ts'
import { useListAgain } from '../relay/use-list-again.ts'
import type { GroupsListPaginationQuery } from './__generated__/GroupsListPaginationQuery.graphql.ts'
import type {
  groupsList_directory$data,
  groupsList_directory$key,
} from './__generated__/groupsList_directory.graphql.ts'
import type { groupsListAgainQuery } from './__generated__/groupsListAgainQuery.graphql.ts'
import { useNewGroups } from './use-new-groups.ts'

graphql`
  fragment groupsList_group on DirectoryGroup {
    name
    totalUsers
    updatedAt
  }
`

const AGAIN = graphql`
  query groupsListAgainQuery($id: ID!, $first: Int, $after: String) {
    directory(by: { id: $id }) {
      groups(first: $first, after: $after) {
        totalCount
        edges {
          cursor
          node {
            id
            ...groupsList_group @relay(mask: false)
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
  }
`

const PAGE = 100
const OPERATIONS = ['groupsTabQuery', 'GroupsListPaginationQuery', 'groupsListAgainQuery']

type Edges = NonNullable<NonNullable<groupsList_directory$data['groups']>['edges']>

export interface GroupsListProps {
  readonly directory: groupsList_directory$key
  /** Reads it from its beginning, where nothing of it came. */
  readonly onRetry: () => void
}

interface GroupsList {
  /** Null where none could be read. */
  readonly groups: readonly NonNullable<NonNullable<Edges[number]>['node']>[] | null
  readonly total: number | null | undefined
  readonly isLoading: boolean
  readonly loadMore: () => void
  /** Parts of what was answered that did not come. */
  readonly failures: readonly Failure[]
  /** Why a further page did not come, and a way to try again. */
  readonly lost: { readonly error: Error; readonly onRetry: () => void } | null
  /** Why the list could not be read again. */
  readonly lostAgain: Error | null
  readonly readAgain: () => void
}

/** The groups of a directory as far as they are loaded, and as they come and go. */
export function useGroupsList({ directory, onRetry }: GroupsListProps): GroupsList {
  const { data, loadNext, hasNext, isLoadingNext } = usePaginationFragment<
    GroupsListPaginationQuery,
    groupsList_directory$key
  >(
    graphql`
      fragment groupsList_directory on Directory
      @refetchable(queryName: "GroupsListPaginationQuery")
      @argumentDefinitions(first: { type: "Int", defaultValue: 50 }, after: { type: "String" }) {
        id
        organization {
          id
        }
        stats {
          totalGroups
        }
        groups(first: $first, after: $after) @connection(key: "groupsList_groups") {
          __id
          totalCount
          edges {
            node {
              id
              ...groupsList_group @relay(mask: false)
            }
          }
        }
      }
    `,
    directory,
  )
  const [lost, setLost] = useState<GroupsList['lost']>(null)
  const variables = { id: data.id }
  const asked = OPERATIONS.map(name => ({ name, variables }))
  const failures = useFailures(asked, '*', 'groups')
  const edges = data.groups?.edges
  const groups = edges?.flatMap(edge => edge?.node ?? []) ?? []
  const listId = edges ? data.groups?.__id : undefined
  const list = useListAgain({
    query: AGAIN,
    variables,
    pick: answer => (answer as groupsListAgainQuery['response']).directory?.groups,
    listId,
    loaded: groups.map(({ id }) => id),
    isFromEnd: false,
    isBusy: isLoadingNext,
    onNothing: onRetry,
    onHeldBack: loadMore,
  })
  useNewGroups(data, listId)
  const readAgain = (andLoadMore = false) => {
    setLost(null)
    list.readAgain(andLoadMore)
  }
  function load(): void {
    setLost(null)
    loadNext(PAGE, {
      onComplete: error => {
        if (error) setLost({ error, onRetry: isCursorLost(error) ? () => readAgain(true) : load })
      },
    })
  }
  function loadMore(): void {
    if (hasNext && !isLoadingNext && lost === null && list.mayLoad()) load()
  }
  return {
    groups: edges ? groups : null,
    total: data.stats.totalGroups ?? data.groups?.totalCount,
    isLoading: isLoadingNext,
    loadMore,
    failures,
    lost,
    lostAgain: list.lost,
    readAgain,
  }
}
