import { Suspense } from 'react'
import { Label, Radio, RadioGroup } from 'react-aria-components'
import { graphql, useLazyLoadQuery } from 'react-relay'
import { useFailures } from '../relay/failures.ts'
import { useOnHealed, useRetry } from '../relay/use-retry.ts'
import { Failed } from '../ui/failed.tsx'
import { FailureBoundary } from '../ui/failure-boundary.tsx'
import { Loading } from '../ui/loading.tsx'
import { words } from '../ui/words.ts'
import type { usersTabQuery } from './__generated__/usersTabQuery.graphql.ts'
import { EmailSearch } from './email-search.tsx'
import { GroupFilter } from './group-filter.tsx'
import { usePlace } from './place.ts'
import { UsersTable } from './users-table.tsx'

const FIRST_PAGE = 50

interface UsersTabProps {
  readonly directoryId: string
  readonly provider: string
}

/** The people of a directory, from either end, all or some. */
export function UsersTab({ directoryId, provider }: UsersTabProps) {
  const [{ in: groupId, email, from }, go] = usePlace()
  const hasEnd = provider === 'WORKOS'
  const end = hasEnd ? from : null
  return (
    <>
      <div className="tools">
        <EmailSearch email={email} onFind={found => go({ email: found })} />
        <FailureBoundary>
          <Suspense fallback={<Loading what="groups" />}>
            <GroupFilter directoryId={directoryId} groupId={groupId} onChoose={id => go({ in: id })} />
          </Suspense>
        </FailureBoundary>
        {hasEnd ? (
          <RadioGroup
            className="choices"
            orientation="horizontal"
            value={end ?? 'start'}
            onChange={value => go({ from: value === 'end' ? 'end' : null })}
          >
            <Label>Begin at</Label>
            <Radio value="start">the start</Radio>
            <Radio value="end">the end</Radio>
          </RadioGroup>
        ) : (
          <p className="muted hint">{words(provider)} lists people from the start only.</p>
        )}
      </div>
      <Suspense fallback={<Loading what={email === null ? 'people' : `whoever has ${email}`} />}>
        <Listed key={`${groupId} ${email} ${end}`} {...{ directoryId, groupId, email, end }} />
      </Suspense>
    </>
  )
}

interface ListedProps {
  readonly directoryId: string
  readonly groupId: string | null
  readonly email: string | null
  readonly end: 'end' | null
}

function Listed({ directoryId, groupId, email, end }: ListedProps) {
  const { fetchKey, retry } = useRetry()
  const filter = groupId === null && email === null ? null : { groupId, email }
  const { directory } = useLazyLoadQuery<usersTabQuery>(
    graphql`
      query usersTabQuery($id: ID!, $first: Int, $last: Int, $filter: DirectoryUserFilter) {
        directory(by: { id: $id }) {
          ...usersList_directory @arguments(first: $first, last: $last, filter: $filter)
        }
      }
    `,
    {
      id: directoryId,
      first: end === null ? FIRST_PAGE : null,
      last: end === null ? null : FIRST_PAGE,
      filter,
    },
    // Both ends are one list to Relay: what it has of the other is not shown for this one.
    { fetchPolicy: 'network-only', fetchKey },
  )
  const [failure] = useFailures([{ name: 'usersTabQuery', variables: { id: directoryId, filter } }])
  useOnHealed(() => !directory && retry())
  if (!directory) {
    const message = failure?.message ?? 'The directory is not there any more.'
    return <Failed title="No people could be read" message={message} onRetry={retry} />
  }
  return <UsersTable directory={directory} filter={filter} isFromEnd={end !== null} onRetry={retry} />
}
