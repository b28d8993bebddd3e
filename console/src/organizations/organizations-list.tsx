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
import { useFailures } from '../relay/failures.ts'
import { ProviderBadge, StateBadge } from '../ui/badge.tsx'
import { Failed } from '../ui/failed.tsx'
import { useNow } from '../ui/time.tsx'
import type { OrganizationsListPaginationQuery } from './__generated__/OrganizationsListPaginationQuery.graphql.ts'
import type {
  organizationsList_query$data,
  organizationsList_query$key,
} from './__generated__/organizationsList_query.graphql.ts'
import { attentionOf } from './attention.ts'

type Edges = NonNullable<NonNullable<organizationsList_query$data['organizations']>['edges']>
type Organization = NonNullable<NonNullable<Edges[number]>['node']>

interface OrganizationsListProps {
  readonly query: organizationsList_query$key
  readonly isFiltered: boolean
}

/** Organizations without end; only what is in view is in the page. */
export function OrganizationsList({ query, isFiltered }: OrganizationsListProps) {
  const { data, loadNext, hasNext, isLoadingNext, refetch } = usePaginationFragment<
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
              domains {
                domain
              }
              directories(first: 5) {
                nodes {
                  id
                  name
                  state
                  lastSyncedAt
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
  const failures = [
    ...useFailures('organizationsScreenQuery', 'organizations'),
    ...useFailures('OrganizationsListPaginationQuery', 'organizations'),
  ]
  const edges = data.organizations?.edges
  if (!edges) {
    const message = failures[0]?.message ?? 'No provider has answered.'
    return <Failed title="No organizations could be read" message={message} onRetry={() => refetch({})} />
  }
  const organizations = edges.flatMap(edge => edge?.node ?? [])
  const missing = failures.filter(({ path }) => path?.includes('node') || path?.at(-1) !== 'directories')
  return (
    <>
      {missing.length > 0 && (
        <Failed
          title="Some organizations are missing"
          message={[...new Set(missing.map(({ message }) => message))].join(' ')}
          onRetry={() => refetch({}, { fetchPolicy: 'network-only' })}
        />
      )}
      <Virtualizer layout={ListLayout} layoutOptions={{ estimatedRowSize: 76, gap: 8, padding: 2 }}>
        <GridList
          aria-label="Organizations"
          className="rows"
          selectionMode="none"
          renderEmptyState={() => (
            <p className="empty">
              {isFiltered
                ? 'No organization is called that. Try fewer letters, or all providers.'
                : 'There are no organizations yet. Make one at WorkOS or Scalekit, and it appears here.'}
            </p>
          )}
        >
          <Collection items={organizations}>
            {organization => <OrganizationRow organization={organization} />}
          </Collection>
          <GridListLoadMoreItem isLoading={isLoadingNext} onLoadMore={() => hasNext && loadNext(30)}>
            <span className="muted">Loading more organizations …</span>
          </GridListLoadMoreItem>
        </GridList>
      </Virtualizer>
    </>
  )
}

function OrganizationRow({ organization }: { readonly organization: Organization }) {
  const { id, name, provider, domains, directories } = organization
  const nowMs = useNow(60_000)
  const touched = useTouched()
  const its = directories?.nodes?.flatMap(directory => directory ?? []) ?? []
  const isTouched = its.some(directory => touched.has(directory.id))
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
      </span>
      <Text slot="description" className="muted">
        {domains.length === 0 ? 'No domains' : domains.map(({ domain }) => domain).join(', ')}
      </Text>
      <span className="chips">
        {directories === null && <span className="bad">Its directories could not be read</span>}
        {directories !== null && its.length === 0 && <span className="muted">No directories</span>}
        {its.map(directory => {
          const reason = attentionOf(directory, nowMs)
          return (
            <span className={reason === null ? 'chip' : 'chip warning'} key={directory.id}>
              <bdi>{directory.name}</bdi> <StateBadge state={directory.state} />
              {reason && <span className="reason">{reason}</span>}
            </span>
          )
        })}
        {directories?.pageInfo.hasNextPage && <span className="muted">and more</span>}
      </span>
    </GridListItem>
  )
}
