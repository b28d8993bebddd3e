import { useState } from 'react'
import { graphql, usePaginationFragment } from 'react-relay'
import { isOfUnknownExtent, useNews } from '../live/news.ts'
import { useCalmly } from '../live/use-calmly.ts'
import { messagesOf, useFailures } from '../relay/failures.ts'
import { isCursorLost } from '../relay/send.ts'
import { useListAgain } from '../relay/use-list-again.ts'
import { AgainFailed } from '../ui/again-failed.tsx'
import { Failed } from '../ui/failed.tsx'
import { MoreButton } from '../ui/more-button.tsx'
import type { UserGroupsPaginationQuery } from './__generated__/UserGroupsPaginationQuery.graphql.ts'
import type { userGroups_user$key } from './__generated__/userGroups_user.graphql.ts'
import type { userGroupsAgainQuery } from './__generated__/userGroupsAgainQuery.graphql.ts'
import { GroupLink } from './group-link.tsx'

const AGAIN = graphql`
  query userGroupsAgainQuery($id: ID!, $first: Int, $after: String) {
    node(id: $id) {
      ... on DirectoryUser {
        groups(first: $first, after: $after) {
          totalCount
          edges {
            cursor
            node {
              id
              name
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

const OPERATIONS = ['userPanelQuery', 'UserGroupsPaginationQuery', 'userGroupsAgainQuery']

interface UserGroupsProps {
  readonly user: userGroups_user$key
  /** Reads them from their beginning, where nothing of them came. */
  readonly onRetry: () => void
}

/** The groups that somebody is in. */
export function UserGroups({ user, onRetry }: UserGroupsProps) {
  const { data, loadNext, hasNext, isLoadingNext } = usePaginationFragment<
    UserGroupsPaginationQuery,
    userGroups_user$key
  >(
    graphql`
      fragment userGroups_user on DirectoryUser
      @refetchable(queryName: "UserGroupsPaginationQuery")
      @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" }) {
        id
        groups(first: $first, after: $after) @connection(key: "userGroups_groups") {
          __id
          totalCount
          edges {
            node {
              id
              name
            }
          }
        }
      }
    `,
    user,
  )
  const [lost, setLost] = useState<Error | null>(null)
  const variables = { id: data.id }
  const asked = OPERATIONS.map(name => ({ name, variables }))
  const failures = useFailures(asked, '*', 'groups')
  const edges = data.groups?.edges
  const groups = edges?.flatMap(edge => edge?.node ?? [])
  const list = useListAgain({
    query: AGAIN,
    variables,
    pick: answer => (answer as userGroupsAgainQuery['response']).node?.groups,
    listId: edges ? data.groups?.__id : undefined,
    loaded: groups?.map(({ id }) => id) ?? [],
    isFromEnd: false,
    isBusy: isLoadingNext,
    onNothing: onRetry,
    onHeldBack: load,
  })
  const readCalmly = useCalmly(list.readAgain)
  useNews(news => {
    const isMembership = news.kind.startsWith('MEMBER_') || isOfUnknownExtent(news)
    if (isMembership && news.user?.id === data.id) readCalmly()
  })
  function load(): void {
    if (!list.mayLoad()) return
    setLost(null)
    loadNext(50, { onComplete: setLost })
  }
  const again = (andLoadMore = false) => {
    setLost(null)
    list.readAgain(andLoadMore)
  }
  return (
    <section aria-labelledby="user-groups">
      <h3 id="user-groups">Groups</h3>
      {!groups && (
        <Failed
          title="The groups could not be read"
          message={messagesOf(failures) || 'The provider has not answered.'}
          onRetry={onRetry}
        />
      )}
      {groups && failures.length > 0 && (
        <Failed title="Some groups are missing" message={messagesOf(failures)} onRetry={() => again()} />
      )}
      <AgainFailed what="The groups" lost={list.lost} onRetry={() => again()} />
      {groups?.length === 0 && <p className="muted">In no group.</p>}
      <ul className="plain chips">
        {groups?.map(({ id, name }) => (
          <li key={id}>
            <GroupLink id={id} name={name} />
          </li>
        ))}
      </ul>
      {lost && (
        <Failed
          title="More groups could not be read"
          message={lost.message}
          onRetry={isCursorLost(lost) ? () => again(true) : load}
        />
      )}
      {hasNext && !lost && (
        <MoreButton pending="Loading more groups …" isPending={isLoadingNext} onPress={load}>
          More groups
        </MoreButton>
      )}
    </section>
  )
}
