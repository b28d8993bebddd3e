import { useState } from 'react'
import { graphql, usePaginationFragment } from 'react-relay'
import { type Failure, useFailures } from '../relay/failures.ts'
import { isCursorLost } from '../relay/send.ts'
import { useListAgain } from '../relay/use-list-again.ts'
import type { UsersListPaginationQuery } from './__generated__/UsersListPaginationQuery.graphql.ts'
import type {
  usersList_directory$data,
  usersList_directory$key,
} from './__generated__/usersList_directory.graphql.ts'
import type { usersListAgainQuery } from './__generated__/usersListAgainQuery.graphql.ts'
import { type UserFilter, useUserNews } from './use-user-news.ts'

graphql`
  fragment usersList_user on DirectoryUser {
    name
    email
    state
    jobTitle
    updatedAt
  }
`

const AGAIN = graphql`
  query usersListAgainQuery(
    $id: ID!
    $first: Int
    $after: String
    $last: Int
    $before: String
    $filter: DirectoryUserFilter
  ) {
    directory(by: { id: $id }) {
      users(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
        totalCount
        edges {
          cursor
          node {
            id
            ...usersList_user @relay(mask: false)
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

type Edges = NonNullable<NonNullable<usersList_directory$data['users']>['edges']>
export type ListedUser = NonNullable<NonNullable<Edges[number]>['node']>

export interface UsersListProps {
  readonly directory: usersList_directory$key
  readonly filter: UserFilter | null
  readonly isFromEnd: boolean
  /** Reads it from its beginning, where nothing of it came. */
  readonly onRetry: () => void
}

interface UsersList {
  /** Null where none could be read. */
  readonly users: readonly ListedUser[] | null
  /** How many there are, where that is known. */
  readonly total: number | null | undefined
  readonly isWhole: boolean
  readonly isLoadingAbove: boolean
  readonly isLoadingBelow: boolean
  readonly loadAbove: () => void
  readonly loadBelow: () => void
  /** Parts of what was answered that did not come. */
  readonly failures: readonly Failure[]
  /** Why a further page did not come, and a way to try again. */
  readonly lost: { readonly error: Error; readonly onRetry: () => void } | null
  /** Why the list could not be read again. */
  readonly lostAgain: Error | null
  /** Whether people may have come or gone of whom nobody has told. */
  readonly isOld: boolean
  readonly readAgain: () => void
}

/** The people of a directory as far as they are loaded, and as they come and go. */
export function useUsersList({ directory, filter, isFromEnd, onRetry }: UsersListProps): UsersList {
  const { data, loadNext, loadPrevious, hasNext, hasPrevious, isLoadingNext, isLoadingPrevious } =
    usePaginationFragment<UsersListPaginationQuery, usersList_directory$key>(
      graphql`
        fragment usersList_directory on Directory
        @refetchable(queryName: "UsersListPaginationQuery")
        @argumentDefinitions(
          first: { type: "Int" }
          after: { type: "String" }
          last: { type: "Int" }
          before: { type: "String" }
          filter: { type: "DirectoryUserFilter" }
        ) {
          id
          organization {
            id
          }
          stats {
            totalUsers
          }
          users(first: $first, after: $after, last: $last, before: $before, filter: $filter)
            @connection(key: "usersList_users") {
            __id
            totalCount
            edges {
              node {
                id
                ...usersList_user @relay(mask: false)
              }
            }
          }
        }
      `,
      directory,
    )
  const [lost, setLost] = useState<UsersList['lost']>(null)
  const variables = { id: data.id, filter }
  const operations = ['usersTabQuery', 'UsersListPaginationQuery', 'usersListAgainQuery']
  const failures = useFailures(
    operations.map(name => ({ name, variables })),
    '*',
    'users',
  )
  const edges = data.users?.edges
  const users = edges?.flatMap(edge => edge?.node ?? []) ?? []
  const listId = edges ? data.users?.__id : undefined
  const loaded = users.map(({ id }) => id)
  const list = useListAgain({
    query: AGAIN,
    variables,
    pick: answer => (answer as usersListAgainQuery['response']).directory?.users,
    listId,
    loaded,
    isFromEnd,
    isBusy: isLoadingNext || isLoadingPrevious,
    onNothing: onRetry,
    onHeldBack: () => (isFromEnd ? loadAbove() : loadBelow()),
  })
  const hasBeginning = !isFromEnd || !hasPrevious
  const { isOld, onReadAgain } = useUserNews({ directory: data, filter, listId, hasBeginning, loaded })
  const readAgain = (andLoadMore = false) => {
    setLost(null)
    onReadAgain()
    list.readAgain(andLoadMore)
  }
  const tryToLoad = (load: typeof loadNext) => {
    const attempt = () => {
      setLost(null)
      load(PAGE, {
        onComplete: error => {
          if (!error) return
          setLost({ error, onRetry: isCursorLost(error) ? () => readAgain(true) : attempt })
        },
      })
    }
    attempt()
  }
  const loadAbove = () => {
    if (hasPrevious && !isLoadingPrevious && lost === null && list.mayLoad()) tryToLoad(loadPrevious)
  }
  const loadBelow = () => {
    if (hasNext && !isLoadingNext && lost === null && list.mayLoad()) tryToLoad(loadNext)
  }
  return {
    users: edges ? users : null,
    // Of all of them the directory’s own count is told as people come and go.
    total: (filter === null ? data.stats.totalUsers : null) ?? data.users?.totalCount,
    isWhole: !hasNext && !hasPrevious,
    isLoadingAbove: isLoadingPrevious,
    isLoadingBelow: isLoadingNext,
    loadAbove,
    loadBelow,
    failures,
    lost,
    lostAgain: list.lost,
    isOld,
    readAgain,
  }
}
