import { useState } from 'react'
import {
  Button,
  Collection,
  Label,
  ListBox,
  ListBoxItem,
  ListBoxLoadMoreItem,
  Popover,
  Select,
  SelectValue,
} from 'react-aria-components'
import { graphql, useLazyLoadQuery, usePaginationFragment } from 'react-relay'
import { useListAgain } from '../relay/use-list-again.ts'
import { useOnHealed, useRetry } from '../relay/use-retry.ts'
import '../ui/choice.css'
import type { GroupFilterPaginationQuery } from './__generated__/GroupFilterPaginationQuery.graphql.ts'
import type { groupFilter_directory$key } from './__generated__/groupFilter_directory.graphql.ts'
import type { groupFilterAgainQuery } from './__generated__/groupFilterAgainQuery.graphql.ts'
import type { groupFilterQuery } from './__generated__/groupFilterQuery.graphql.ts'
import { useNewGroups } from './use-new-groups.ts'

const ALL = 'all'

interface GroupFilterProps {
  readonly directoryId: string
  readonly groupId: string | null
  readonly onChoose: (groupId: string | null) => void
}

const AGAIN = graphql`
  query groupFilterAgainQuery($id: ID!, $first: Int, $after: String) {
    directory(by: { id: $id }) {
      groups(first: $first, after: $after) {
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
`

/** Which group's people are listed. */
export function GroupFilter({ directoryId, groupId, onChoose }: GroupFilterProps) {
  const { fetchKey, retry } = useRetry()
  // The one that the address named at first may be far down the list. What is chosen later is in it: nothing is asked.
  const [namedId] = useState(groupId)
  const { directory, chosen } = useLazyLoadQuery<groupFilterQuery>(
    graphql`
      query groupFilterQuery($id: ID!, $groupId: ID!, $isChosen: Boolean!) {
        directory(by: { id: $id }) {
          ...groupFilter_directory
        }
        chosen: node(id: $groupId) @include(if: $isChosen) {
          id
          ... on DirectoryGroup {
            name
          }
        }
      }
    `,
    { id: directoryId, groupId: namedId ?? '', isChosen: namedId !== null },
    { fetchPolicy: 'store-or-network', fetchKey },
  )
  useOnHealed(() => !directory && retry())
  if (!directory) return <Unread onRetry={retry} />
  const first = chosen?.name === undefined ? [] : [{ id: chosen.id, name: chosen.name }]
  return <Groups directory={directory} first={first} groupId={groupId} onChoose={onChoose} onRetry={retry} />
}

/** In the little room that there is. */
function Unread({ what = 'The groups', onRetry }: { readonly what?: string; readonly onRetry: () => void }) {
  return (
    <p className="hint" role="alert">
      {what} could not be read.{' '}
      <Button className="button small" onPress={onRetry}>
        Try again
      </Button>
    </p>
  )
}

interface Choice {
  readonly id: string
  readonly name: string
}

interface GroupsProps extends Pick<GroupFilterProps, 'groupId' | 'onChoose'> {
  readonly directory: groupFilter_directory$key
  readonly first: readonly Choice[]
  readonly onRetry: () => void
}

function Groups({ directory, first, groupId, onChoose, onRetry }: GroupsProps) {
  const { data, loadNext, hasNext, isLoadingNext } = usePaginationFragment<
    GroupFilterPaginationQuery,
    groupFilter_directory$key
  >(
    graphql`
      fragment groupFilter_directory on Directory
      @refetchable(queryName: "GroupFilterPaginationQuery")
      @argumentDefinitions(first: { type: "Int", defaultValue: 100 }, after: { type: "String" }) {
        id
        organization {
          id
        }
        groups(first: $first, after: $after) @connection(key: "groupFilter_groups") {
          __id
          edges {
            node {
              id
              name
            }
          }
        }
      }
    `,
    directory,
  )
  const [isLost, setIsLost] = useState(false)
  const edges = data.groups?.edges
  const listed = edges?.flatMap(edge => edge?.node ?? []) ?? []
  const listId = edges ? data.groups?.__id : undefined
  const list = useListAgain({
    query: AGAIN,
    variables: { id: data.id },
    pick: answer => (answer as groupFilterAgainQuery['response']).directory?.groups,
    listId,
    loaded: listed.map(({ id }) => id),
    isFromEnd: false,
    isBusy: isLoadingNext,
    onNothing: onRetry,
    onHeldBack: loadMore,
  })
  useNewGroups(data, listId)
  function loadMore(): void {
    if (!hasNext || isLoadingNext || isLost || !list.mayLoad()) return
    loadNext(100, { onComplete: error => setIsLost(error !== null) })
  }
  // Where a place in the list is no more, only the whole of it helps.
  const loadAgain = () => {
    setIsLost(false)
    list.readAgain(true)
  }
  const rest = first.filter(({ id }) => listed.every(group => group.id !== id))
  const choices: Choice[] = [{ id: ALL, name: 'All groups' }, ...rest, ...listed]
  const chooser = (
    <Select
      className="choice group-filter"
      value={groupId ?? ALL}
      onChange={key => onChoose(key === ALL || key === null ? null : String(key))}
    >
      <Label>Group</Label>
      <Button className="button">
        <SelectValue />
        <span aria-hidden="true">▾</span>
      </Button>
      <Popover className="popover">
        <ListBox className="options">
          <Collection items={choices}>
            {({ id, name }) => (
              <ListBoxItem id={id} textValue={name} className="option">
                <bdi>{name}</bdi>
              </ListBoxItem>
            )}
          </Collection>
          <ListBoxLoadMoreItem isLoading={isLoadingNext} onLoadMore={loadMore}>
            <span className="muted">Loading more groups …</span>
          </ListBoxLoadMoreItem>
        </ListBox>
      </Popover>
    </Select>
  )
  return (
    <>
      {chooser}
      {!edges && <Unread onRetry={onRetry} />}
      {edges && isLost && <Unread what="More groups" onRetry={loadAgain} />}
    </>
  )
}
