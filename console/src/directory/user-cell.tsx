import { Touched } from '../live/touched.tsx'
import { StateBadge } from '../ui/badge.tsx'
import { Time } from '../ui/time.tsx'
import type { ListedUser } from './users-list.ts'

/** What is shown of people in a row of theirs. */
export const USER_COLUMNS = [
  { id: 'name', title: 'Name', width: '3fr', isWide: false },
  { id: 'email', title: 'E-mail', width: '3fr', isWide: true },
  { id: 'state', title: 'State', width: 110, isWide: false },
  { id: 'jobTitle', title: 'Title', width: '2fr', isWide: true },
  { id: 'updatedAt', title: 'Changed', width: 140, isWide: true },
] as const

interface UserCellProps {
  readonly user: ListedUser
  readonly column: (typeof USER_COLUMNS)[number]['id']
  readonly isNarrow: boolean
}

/** One thing of somebody; where there is little room the address stands below the name. */
export function UserCell({ user, column, isNarrow }: UserCellProps) {
  if (column === 'state') {
    return user.state ? <StateBadge state={user.state} /> : <span className="muted">Not told</span>
  }
  if (column === 'updatedAt') return <Time value={user.updatedAt ?? null} none="Not told" />
  if (column !== 'name') return <bdi className="cut">{user[column]}</bdi>
  return (
    <span className="cut">
      <bdi>{user.name ?? <span className="muted">No name</span>}</bdi> <Touched id={user.id} />
      {isNarrow && (
        <>
          <br />
          <bdi className="muted">{user.email}</bdi>
        </>
      )}
    </span>
  )
}
