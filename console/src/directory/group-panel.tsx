import { Suspense } from 'react'
import { graphql, useLazyLoadQuery } from 'react-relay'
import { useNews } from '../live/news.ts'
import { useCalmly } from '../live/use-calmly.ts'
import { useFailures } from '../relay/failures.ts'
import { useReadAgain } from '../relay/use-read-again.ts'
import { useOnHealed, useRetry } from '../relay/use-retry.ts'
import { AgainFailed } from '../ui/again-failed.tsx'
import { Copy } from '../ui/copy.tsx'
import { Failed } from '../ui/failed.tsx'
import { FailureBoundary } from '../ui/failure-boundary.tsx'
import { Loading } from '../ui/loading.tsx'
import { SidePanel } from '../ui/side-panel.tsx'
import { Time } from '../ui/time.tsx'
import { words } from '../ui/words.ts'
import type { groupPanelAgainQuery } from './__generated__/groupPanelAgainQuery.graphql.ts'
import type { groupPanelQuery } from './__generated__/groupPanelQuery.graphql.ts'
import { GroupMembers } from './group-members.tsx'
import { usePlace } from './place.ts'
import { RawAttributes } from './user-attributes.tsx'

/** A group looked at closely: the one that the address names. */
export function GroupPanel() {
  const [{ group }, go] = usePlace()
  return (
    <SidePanel title="Group" isOpen={group !== null} onClose={() => go({ group: null })}>
      {group !== null && (
        <FailureBoundary key={group}>
          <Suspense fallback={<Loading what="the group" />}>
            <Group id={group} />
          </Suspense>
        </FailureBoundary>
      )}
    </SidePanel>
  )
}

/** What is read again when the group has changed: its people are a list of its own. */
const AGAIN = graphql`
  query groupPanelAgainQuery($id: ID!) {
    node(id: $id) {
      ... on DirectoryGroup {
        name
        idpId
        createdAt
        updatedAt
        rawAttributes
      }
    }
  }
`

function Group({ id }: { readonly id: string }) {
  const { fetchKey, retry } = useRetry()
  const variables = { id }
  const { node } = useLazyLoadQuery<groupPanelQuery>(
    graphql`
      query groupPanelQuery($id: ID!) {
        node(id: $id) {
          ... on DirectoryGroup @alias(as: "group") {
            name
            provider
            upstreamId
            idpId
            createdAt
            updatedAt
            rawAttributes
            ...groupMembers_group
          }
        }
      }
    `,
    variables,
    { fetchPolicy: 'store-and-network', fetchKey },
  )
  const { read, lost } = useReadAgain<groupPanelAgainQuery>(AGAIN, variables)
  const failures = useFailures([{ name: 'groupPanelQuery', variables }], 'node')
  const failure = failures.find(({ path }) => path?.length === 1)
  const group = node?.group
  const readCalmly = useCalmly(read)
  useNews(news => news.kind === 'GROUP_UPDATED' && news.group?.id === id && readCalmly())
  useOnHealed(group ? read : retry)
  if (!group) {
    return failure ? (
      <Failed title="The group could not be read" message={failure.message} onRetry={retry} />
    ) : (
      <p>No group of that id is here any more. Close this to go back to the list.</p>
    )
  }
  const { name, provider, upstreamId, idpId, createdAt, updatedAt, rawAttributes } = group
  return (
    <>
      <AgainFailed what="The group" lost={lost} onRetry={read} />
      <h3 className="panel-name">
        <bdi>{name}</bdi>
      </h3>
      <dl className="facts">
        {idpId && (
          <>
            <dt>Id at the identity provider</dt>
            <dd>
              <bdi>{idpId}</bdi>
            </dd>
          </>
        )}
        <dt>Created</dt>
        <dd>
          <Time value={createdAt ?? null} none="Not told" />
        </dd>
        <dt>Changed</dt>
        <dd>
          <Time value={updatedAt ?? null} none="Not told" />
        </dd>
        <dt>{words(provider)} id</dt>
        <dd>
          <Copy text={upstreamId} label={`${words(provider)} id of the group`} />
        </dd>
      </dl>
      <GroupMembers group={group} onRetry={retry} />
      <RawAttributes of={rawAttributes} />
    </>
  )
}
