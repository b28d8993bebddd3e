import { Suspense } from 'react'
import { graphql, useLazyLoadQuery } from 'react-relay'
import { useNews } from '../live/news.ts'
import { useCalmly } from '../live/use-calmly.ts'
import { useFailures } from '../relay/failures.ts'
import { useReadAgain } from '../relay/use-read-again.ts'
import { useOnHealed, useRetry } from '../relay/use-retry.ts'
import { AgainFailed } from '../ui/again-failed.tsx'
import { Failed } from '../ui/failed.tsx'
import { FailureBoundary } from '../ui/failure-boundary.tsx'
import { Loading } from '../ui/loading.tsx'
import { SidePanel } from '../ui/side-panel.tsx'
import type { userPanelAgainQuery } from './__generated__/userPanelAgainQuery.graphql.ts'
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

/** What is read again when somebody has changed: their groups are a list of its own. */
const AGAIN = graphql`
  query userPanelAgainQuery($id: ID!) {
    node(id: $id) {
      ... on DirectoryUser @alias(as: "person") {
        ...userFacts_user
        ...userAttributes_user
      }
    }
  }
`

function Person({ id }: { readonly id: string }) {
  const { fetchKey, retry } = useRetry()
  const variables = { id }
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
    variables,
    { fetchPolicy: 'store-and-network', fetchKey },
  )
  const { read, lost } = useReadAgain<userPanelAgainQuery>(AGAIN, variables)
  const failures = useFailures([{ name: 'userPanelQuery', variables }], 'node')
  const failure = failures.find(({ path }) => path?.length === 1)
  const person = node?.person
  const readCalmly = useCalmly(read)
  useNews(({ kind, user }) => kind === 'USER_UPDATED' && user?.id === id && readCalmly())
  useOnHealed(person ? read : retry)
  if (!person) {
    return failure ? (
      <Failed title="This could not be read" message={failure.message} onRetry={retry} />
    ) : (
      <p>Nobody of that id is here any more. Close this to go back to the list.</p>
    )
  }
  return (
    <>
      <AgainFailed what="This" lost={lost} onRetry={read} />
      <UserFacts user={person} />
      <UserGroups user={person} onRetry={retry} />
      <UserAttributes user={person} />
    </>
  )
}
