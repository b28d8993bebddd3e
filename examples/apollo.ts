import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache, Observable } from '@apollo/client'
import { relayStylePagination } from '@apollo/client/utilities'
import { print } from 'graphql'
import { subscribeToEvents } from './directory-events.ts'
import { possibleTypes } from './possible-types.ts'

/** Apollo Client on a dirgraph: the pages of a list add up in the cache. */
export function createApolloClient(uri: string): ApolloClient {
  return new ApolloClient({
    link: ApolloLink.split(
      ({ operationType }) => operationType === 'subscription',
      createEventsLink(uri),
      new HttpLink({ uri }),
    ),
    cache: new InMemoryCache({
      typePolicies: {
        // Lists with different filters are different lists.
        Query: {
          fields: {
            organizations: relayStylePagination(['filter']),
            directories: relayStylePagination(['filter']),
          },
        },
        Organization: { fields: { directories: relayStylePagination() } },
        Directory: { fields: { users: relayStylePagination(['filter']), groups: relayStylePagination() } },
        DirectoryGroup: { fields: { users: relayStylePagination() } },
        DirectoryUser: { fields: { groups: relayStylePagination() } },
      },
      possibleTypes,
    }),
  })
}

/**
 * Nested pages: `fetchMore({ variables: { after: pageInfo.endCursor } })` adds the next people to the same list. Query
 * with `errorPolicy: 'all'`: what failed is null, beside what did not, and `error` says why.
 */
export const DIRECTORY_USERS = gql`
  query DirectoryUsers($directory: ID!, $first: Int, $after: String) {
    directory(by: { id: $directory }) {
      id
      name
      users(first: $first, after: $after) {
        edges {
          cursor
          node {
            id
            name
            email
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`

/** A mutation answers its payload or a typed error; the deleted directory leaves every list in the cache. */
export async function deleteDirectory(client: ApolloClient, directoryId: string): Promise<string> {
  const { data } = await client.mutate<{
    deleteDirectory: { deletedDirectoryId?: string; message?: string }
  }>({
    mutation: gql`
      mutation DeleteDirectory($input: DeleteDirectoryInput!) {
        deleteDirectory(input: $input) {
          ... on DeleteDirectoryPayload {
            deletedDirectoryId
          }
          ... on Error {
            message
          }
        }
      }
    `,
    variables: { input: { directoryId, force: true } },
    update(cache, { data }) {
      const id = data?.deleteDirectory.deletedDirectoryId
      if (id) cache.evict({ id: `Directory:${id}` })
    },
  })
  return data?.deleteDirectory.message ?? 'deleted'
}

/** Apollo's own link would ask for subscriptions by another protocol. */
function createEventsLink(url: string): ApolloLink {
  return new ApolloLink(
    ({ query, variables, operationName = '' }) =>
      new Observable(observer =>
        subscribeToEvents({ url }, { query: print(query), variables, operationName }, observer),
      ),
  )
}
