import { useState } from 'react'
import {
  Cell,
  Collection,
  Column,
  Row,
  Table,
  TableBody,
  TableHeader,
  TableLayout,
  TableLoadMoreItem,
  Virtualizer,
} from 'react-aria-components'
import { graphql, usePaginationFragment } from 'react-relay'
import { Touched } from '../live/touched.tsx'
import { forgetFailures, useFailures } from '../relay/failures.ts'
import { Failed } from '../ui/failed.tsx'
import { Time } from '../ui/time.tsx'
import type { GroupsTablePaginationQuery } from './__generated__/GroupsTablePaginationQuery.graphql.ts'
import type { groupsTable_directory$key } from './__generated__/groupsTable_directory.graphql.ts'
import { usePlace } from './place.ts'

/** Groups without end; a row leads to the group's members. */
export function GroupsTable({ directory }: { readonly directory: groupsTable_directory$key }) {
  const { data, loadNext, hasNext, isLoadingNext, refetch } = usePaginationFragment<
    GroupsTablePaginationQuery,
    groupsTable_directory$key
  >(
    graphql`
      fragment groupsTable_directory on Directory
      @refetchable(queryName: "GroupsTablePaginationQuery")
      @argumentDefinitions(first: { type: "Int", defaultValue: 50 }, after: { type: "String" }) {
        groups(first: $first, after: $after) @connection(key: "groupsTable_groups") {
          totalCount
          edges {
            node {
              id
              name
              totalUsers
              updatedAt
            }
          }
        }
      }
    `,
    directory,
  )
  const [, go] = usePlace()
  const [lost, setLost] = useState<Error | null>(null)
  const failures = [
    ...useFailures('groupsTabQuery', 'directory', 'groups'),
    ...useFailures('GroupsTablePaginationQuery', 'node', 'groups'),
  ]
  const again = () => {
    forgetFailures('groupsTabQuery')
    refetch({}, { fetchPolicy: 'network-only' })
  }
  const more = () => {
    setLost(null)
    loadNext(100, { onComplete: setLost })
  }
  const edges = data.groups?.edges
  if (!edges) {
    const message = failures[0]?.message ?? 'The provider has not answered.'
    return <Failed title="No groups could be read" message={message} onRetry={again} />
  }
  const groups = edges.flatMap(edge => edge?.node ?? [])
  return (
    <>
      {failures.length > 0 && (
        <Failed title="Some groups are missing" message={failures[0]?.message ?? ''} onRetry={again} />
      )}
      {lost && <Failed title="More groups could not be read" message={lost.message} onRetry={more} />}
      <Virtualizer layout={TableLayout} layoutOptions={{ rowHeight: 48, headingHeight: 40 }}>
        <Table
          aria-label="Groups"
          className="table"
          selectionMode="none"
          onRowAction={key => go({ group: String(key) })}
        >
          <TableHeader>
            <Column id="name" isRowHeader width="3fr">
              Name
            </Column>
            <Column id="members" width={110}>
              People
            </Column>
            <Column id="updated" width={130}>
              Changed
            </Column>
          </TableHeader>
          <TableBody
            renderEmptyState={() => (
              <p className="empty">There are no groups. They come with the sync of the identity provider.</p>
            )}
          >
            <Collection items={groups}>
              {({ id, name, totalUsers, updatedAt }) => (
                <Row id={id} textValue={name} className="table-row">
                  <Cell>
                    <span className="cut">
                      <bdi>{name}</bdi> <Touched id={id} />
                    </span>
                  </Cell>
                  <Cell>{totalUsers?.toLocaleString() ?? <span className="muted">Not told</span>}</Cell>
                  <Cell>
                    <Time value={updatedAt ?? null} none="Not told" />
                  </Cell>
                </Row>
              )}
            </Collection>
            <TableLoadMoreItem
              isLoading={isLoadingNext}
              onLoadMore={() => hasNext && lost === null && more()}
            >
              <span className="muted">Loading more groups …</span>
            </TableLoadMoreItem>
          </TableBody>
        </Table>
      </Virtualizer>
    </>
  )
}
