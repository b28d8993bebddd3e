import { useState } from 'react'
import { Collection, GridList, GridListLoadMoreItem, Virtualizer } from 'react-aria-components'
import { graphql, usePaginationFragment } from 'react-relay'
import { messagesOf, useFailures } from '../relay/failures.ts'
import { isCursorLost } from '../relay/send.ts'
import { useListAgain } from '../relay/use-list-again.ts'
import { AgainFailed } from '../ui/again-failed.tsx'
import { AnchoredListLayout } from '../ui/anchored-layouts.ts'
import { Failed } from '../ui/failed.tsx'
import type { OrganizationsListPaginationQuery } from './__generated__/OrganizationsListPaginationQuery.graphql.ts'
import type { organizationsList_query$key } from './__generated__/organizationsList_query.graphql.ts'
import type { organizationsListAgainQuery } from './__generated__/organizationsListAgainQuery.graphql.ts'
import type { organizationsScreenQuery } from './__generated__/organizationsScreenQuery.graphql.ts'
import { OrganizationRow } from './organization-row.tsx'

const AGAIN = graphql`
  query organizationsListAgainQuery($first: Int, $after: String, $provider: Provider, $search: String) {
    organizations(first: $first, after: $after, filter: { provider: $provider, search: $search }) {
      edges {
        cursor
        node {
          id
          ...organizationRow_organization
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`

/** The directories of each are calls to a provider. */
const PAGE = 30
const OPERATIONS = [
  'organizationsScreenQuery',
  'OrganizationsListPaginationQuery',
  'organizationsListAgainQuery',
]
const NOT_FOUND = 'No organization is called that. Try fewer letters, or all providers.'
const NONE = 'There are no organizations yet. Make one at WorkOS or Scalekit, and it appears here.'

interface OrganizationsListProps {
  readonly query: organizationsList_query$key
  /** Which of them it lists. */
  readonly variables: organizationsScreenQuery['variables']
  /** Whether they were known before. */
  readonly isOld: boolean
  /** Reads the list from its beginning, where nothing of it came. */
  readonly onRetry: () => void
  /** Why that failed. */
  readonly lostAll: Error | null
}

/** Organizations without end; only what is in view is in the page. */
export function OrganizationsList({ query, variables, isOld, onRetry, lostAll }: OrganizationsListProps) {
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
          __id
          edges {
            node {
              id
              ...organizationRow_organization
            }
          }
        }
      }
    `,
    query,
  )
  const [lost, setLost] = useState<Error | null>(null)
  const asked = OPERATIONS.map(name => ({ name, variables }))
  const failures = useFailures(asked, 'organizations')
  const edges = data.organizations?.edges
  const organizations = edges?.flatMap(edge => edge?.node ?? []) ?? []
  const list = useListAgain({
    query: AGAIN,
    variables,
    pick: answer => (answer as organizationsListAgainQuery['response']).organizations,
    listId: edges ? data.organizations?.__id : undefined,
    loaded: organizations.map(({ id }) => id),
    isFromEnd: false,
    isBusy: isLoadingNext,
    isOld,
    pageSize: PAGE,
    onNothing: onRetry,
    onHeldBack: loadMore,
  })
  function load(): void {
    setLost(null)
    if (list.mayLoad()) loadNext(PAGE, { onComplete: setLost })
  }
  function loadMore(): void {
    if (hasNext && !isLoadingNext && lost === null) load()
  }
  const readAgain = (andLoadMore = false) => {
    setLost(null)
    list.readAgain(andLoadMore)
  }
  if (!edges) {
    const message = messagesOf(failures) || (lostAll?.message ?? 'No provider has answered.')
    return <Failed title="No organizations could be read" message={message} onRetry={onRetry} />
  }
  const isWithin = ({ path }: (typeof failures)[number]) => path?.includes('node')
  const missing = failures.filter(failure => !isWithin(failure))
  const incomplete = failures.filter(isWithin)
  const isFiltered = Boolean(variables.provider ?? variables.search)
  return (
    <>
      {missing.length > 0 && (
        <Failed
          title="Some organizations are missing"
          message={messagesOf(missing)}
          onRetry={() => readAgain()}
        />
      )}
      {missing.length === 0 && incomplete.length > 0 && (
        <Failed
          title="Some directories are missing"
          message={messagesOf(incomplete)}
          onRetry={() => readAgain()}
        />
      )}
      <AgainFailed what="These organizations" lost={list.lost} onRetry={() => readAgain()} />
      <Virtualizer layout={AnchoredListLayout} layoutOptions={{ estimatedRowSize: 76, gap: 8, padding: 2 }}>
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
          <GridListLoadMoreItem isLoading={isLoadingNext} onLoadMore={loadMore}>
            <span className="muted">Loading more organizations …</span>
          </GridListLoadMoreItem>
        </GridList>
      </Virtualizer>
      {lost && (
        <Failed
          title="More could not be read"
          message={lost.message}
          onRetry={isCursorLost(lost) ? () => readAgain(true) : load}
        />
      )}
    </>
  )
}
