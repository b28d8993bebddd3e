import { graphql, useLazyLoadQuery } from 'react-relay'
import { useFailures } from '../relay/failures.ts'
import { useAttempt } from '../relay/use-screen-query.ts'
import { Failed } from '../ui/failed.tsx'
import type { groupsTabQuery } from './__generated__/groupsTabQuery.graphql.ts'
import { GroupsTable } from './groups-table.tsx'

/** The groups of a directory. */
export function GroupsTab({ directoryId }: { readonly directoryId: string }) {
  const { directory } = useLazyLoadQuery<groupsTabQuery>(
    graphql`
      query groupsTabQuery($id: ID!) {
        directory(by: { id: $id }) {
          ...groupsTable_directory
        }
      }
    `,
    { id: directoryId },
    { fetchPolicy: 'store-and-network', fetchKey: useAttempt() },
  )
  const [failure] = useFailures('groupsTabQuery')
  if (!directory) {
    const message = failure?.message ?? 'The directory is not there any more.'
    return <Failed title="No groups could be read" message={message} />
  }
  return <GroupsTable directory={directory} />
}
