import { graphql, useFragment } from 'react-relay'
import { Time } from '../ui/time.tsx'
import { words } from '../ui/words.ts'
import type { directoryStats_stats$key } from './__generated__/directoryStats_stats.graphql.ts'

interface DirectoryStatsProps {
  readonly stats: directoryStats_stats$key
  readonly provider: string
}

/** How many people and groups there are; what the provider does not tell is said not to be told. */
export function DirectoryStats({ stats, provider }: DirectoryStatsProps) {
  const data = useFragment(
    graphql`
      fragment directoryStats_stats on DirectoryStats {
        totalUsers
        activeUsers
        inactiveUsers
        totalGroups
        usersUpdatedAt
        groupsUpdatedAt
      }
    `,
    stats,
  )
  const count = (value: number | null | undefined) =>
    value?.toLocaleString() ?? <span className="muted">Not told by {words(provider)}</span>
  return (
    <dl className="facts">
      <dt>People</dt>
      <dd className="number">{count(data.totalUsers)}</dd>
      <dt>Active</dt>
      <dd className="number">{count(data.activeUsers)}</dd>
      <dt>Inactive</dt>
      <dd className="number">{count(data.inactiveUsers)}</dd>
      <dt>Groups</dt>
      <dd className="number">{count(data.totalGroups)}</dd>
      {data.usersUpdatedAt && (
        <>
          <dt>People changed</dt>
          <dd>
            <Time value={data.usersUpdatedAt} />
          </dd>
        </>
      )}
      {data.groupsUpdatedAt && (
        <>
          <dt>Groups changed</dt>
          <dd>
            <Time value={data.groupsUpdatedAt} />
          </dd>
        </>
      )}
    </dl>
  )
}
