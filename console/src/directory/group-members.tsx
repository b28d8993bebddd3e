import { useState } from 'react'
import {
  Collection,
  GridList,
  GridListItem,
  GridListLoadMoreItem,
  Text,
  Virtualizer,
} from 'react-aria-components'
import { graphql, usePaginationFragment } from 'react-relay'
import { happenedIn, isOfUnknownExtent, useNews } from '../live/news.ts'
import { useCalmly } from '../live/use-calmly.ts'
import { messagesOf, useFailures } from '../relay/failures.ts'
import { isCursorLost } from '../relay/send.ts'
import { useListAgain } from '../relay/use-list-again.ts'
import { AgainFailed } from '../ui/again-failed.tsx'
import { AnchoredListLayout } from '../ui/anchored-layouts.ts'
import { Failed } from '../ui/failed.tsx'
import type { GroupMembersPaginationQuery } from './__generated__/GroupMembersPaginationQuery.graphql.ts'
import type { groupMembers_group$key } from './__generated__/groupMembers_group.graphql.ts'
import type { groupMembersAgainQuery } from './__generated__/groupMembersAgainQuery.graphql.ts'
import { usePlace } from './place.ts'

const AGAIN = graphql`
  query groupMembersAgainQuery($id: ID!, $first: Int, $after: String) {
    node(id: $id) {
      ... on DirectoryGroup {
        totalUsers
        users(first: $first, after: $after) {
          edges {
            cursor
            node {
              id
              name
              email
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
  }
`

const OPERATIONS = ['groupPanelQuery', 'GroupMembersPaginationQuery', 'groupMembersAgainQuery']

interface GroupMembersProps {
  readonly group: groupMembers_group$key
  /** Reads them from their beginning, where nothing of them came. */
  readonly onRetry: () => void
}

/** The people in a group, without end; each leads to who it is. */
export function GroupMembers({ group, onRetry }: GroupMembersProps) {
  const { data, loadNext, hasNext, isLoadingNext } = usePaginationFragment<
    GroupMembersPaginationQuery,
    groupMembers_group$key
  >(
    graphql`
      fragment groupMembers_group on DirectoryGroup
      @refetchable(queryName: "GroupMembersPaginationQuery")
      @argumentDefinitions(first: { type: "Int", defaultValue: 30 }, after: { type: "String" }) {
        id
        directory {
          id
        }
        organization {
          id
        }
        totalUsers
        users(first: $first, after: $after) @connection(key: "groupMembers_users") {
          __id
          edges {
            node {
              id
              name
              email
            }
          }
        }
      }
    `,
    group,
  )
  const [, go] = usePlace()
  const [lost, setLost] = useState<Error | null>(null)
  const variables = { id: data.id }
  const asked = OPERATIONS.map(name => ({ name, variables }))
  const failures = useFailures(asked, '*', 'users')
  const edges = data.users?.edges
  const users = edges?.flatMap(edge => edge?.node ?? [])
  const list = useListAgain({
    query: AGAIN,
    variables,
    pick: answer => (answer as groupMembersAgainQuery['response']).node?.users,
    listId: edges ? data.users?.__id : undefined,
    loaded: users?.map(({ id }) => id) ?? [],
    isFromEnd: false,
    isBusy: isLoadingNext,
    onNothing: onRetry,
    onHeldBack: loadMore,
  })
  const readCalmly = useCalmly(list.readAgain)
  useNews(news => {
    const { kind, group } = news
    const isMember = kind.startsWith('MEMBER_') && group?.id === data.id
    const mayBeMember = kind === 'USER_CREATED' || isOfUnknownExtent(news)
    const home = { id: data.directory?.id ?? '', organization: data.organization }
    if (isMember || (mayBeMember && happenedIn(news, home) !== false)) readCalmly()
  })
  function load(): void {
    setLost(null)
    loadNext(100, { onComplete: setLost })
  }
  function loadMore(): void {
    if (hasNext && !isLoadingNext && lost === null && list.mayLoad()) load()
  }
  const again = (andLoadMore = false) => {
    setLost(null)
    list.readAgain(andLoadMore)
  }
  return (
    <section aria-labelledby="members" className="members">
      <h3 id="members">
        People{typeof data.totalUsers === 'number' && <span className="muted"> · {data.totalUsers}</span>}
      </h3>
      {(!users || failures.length > 0) && (
        <Failed
          title={users ? 'Some people are missing' : 'The people could not be read'}
          message={messagesOf(failures) || 'The provider has not answered.'}
          onRetry={users ? () => again() : onRetry}
        />
      )}
      <AgainFailed what="The people" lost={list.lost} onRetry={() => again()} />
      {lost && (
        <Failed
          title="More people could not be read"
          message={lost.message}
          onRetry={isCursorLost(lost) ? () => again(true) : load}
        />
      )}
      {users && (
        <Virtualizer layout={AnchoredListLayout} layoutOptions={{ rowHeight: 56 }}>
          <GridList
            aria-label="People of the group"
            className="member-list"
            selectionMode="none"
            onAction={key => go({ user: String(key) })}
            renderEmptyState={() => <p className="empty">Nobody is in this group.</p>}
          >
            <Collection items={users}>
              {({ id, name, email }) => (
                <GridListItem id={id} textValue={name ?? email ?? id} className="member">
                  <Text className="cut">
                    <bdi>{name ?? 'No name'}</bdi>
                  </Text>
                  <Text slot="description" className="muted cut">
                    <bdi>{email}</bdi>
                  </Text>
                </GridListItem>
              )}
            </Collection>
            <GridListLoadMoreItem isLoading={isLoadingNext} onLoadMore={loadMore}>
              <span className="muted">Loading more people …</span>
            </GridListLoadMoreItem>
          </GridList>
        </Virtualizer>
      )}
    </section>
  )
}
