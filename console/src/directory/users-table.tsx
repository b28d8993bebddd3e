import { type UIEvent, useEffect, useRef, useState } from 'react'
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
import { forgetFailures, useFailures } from '../relay/failures.ts'
import { Failed } from '../ui/failed.tsx'
import type { UsersTablePaginationQuery } from './__generated__/UsersTablePaginationQuery.graphql.ts'
import type {
  usersTable_directory$data,
  usersTable_directory$key,
} from './__generated__/usersTable_directory.graphql.ts'
import { EndAnchoredLayout } from './end-anchored-layout.ts'
import { usePlace } from './place.ts'
import { useNarrow } from './use-narrow.ts'
import { USER_COLUMNS, UserCell } from './user-cell.tsx'

const PAGE = 100
const ROW_PX = 52

type Edges = NonNullable<NonNullable<usersTable_directory$data['users']>['edges']>
export type ListedUser = NonNullable<NonNullable<Edges[number]>['node']>

interface UsersTableProps {
  readonly directory: usersTable_directory$key
  readonly isFiltered: boolean
  readonly isFromEnd: boolean
}

/** People without end, downwards and upwards; only those in view are in the page. */
export function UsersTable({ directory, isFiltered, isFromEnd }: UsersTableProps) {
  const { data, loadNext, loadPrevious, hasNext, hasPrevious, isLoadingNext, isLoadingPrevious, refetch } =
    usePaginationFragment<UsersTablePaginationQuery, usersTable_directory$key>(
      graphql`
        fragment usersTable_directory on Directory
        @refetchable(queryName: "UsersTablePaginationQuery")
        @argumentDefinitions(
          first: { type: "Int" }
          after: { type: "String" }
          last: { type: "Int" }
          before: { type: "String" }
          filter: { type: "DirectoryUserFilter" }
        ) {
          users(first: $first, after: $after, last: $last, before: $before, filter: $filter)
            @connection(key: "usersTable_users") {
            totalCount
            edges {
              node {
                id
                name
                email
                state
                jobTitle
                updatedAt
              }
            }
          }
        }
      `,
      directory,
    )
  const [, go] = usePlace()
  const isNarrow = useNarrow()
  const [lost, setLost] = useState<{ readonly error: Error; readonly load: () => void } | null>(null)
  const tableRef = useRef<HTMLTableElement>(null)
  const failures = [
    ...useFailures('usersTabQuery', 'directory', 'users'),
    ...useFailures('UsersTablePaginationQuery', 'node', 'users'),
  ]
  const tryToLoad = (load: typeof loadNext) => {
    const attempt = () => {
      setLost(null)
      load(PAGE, { onComplete: error => error && setLost({ error, load: attempt }) })
    }
    attempt()
  }
  const loadAbove = (element: Element) => {
    const isNear = element.scrollTop < element.clientHeight * 1.5
    if (isNear && hasPrevious && !isLoadingPrevious && lost === null) tryToLoad(loadPrevious)
  }
  const loadBelow = () => hasNext && !isLoadingNext && lost === null && tryToLoad(loadNext)
  const edges = data.users?.edges
  const count = edges?.length ?? 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: what does not fill the view is never scrolled.
  useEffect(() => {
    const element = tableRef.current
    if (element && count * ROW_PX <= element.clientHeight) loadAbove(element)
  }, [count])
  const again = () => {
    forgetFailures('usersTabQuery')
    refetch({}, { fetchPolicy: 'network-only' })
  }
  if (!edges) {
    const message = failures[0]?.message ?? 'The provider has not answered.'
    return <Failed title="No people could be read" message={message} onRetry={again} />
  }
  const users = edges.flatMap(edge => edge?.node ?? [])
  const total = data.users.totalCount
  const columns = USER_COLUMNS.filter(({ isWide }) => !isNarrow || !isWide)
  return (
    <>
      <p className="muted number" role="status">
        {total === null || total === undefined
          ? `${users.length.toLocaleString()} people so far${hasNext || hasPrevious ? '' : ': all of them'}`
          : `${users.length.toLocaleString()} of ${total.toLocaleString()} people`}
        {isLoadingPrevious && ', loading those above …'}
      </p>
      {failures.length > 0 && (
        <Failed
          title="Some people are missing"
          message={[...new Set(failures.map(({ message }) => message))].join(' ')}
          onRetry={again}
        />
      )}
      {lost && (
        <Failed title="More people could not be read" message={lost.error.message} onRetry={lost.load} />
      )}
      <Virtualizer
        layout={isFromEnd ? EndAnchoredLayout : TableLayout}
        layoutOptions={{ rowHeight: ROW_PX, headingHeight: 40 }}
      >
        <Table
          ref={tableRef}
          aria-label="People"
          className="table"
          selectionMode="none"
          onRowAction={key => go({ user: String(key) })}
          onScroll={(event: UIEvent<HTMLElement>) => loadAbove(event.currentTarget)}
        >
          <TableHeader columns={columns}>
            {({ id, title, width }) => (
              <Column id={id} isRowHeader={id === 'name'} width={width}>
                {title}
              </Column>
            )}
          </TableHeader>
          <TableBody
            renderEmptyState={() => (
              <p className="empty">
                {isFiltered
                  ? 'Nobody here is so. Look in all groups, or for another address.'
                  : 'Nobody is in this directory yet. People come with the next sync of the identity provider.'}
              </p>
            )}
          >
            <Collection items={users} dependencies={[isNarrow]}>
              {user => (
                <Row
                  id={user.id}
                  columns={columns}
                  textValue={user.name ?? user.email ?? user.id}
                  className="table-row"
                >
                  {({ id }) => (
                    <Cell>
                      <UserCell user={user} column={id} isNarrow={isNarrow} />
                    </Cell>
                  )}
                </Row>
              )}
            </Collection>
            <TableLoadMoreItem isLoading={isLoadingNext} onLoadMore={loadBelow}>
              <span className="muted">Loading more people …</span>
            </TableLoadMoreItem>
          </TableBody>
        </Table>
      </Virtualizer>
    </>
  )
}
