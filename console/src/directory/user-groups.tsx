import { useState } from 'react'
import { Button } from 'react-aria-components'
import { graphql, usePaginationFragment } from 'react-relay'
import { useFailures } from '../relay/failures.ts'
import { Failed } from '../ui/failed.tsx'
import type { UserGroupsPaginationQuery } from './__generated__/UserGroupsPaginationQuery.graphql.ts'
import type { userGroups_user$key } from './__generated__/userGroups_user.graphql.ts'
import { GroupLink } from './group-link.tsx'

/** The groups that somebody is in. */
export function UserGroups({ user }: { readonly user: userGroups_user$key }) {
  const { data, loadNext, hasNext, isLoadingNext, refetch } = usePaginationFragment<
    UserGroupsPaginationQuery,
    userGroups_user$key
  >(
    graphql`
      fragment userGroups_user on DirectoryUser
      @refetchable(queryName: "UserGroupsPaginationQuery")
      @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" }) {
        groups(first: $first, after: $after) @connection(key: "userGroups_groups") {
          totalCount
          edges {
            node {
              id
              name
            }
          }
        }
      }
    `,
    user,
  )
  const [lost, setLost] = useState<Error | null>(null)
  const failures = [
    ...useFailures('userPanelQuery', 'node', 'groups'),
    ...useFailures('UserGroupsPaginationQuery', 'node', 'groups'),
  ]
  const groups = data.groups?.edges?.flatMap(edge => edge?.node ?? [])
  const more = () => {
    setLost(null)
    loadNext(50, { onComplete: setLost })
  }
  return (
    <section aria-labelledby="user-groups">
      <h3 id="user-groups">Groups</h3>
      {!groups && (
        <Failed
          title="The groups could not be read"
          message={failures[0]?.message ?? 'The provider has not answered.'}
          onRetry={() => refetch({}, { fetchPolicy: 'network-only' })}
        />
      )}
      {groups?.length === 0 && <p className="muted">In no group.</p>}
      <ul className="plain chips">
        {groups?.map(({ id, name }) => (
          <li key={id}>
            <GroupLink id={id} name={name} />
          </li>
        ))}
      </ul>
      {lost && <Failed title="More groups could not be read" message={lost.message} onRetry={more} />}
      {hasNext && !lost && (
        <Button className="button small" onPress={more} isDisabled={isLoadingNext}>
          {isLoadingNext ? 'Loading more groups …' : 'More groups'}
        </Button>
      )}
    </section>
  )
}
