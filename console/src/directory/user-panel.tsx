import { Suspense } from 'react'
import { graphql, useLazyLoadQuery } from 'react-relay'
import { useFailures } from '../relay/failures.ts'
import { useAttempt } from '../relay/use-screen-query.ts'
import { Failed } from '../ui/failed.tsx'
import { FailureBoundary } from '../ui/failure-boundary.tsx'
import { Loading } from '../ui/loading.tsx'
import { SidePanel } from '../ui/side-panel.tsx'
import type { userPanelQuery } from './__generated__/userPanelQuery.graphql.ts'
import { usePlace } from './place.ts'
import { UserAttributes } from './user-attributes.tsx'
import { UserFacts } from './user-facts.tsx'
import { UserGroups } from './user-groups.tsx'

/** Somebody looked at closely: whoever the address names. */
export function UserPanel() {
  const [{ user }, go] = usePlace()
  return (
    <SidePanel title="Person" isOpen={user !== null} onClose={() => go({ user: null })}>
      {user !== null && (
        <FailureBoundary key={user}>
          <Suspense fallback={<Loading what="the person" />}>
            <Person id={user} />
          </Suspense>
        </FailureBoundary>
      )}
    </SidePanel>
  )
}

function Person({ id }: { readonly id: string }) {
  const { node } = useLazyLoadQuery<userPanelQuery>(
    graphql`
      query userPanelQuery($id: ID!) {
        node(id: $id) {
          ... on DirectoryUser @alias(as: "person") {
            ...userFacts_user
            ...userGroups_user
            ...userAttributes_user
          }
        }
      }
    `,
    { id },
    { fetchPolicy: 'store-and-network', fetchKey: useAttempt() },
  )
  const failure = useFailures('userPanelQuery', 'node').find(({ path }) => path?.length === 1)
  const person = node?.person
  if (!person) {
    return failure ? (
      <Failed title="This could not be read" message={failure.message} />
    ) : (
      <p>Nobody of that id is here any more. Close this to go back to the list.</p>
    )
  }
  return (
    <>
      <UserFacts user={person} />
      <UserGroups user={person} />
      <UserAttributes user={person} />
    </>
  )
}
