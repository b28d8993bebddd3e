import { useState } from 'react'
import {
  Collection,
  GridList,
  GridListItem,
  GridListLoadMoreItem,
  ListLayout,
  Text,
  Virtualizer,
} from 'react-aria-components'
import { graphql, usePaginationFragment } from 'react-relay'
import { forgetFailures, useFailures } from '../relay/failures.ts'
import { Failed } from '../ui/failed.tsx'
import type { GroupMembersPaginationQuery } from './__generated__/GroupMembersPaginationQuery.graphql.ts'
import type { groupMembers_group$key } from './__generated__/groupMembers_group.graphql.ts'
import { usePlace } from './place.ts'

/** The people in a group, without end; each leads to who it is. */
export function GroupMembers({ group }: { readonly group: groupMembers_group$key }) {
  const { data, loadNext, hasNext, isLoadingNext, refetch } = usePaginationFragment<
    GroupMembersPaginationQuery,
    groupMembers_group$key
  >(
    graphql`
      fragment groupMembers_group on DirectoryGroup
      @refetchable(queryName: "GroupMembersPaginationQuery")
      @argumentDefinitions(first: { type: "Int", defaultValue: 30 }, after: { type: "String" }) {
        totalUsers
        users(first: $first, after: $after) @connection(key: "groupMembers_users") {
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
  const failures = [
    ...useFailures('groupPanelQuery', 'node', 'users'),
    ...useFailures('GroupMembersPaginationQuery', 'node', 'users'),
  ]
  const more = () => {
    setLost(null)
    loadNext(100, { onComplete: setLost })
  }
  const users = data.users?.edges?.flatMap(edge => edge?.node ?? [])
  return (
    <section aria-labelledby="members" className="members">
      <h3 id="members">
        People{typeof data.totalUsers === 'number' && <span className="muted"> · {data.totalUsers}</span>}
      </h3>
      {(!users || failures.length > 0) && (
        <Failed
          title={users ? 'Some people are missing' : 'The people could not be read'}
          message={failures[0]?.message ?? 'The provider has not answered.'}
          onRetry={() => {
            forgetFailures('groupPanelQuery')
            refetch({}, { fetchPolicy: 'network-only' })
          }}
        />
      )}
      {lost && <Failed title="More people could not be read" message={lost.message} onRetry={more} />}
      {users && (
        <Virtualizer layout={ListLayout} layoutOptions={{ rowHeight: 56 }}>
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
                    {email}
                  </Text>
                </GridListItem>
              )}
            </Collection>
            <GridListLoadMoreItem
              isLoading={isLoadingNext}
              onLoadMore={() => hasNext && lost === null && more()}
            >
              <span className="muted">Loading more people …</span>
            </GridListLoadMoreItem>
          </GridList>
        </Virtualizer>
      )}
    </section>
  )
}
