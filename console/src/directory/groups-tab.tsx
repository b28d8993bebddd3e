import { graphql, useLazyLoadQuery } from 'react-relay'
import { useFailures } from '../relay/failures.ts'
import { useOnHealed, useRetry } from '../relay/use-retry.ts'
import { Failed } from '../ui/failed.tsx'
import type { groupsTabQuery } from './__generated__/groupsTabQuery.graphql.ts'
import { GroupsTable } from './groups-table.tsx'

/** The groups of a directory. */
export function GroupsTab({ directoryId }: { readonly directoryId: string }) {
  const { fetchKey, retry } = useRetry()
  const { directory } = useLazyLoadQuery<groupsTabQuery>(
    graphql`
      query groupsTabQuery($id: ID!) {
        directory(by: { id: $id }) {
          ...groupsList_directory
        }
      }
    `,
    { id: directoryId },
    { fetchPolicy: 'store-and-network', fetchKey },
  )
  const [failure] = useFailures([{ name: 'groupsTabQuery', variables: { id: directoryId } }])
  useOnHealed(() => !directory && retry())
  if (!directory) {
    const message = failure?.message ?? 'The directory is not there any more.'
    return <Failed title="No groups could be read" message={message} onRetry={retry} />
  }
  return <GroupsTable directory={directory} onRetry={retry} />
}
