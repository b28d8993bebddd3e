import { useState } from 'react'
import { Button, Link } from 'react-aria-components'
import { graphql, usePaginationFragment } from 'react-relay'
import { forgetFailures, messagesOf, useFailures } from '../relay/failures.ts'
import { useScreenQuery } from '../relay/use-screen-query.ts'
import { Failed } from '../ui/failed.tsx'
import { useNow } from '../ui/time.tsx'
import type { AttentionListPaginationQuery } from './__generated__/AttentionListPaginationQuery.graphql.ts'
import type { attentionList_query$key } from './__generated__/attentionList_query.graphql.ts'
import type { attentionListQuery } from './__generated__/attentionListQuery.graphql.ts'
import { attentionOf } from './attention.ts'
import { useFreshFailures } from './use-fresh-failures.ts'

const AT_ONCE = 100
const FURTHER = 'AttentionListPaginationQuery'

/** The directories that somebody should look at, the most urgent first, of as many as have been looked at. */
export function AttentionList() {
  const nowMs = useNow(60_000)
  const { data: query, refresh } = useScreenQuery<attentionListQuery>(
    graphql`
      query attentionListQuery {
        ...attentionList_query
      }
    `,
    {},
  )
  const { data, hasNext, isLoadingNext, loadNext } = usePaginationFragment<
    AttentionListPaginationQuery,
    attentionList_query$key
  >(
    graphql`
      fragment attentionList_query on Query
      @refetchable(queryName: "AttentionListPaginationQuery")
      @argumentDefinitions(first: { type: "Int", defaultValue: 100 }, after: { type: "String" }) {
        directories(first: $first, after: $after) @connection(key: "attentionList_directories") {
          edges {
            node {
              id
              name
              provider
              state
              lastSyncedAt
              createdAt
              organization {
                id
                name
                createdAt
              }
            }
          }
        }
      }
    `,
    query,
  )
  const [refusal, setRefusal] = useState<string | null>(null)
  const failures = [
    ...useFailures('attentionListQuery', 'directories'),
    ...useFailures(FURTHER, 'directories'),
  ]
  useFreshFailures(FURTHER)
  const directories = (data.directories?.edges ?? []).flatMap(edge => edge?.node ?? [])
  const concerned = directories
    .flatMap(directory => {
      const since = directory.createdAt ?? directory.organization?.createdAt
      const attention = attentionOf({ ...directory, since }, nowMs)
      return attention === null ? [] : [{ ...directory, ...attention }]
    })
    .toSorted((one, other) => one.rank - other.rank)
  const loadMore = () => {
    setRefusal(null)
    loadNext(AT_ONCE, { onComplete: error => setRefusal(error?.message ?? null) })
  }
  const retry = () => {
    if (failures.length === 0) return loadMore()
    setRefusal(null)
    forgetFailures(FURTHER)
    refresh()
  }
  const why = [messagesOf(failures), refusal].filter(Boolean).join(' ')
  if (concerned.length === 0 && !hasNext && why === '') return null
  return (
    <section className="attention" aria-labelledby="attention">
      <h2 id="attention">Needs attention</h2>
      <ul className="plain">
        {concerned.map(({ id, name, reason, organization }) => (
          <li key={id}>
            <Link className="link" href={`/directories/${encodeURIComponent(id)}`}>
              <bdi>{name}</bdi>
            </Link>
            {organization && (
              <>
                {' of '}
                <Link className="link" href={`/organizations/${encodeURIComponent(organization.id)}`}>
                  <bdi>{organization.name}</bdi>
                </Link>
              </>
            )}
            : {reason}.
          </li>
        ))}
      </ul>
      {why !== '' && <Failed title="Not all directories could be looked at" message={why} onRetry={retry} />}
      {hasNext && (
        <p>
          <span className="muted">
            {directories.length} directories were looked at
            {concerned.length === 0 && ', and all is well there'}.
          </span>{' '}
          <Button className="button small" isPending={isLoadingNext} onPress={loadMore}>
            {isLoadingNext ? 'Looking …' : 'Look at more'}
          </Button>
        </p>
      )}
    </section>
  )
}
