import { type UIEvent, useEffect, useRef } from 'react'
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
import { messagesOf } from '../relay/failures.ts'
import { AgainFailed } from '../ui/again-failed.tsx'
import { AnchoredLayout, EndAnchoredLayout } from '../ui/anchored-layouts.ts'
import { Failed } from '../ui/failed.tsx'
import { OldList } from './old-list.tsx'
import { usePlace } from './place.ts'
import { useNarrow } from './use-narrow.ts'
import { USER_COLUMNS, UserCell } from './user-cell.tsx'
import { type UsersListProps, useUsersList } from './users-list.ts'

const ROW_PX = 52

/** People without end, downwards and upwards; only those in view are in the page. */
export function UsersTable(props: UsersListProps) {
  const { filter, isFromEnd, onRetry } = props
  const list = useUsersList(props)
  const { users, total, failures, lost } = list
  const [, go] = usePlace()
  const isNarrow = useNarrow()
  const tableRef = useRef<HTMLTableElement>(null)
  const statusRef = useRef<HTMLParagraphElement>(null)
  const loadAbove = (element: Element) => {
    if (element.scrollTop < element.clientHeight * 1.5) list.loadAbove()
  }
  const count = users?.length ?? 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: what does not fill the view is never scrolled.
  useEffect(() => {
    const element = tableRef.current
    if (element && count * ROW_PX <= element.clientHeight) loadAbove(element)
  }, [count])
  if (!users) {
    const message = messagesOf(failures) || 'The provider has not answered.'
    return <Failed title="No people could be read" message={message} onRetry={onRetry} />
  }
  const readAgain = () => {
    // What asks for it goes with what it says.
    statusRef.current?.focus()
    list.readAgain()
  }
  const columns = USER_COLUMNS.filter(({ isWide }) => !isNarrow || !isWide)
  return (
    <>
      <p className="muted number" role="status" ref={statusRef} tabIndex={-1}>
        {total === null || total === undefined
          ? `${users.length.toLocaleString()} people so far${list.isWhole ? ': all of them' : ''}`
          : `${users.length.toLocaleString()} of ${total.toLocaleString()} people`}
        {list.isLoadingAbove && ', loading those above …'}
      </p>
      {failures.length > 0 && (
        <Failed title="Some people are missing" message={messagesOf(failures)} onRetry={readAgain} />
      )}
      <AgainFailed what="These people" lost={list.lostAgain} onRetry={readAgain} />
      <OldList
        what={filter?.groupId ? 'Who is in this group' : 'Who is in this directory'}
        isOld={list.isOld}
        onReadAgain={readAgain}
      />
      {lost && (
        <Failed title="More people could not be read" message={lost.error.message} onRetry={lost.onRetry} />
      )}
      <Virtualizer
        layout={isFromEnd ? EndAnchoredLayout : AnchoredLayout}
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
                {filter !== null
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
            <TableLoadMoreItem isLoading={list.isLoadingBelow} onLoadMore={list.loadBelow}>
              <span className="muted">Loading more people …</span>
            </TableLoadMoreItem>
          </TableBody>
        </Table>
      </Virtualizer>
    </>
  )
}
