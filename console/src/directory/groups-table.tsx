import { useRef } from 'react'
import {
  Cell,
  Collection,
  Column,
  Row,
  Table,
  TableBody,
  TableHeader,
  TableLoadMoreItem,
  Virtualizer,
} from 'react-aria-components'
import { Touched } from '../live/touched.tsx'
import { messagesOf } from '../relay/failures.ts'
import { AgainFailed } from '../ui/again-failed.tsx'
import { AnchoredLayout } from '../ui/anchored-layouts.ts'
import { Failed } from '../ui/failed.tsx'
import { Time } from '../ui/time.tsx'
import { type GroupsListProps, useGroupsList } from './groups-list.ts'
import { usePlace } from './place.ts'

/** Groups without end; a row leads to the group's members. */
export function GroupsTable(props: GroupsListProps) {
  const list = useGroupsList(props)
  const { groups, total, failures, lost } = list
  const [, go] = usePlace()
  const statusRef = useRef<HTMLParagraphElement>(null)
  if (!groups) {
    const message = messagesOf(failures) || 'The provider has not answered.'
    return <Failed title="No groups could be read" message={message} onRetry={props.onRetry} />
  }
  const readAgain = () => {
    // What asks for it goes with what it says.
    statusRef.current?.focus()
    list.readAgain()
  }
  return (
    <>
      <p className="muted number" role="status" ref={statusRef} tabIndex={-1}>
        {typeof total === 'number'
          ? `${groups.length.toLocaleString()} of ${total.toLocaleString()} groups`
          : `${groups.length.toLocaleString()} groups so far`}
      </p>
      {failures.length > 0 && (
        <Failed title="Some groups are missing" message={messagesOf(failures)} onRetry={readAgain} />
      )}
      <AgainFailed what="These groups" lost={list.lostAgain} onRetry={readAgain} />
      {lost && (
        <Failed title="More groups could not be read" message={lost.error.message} onRetry={lost.onRetry} />
      )}
      <Virtualizer layout={AnchoredLayout} layoutOptions={{ rowHeight: 48, headingHeight: 40 }}>
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
            <TableLoadMoreItem isLoading={list.isLoading} onLoadMore={list.loadMore}>
              <span className="muted">Loading more groups …</span>
            </TableLoadMoreItem>
          </TableBody>
        </Table>
      </Virtualizer>
    </>
  )
}
