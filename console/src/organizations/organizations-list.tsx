import { useState } from 'react'
import {
  Collection,
  GridList,
  GridListItem,
  GridListLoadMoreItem,
  ListLayout,
  Text,
  Virtualizer,
} from 'react-aria-components'
import { graphql, usePaginationFragment } from 'react-relay'
import { useTouched } from '../live/live.tsx'
import { TouchedSign } from '../live/touched.tsx'
import { forgetFailures, messagesOf, useFailures } from '../relay/failures.ts'
import { ProviderBadge, StateBadge } from '../ui/badge.tsx'
import { Failed } from '../ui/failed.tsx'
import { useNow } from '../ui/time.tsx'
import type { OrganizationsListPaginationQuery } from './__generated__/OrganizationsListPaginationQuery.graphql.ts'
import type {
  organizationsList_query$data,
  organizationsList_query$key,
} from './__generated__/organizationsList_query.graphql.ts'
import { attentionOf } from './attention.ts'
import { useFreshFailures } from './use-fresh-failures.ts'

type Edges = NonNullable<NonNullable<organizationsList_query$data['organizations']>['edges']>
type Organization = NonNullable<NonNullable<Edges[number]>['node']>

const FURTHER = 'OrganizationsListPaginationQuery'
const NOT_FOUND = 'No organization is called that. Try fewer letters, or all providers.'
const NONE = 'There are no organizations yet. Make one at WorkOS or Scalekit, and it appears here.'

interface OrganizationsListProps {
  readonly query: organizationsList_query$key
  readonly isFiltered: boolean
  /** Reads the list again from its beginning. */
  readonly onRetry: () => void
}

/** Organizations without end; only what is in view is in the page. */
export function OrganizationsList({ query, isFiltered, onRetry }: OrganizationsListProps) {
  const { data, loadNext, hasNext, isLoadingNext } = usePaginationFragment<
    OrganizationsListPaginationQuery,
    organizationsList_query$key
  >(
    graphql`
      fragment organizationsList_query on Query
      @refetchable(queryName: "OrganizationsListPaginationQuery")
      @argumentDefinitions(
        first: { type: "Int", defaultValue: 20 }
        after: { type: "String" }
        provider: { type: "Provider" }
        search: { type: "String" }
      ) {
        organizations(first: $first, after: $after, filter: { provider: $provider, search: $search })
          @connection(key: "organizationsList_organizations") {
          edges {
            node {
              id
              name
              provider
              createdAt
              domains {
                domain
              }
              directories(first: 5) {
                nodes {
                  id
                  name
                  state
                  lastSyncedAt
                  createdAt
                }
                pageInfo {
                  hasNextPage
                }
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
    ...useFailures('organizationsScreenQuery', 'organizations'),
    ...useFailures(FURTHER, 'organizations'),
  ]
  useFreshFailures(FURTHER)
  const retry = () => {
    forgetFailures(FURTHER)
    onRetry()
  }
  const edges = data.organizations?.edges
  if (!edges) {
    const message = messagesOf(failures) || 'No provider has answered.'
    return <Failed title="No organizations could be read" message={message} onRetry={retry} />
  }
  const organizations = edges.flatMap(edge => edge?.node ?? [])
  const isWithin = ({ path }: (typeof failures)[number]) => path?.includes('node')
  const missing = failures.filter(failure => !isWithin(failure))
  const incomplete = failures.filter(isWithin)
  const loadMore = () => {
    if (!hasNext || isLoadingNext) return
    setRefusal(null)
    loadNext(30, { onComplete: error => setRefusal(error?.message ?? null) })
  }
  return (
    <>
      {missing.length > 0 && (
        <Failed title="Some organizations are missing" message={messagesOf(missing)} onRetry={retry} />
      )}
      {missing.length === 0 && incomplete.length > 0 && (
        <Failed title="Some directories are missing" message={messagesOf(incomplete)} onRetry={retry} />
      )}
      <Virtualizer layout={ListLayout} layoutOptions={{ estimatedRowSize: 76, gap: 8, padding: 2 }}>
        <GridList
          aria-label="Organizations"
          className="rows"
          selectionMode="none"
          renderEmptyState={() => (
            <p className="empty">{missing.length > 0 ? '' : isFiltered ? NOT_FOUND : NONE}</p>
          )}
        >
          <Collection items={organizations}>
            {organization => <OrganizationRow organization={organization} />}
          </Collection>
          <GridListLoadMoreItem isLoading={isLoadingNext} onLoadMore={() => refusal === null && loadMore()}>
            <span className="muted">Loading more organizations …</span>
          </GridListLoadMoreItem>
        </GridList>
      </Virtualizer>
      {refusal !== null && <Failed title="More could not be read" message={refusal} onRetry={loadMore} />}
    </>
  )
}

function OrganizationRow({ organization }: { readonly organization: Organization }) {
  const { id, name, provider, createdAt, domains, directories } = organization
  const nowMs = useNow(60_000)
  const touched = useTouched()
  const its = directories?.nodes?.flatMap(directory => directory ?? []) ?? []
  const isTouched = touched.has(id) || its.some(directory => touched.has(directory.id))
  return (
    <GridListItem
      id={id}
      textValue={name}
      href={`/organizations/${encodeURIComponent(id)}`}
      className={isTouched ? 'row touched' : 'row'}
    >
      <span className="row-head">
        <Text className="row-title">
          <bdi>{name}</bdi>
        </Text>
        <ProviderBadge provider={provider} />
        {isTouched && <TouchedSign />}
      </span>
      <Text slot="description" className="muted">
        {domains.length === 0 && 'No domains'}
        {domains.map(({ domain }, index) => (
          <span key={domain}>
            {index > 0 && ', '}
            <bdi>{domain}</bdi>
          </span>
        ))}
      </Text>
      <span className="chips">
        {directories === null && <span className="bad">Its directories could not be read</span>}
        {directories !== null && its.length === 0 && <span className="muted">No directories</span>}
        {its.map(directory => {
          const since = directory.createdAt ?? createdAt
          const attention = attentionOf({ ...directory, provider, since }, nowMs)
          return (
            <span className="chip" key={directory.id}>
              <bdi>{directory.name}</bdi> <StateBadge state={directory.state} />
              {attention && <span className="reason">{attention.reason}</span>}
            </span>
          )
        })}
        {directories?.pageInfo.hasNextPage && <span className="muted">and more</span>}
      </span>
    </GridListItem>
  )
}
