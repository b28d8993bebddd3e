import { useState } from 'react'
import { Collection, GridList, Heading } from 'react-aria-components'
import { ConnectionHandler, graphql, usePaginationFragment } from 'react-relay'
import { messagesOf, useFailures } from '../relay/failures.ts'
import { isCursorLost } from '../relay/send.ts'
import { useListAgain } from '../relay/use-list-again.ts'
import { AgainFailed } from '../ui/again-failed.tsx'
import { Failed } from '../ui/failed.tsx'
import { MoreButton } from '../ui/more-button.tsx'
import type { OrganizationDirectoriesPaginationQuery } from './__generated__/OrganizationDirectoriesPaginationQuery.graphql.ts'
import type { organizationDirectories_organization$key } from './__generated__/organizationDirectories_organization.graphql.ts'
import type { organizationDirectoriesAgainQuery } from './__generated__/organizationDirectoriesAgainQuery.graphql.ts'
import { CreateDirectory } from './create-directory.tsx'
import { DirectoryRow } from './directory-row.tsx'

const AGAIN = graphql`
  query organizationDirectoriesAgainQuery($id: ID!, $first: Int, $after: String) {
    organization(by: { id: $id }) {
      directories(first: $first, after: $after) {
        edges {
          cursor
          node {
            id
            ...directoryRow_directory
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
  }
`

const OPERATIONS = [
  'organizationScreenQuery',
  'OrganizationDirectoriesPaginationQuery',
  'organizationDirectoriesAgainQuery',
]

interface OrganizationDirectoriesProps {
  readonly organization: organizationDirectories_organization$key
  /** Whether its provider lets directories be set up from here. */
  readonly canCreate: boolean
  /** Whether they were known before. */
  readonly isOld: boolean
  /** Reads them from their beginning, where nothing of them came. */
  readonly onRetry: () => void
}

/** The directories of an organization, and a way to set another one up. */
export function OrganizationDirectories(props: OrganizationDirectoriesProps) {
  const { organization, canCreate, isOld, onRetry } = props
  const { data, hasNext, isLoadingNext, loadNext } = usePaginationFragment<
    OrganizationDirectoriesPaginationQuery,
    organizationDirectories_organization$key
  >(
    graphql`
      fragment organizationDirectories_organization on Organization
      @refetchable(queryName: "OrganizationDirectoriesPaginationQuery")
      @argumentDefinitions(first: { type: "Int", defaultValue: 10 }, after: { type: "String" }) {
        id
        createdAt
        directories(first: $first, after: $after) @connection(key: "organizationDirectories_directories") {
          __id
          edges {
            node {
              id
              ...directoryRow_directory
            }
          }
        }
      }
    `,
    organization,
  )
  const [lost, setLost] = useState<Error | null>(null)
  const variables = { id: data.id }
  const asked = OPERATIONS.map(name => ({ name, variables }))
  const failures = useFailures(asked, '*', 'directories')
  const edges = data.directories?.edges
  const directories = edges?.flatMap(edge => edge?.node ?? []) ?? []
  const list = useListAgain({
    query: AGAIN,
    variables,
    pick: answer => (answer as organizationDirectoriesAgainQuery['response']).organization?.directories,
    listId: edges ? data.directories?.__id : undefined,
    loaded: directories.map(({ id }) => id),
    isFromEnd: false,
    isBusy: isLoadingNext,
    isOld,
    onNothing: onRetry,
    onHeldBack: loadMore,
  })
  function loadMore(): void {
    setLost(null)
    if (list.mayLoad()) loadNext(20, { onComplete: setLost })
  }
  const readAgain = (andLoadMore = false) => {
    setLost(null)
    list.readAgain(andLoadMore)
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
          onRetry={onRetry}
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
          <Collection items={directories}>
            {directory => <DirectoryRow directory={directory} organizationSince={data.createdAt} />}
          </Collection>
        </GridList>
      )}
      {edges && failures.length > 0 && (
        <Failed
          title="Some directories are missing"
          message={messagesOf(failures)}
          onRetry={() => readAgain()}
        />
      )}
      <AgainFailed what="Its directories" lost={list.lost} onRetry={() => readAgain()} />
      {lost && (
        <Failed
          title="More could not be read"
          message={lost.message}
          onRetry={isCursorLost(lost) ? () => readAgain(true) : loadMore}
        />
      )}
      {hasNext && lost === null && (
        <MoreButton pending="Loading more …" isPending={isLoadingNext} onPress={loadMore}>
          Load more directories
        </MoreButton>
      )}
    </section>
  )
}
