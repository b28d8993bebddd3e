import { startTransition, useState } from 'react'
import { Button, GridList, GridListItem, Heading, Text } from 'react-aria-components'
import { ConnectionHandler, graphql, usePaginationFragment } from 'react-relay'
import { useTouched } from '../live/live.tsx'
import { TouchedSign } from '../live/touched.tsx'
import { attentionOf } from '../organizations/attention.ts'
import { forgetFailures, messagesOf, useFailures } from '../relay/failures.ts'
import { StateBadge } from '../ui/badge.tsx'
import { Failed } from '../ui/failed.tsx'
import { Time, useNow } from '../ui/time.tsx'
import { words } from '../ui/words.ts'
import type { OrganizationDirectoriesPaginationQuery } from './__generated__/OrganizationDirectoriesPaginationQuery.graphql.ts'
import type { organizationDirectories_organization$key } from './__generated__/organizationDirectories_organization.graphql.ts'
import { CreateDirectory } from './create-directory.tsx'

interface OrganizationDirectoriesProps {
  readonly organization: organizationDirectories_organization$key
  /** Whether its provider lets directories be set up from here. */
  readonly canCreate: boolean
}

/** The directories of an organization, and a way to set another one up. */
export function OrganizationDirectories({ organization, canCreate }: OrganizationDirectoriesProps) {
  const { data, hasNext, isLoadingNext, loadNext, refetch } = usePaginationFragment<
    OrganizationDirectoriesPaginationQuery,
    organizationDirectories_organization$key
  >(
    graphql`
      fragment organizationDirectories_organization on Organization
      @refetchable(queryName: "OrganizationDirectoriesPaginationQuery")
      @argumentDefinitions(first: { type: "Int", defaultValue: 10 }, after: { type: "String" }) {
        id
        provider
        createdAt
        directories(first: $first, after: $after) @connection(key: "organizationDirectories_directories") {
          edges {
            node {
              id
              name
              state
              identityProvider
              protocol
              lastSyncedAt
              createdAt
            }
          }
        }
      }
    `,
    organization,
  )
  const [refusal, setRefusal] = useState<string | null>(null)
  const nowMs = useNow(60_000)
  const touched = useTouched()
  const failures = [
    ...useFailures('organizationScreenQuery', 'organization', 'directories'),
    ...useFailures('OrganizationDirectoriesPaginationQuery', 'node', 'directories'),
  ]
  const retry = () => {
    const onComplete = () => forgetFailures('organizationScreenQuery')
    // What is on the screen stays meanwhile, and so does the focus.
    startTransition(() => void refetch({}, { fetchPolicy: 'network-only', onComplete }))
  }
  const edges = data.directories?.edges
  const directories = edges?.flatMap(edge => edge?.node ?? []) ?? []
  const loadMore = () => {
    setRefusal(null)
    loadNext(20, { onComplete: error => setRefusal(error?.message ?? null) })
  }
  return (
    <section aria-labelledby="directories" className="directories">
      <div className="title">
        <Heading level={2} id="directories">
          Directories
        </Heading>
        {canCreate && (
          <CreateDirectory
            organizationId={data.id}
            connections={[ConnectionHandler.getConnectionID(data.id, 'organizationDirectories_directories')]}
          />
        )}
      </div>
      {!edges ? (
        <Failed
          title="Its directories could not be read"
          message={messagesOf(failures) || 'The provider did not answer.'}
          onRetry={retry}
        />
      ) : (
        <GridList
          aria-labelledby="directories"
          className="list"
          renderEmptyState={() => (
            <p className="empty">
              No directories yet. {canCreate ? 'Create one, or send' : 'Send'} the organization’s admin a
              portal link.
            </p>
          )}
        >
          {directories.map(({ id, name, state, identityProvider, protocol, lastSyncedAt, createdAt }) => {
            const since = createdAt ?? data.createdAt
            const attention = attentionOf({ state, lastSyncedAt, since, provider: data.provider }, nowMs)
            return (
              <GridListItem
                key={id}
                id={id}
                textValue={name}
                href={`/directories/${encodeURIComponent(id)}`}
                className={touched.has(id) ? 'row touched' : 'row'}
              >
                <span className="row-head">
                  <Text className="row-title">
                    <bdi>{name}</bdi>
                  </Text>
                  <StateBadge state={state} />
                  {attention && <span className="reason">{attention.reason}</span>}
                  {touched.has(id) && <TouchedSign />}
                </span>
                <Text slot="description" className="muted">
                  {words(identityProvider)} by {words(protocol)} · last sync:{' '}
                  <Time
                    value={lastSyncedAt ?? null}
                    none={data.provider === 'WORKOS' ? 'not told by WorkOS' : 'never'}
                  />
                </Text>
              </GridListItem>
            )
          })}
        </GridList>
      )}
      {edges && failures.length > 0 && (
        <Failed title="Some directories are missing" message={messagesOf(failures)} onRetry={retry} />
      )}
      {refusal !== null && <Failed title="More could not be read" message={refusal} onRetry={loadMore} />}
      {hasNext && refusal === null && (
        <Button className="button" onPress={loadMore} isPending={isLoadingNext}>
          {isLoadingNext ? 'Loading more …' : 'Load more directories'}
        </Button>
      )}
    </section>
  )
}
