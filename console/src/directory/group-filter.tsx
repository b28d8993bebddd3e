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
import { useAttempt } from '../relay/use-screen-query.ts'
import '../ui/choice.css'
import type { GroupFilterPaginationQuery } from './__generated__/GroupFilterPaginationQuery.graphql.ts'
import type { groupFilter_directory$key } from './__generated__/groupFilter_directory.graphql.ts'
import type { groupFilterQuery } from './__generated__/groupFilterQuery.graphql.ts'

const ALL = 'all'

interface GroupFilterProps {
  readonly directoryId: string
  readonly groupId: string | null
  readonly onChoose: (groupId: string | null) => void
}

/** Which group's people are listed. */
export function GroupFilter({ directoryId, groupId, onChoose }: GroupFilterProps) {
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
    { id: directoryId, groupId: groupId ?? '', isChosen: groupId !== null },
    { fetchPolicy: 'store-or-network', fetchKey: useAttempt() },
  )
  if (!directory) return <p className="muted hint">The groups could not be read.</p>
  const first = chosen?.name === undefined ? [] : [{ id: chosen.id, name: chosen.name }]
  return <Groups directory={directory} first={first} groupId={groupId} onChoose={onChoose} />
}

interface Choice {
  readonly id: string
  readonly name: string
}

interface GroupsProps extends Pick<GroupFilterProps, 'groupId' | 'onChoose'> {
  readonly directory: groupFilter_directory$key
  readonly first: readonly Choice[]
}

function Groups({ directory, first, groupId, onChoose }: GroupsProps) {
  const { data, loadNext, hasNext, isLoadingNext } = usePaginationFragment<
    GroupFilterPaginationQuery,
    groupFilter_directory$key
  >(
    graphql`
      fragment groupFilter_directory on Directory
      @refetchable(queryName: "GroupFilterPaginationQuery")
      @argumentDefinitions(first: { type: "Int", defaultValue: 100 }, after: { type: "String" }) {
        groups(first: $first, after: $after) @connection(key: "groupFilter_groups") {
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
  const listed = (data.groups?.edges ?? []).flatMap(edge => edge?.node ?? [])
  const rest = first.filter(({ id }) => listed.every(group => group.id !== id))
  const choices: Choice[] = [{ id: ALL, name: 'All groups' }, ...rest, ...listed]
  return (
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
          <ListBoxLoadMoreItem isLoading={isLoadingNext} onLoadMore={() => hasNext && loadNext(100)}>
            <span className="muted">Loading more groups …</span>
          </ListBoxLoadMoreItem>
        </ListBox>
      </Popover>
    </Select>
  )
}
