import { Client, fetchExchange, gql, subscriptionExchange } from '@urql/core'
import { cacheExchange } from '@urql/exchange-graphcache'
import { relayPagination } from '@urql/exchange-graphcache/extras'
import { subscribeToEvents } from './directory-events.ts'
import { possibleTypes } from './possible-types.ts'

const embedded = () => null

/** urql with its normalized cache on a dirgraph: the pages of a list add up. */
export function createUrqlClient(url: string): Client {
  return new Client({
    url,
    // urql would put short queries into the address, where logs keep them.
    preferGetMethod: false,
    exchanges: [
      cacheExchange({
        possibleTypes,
        resolvers: {
          Query: { organizations: relayPagination(), directories: relayPagination() },
          Organization: { directories: relayPagination() },
          Directory: { users: relayPagination(), groups: relayPagination() },
          DirectoryGroup: { users: relayPagination() },
          DirectoryUser: { groups: relayPagination() },
        },
        // What has no id lives within its parent.
        keys: {
          AttributeMapping: embedded,
          DirectoryStats: embedded,
          OrganizationDomain: embedded,
          OrganizationFeature: embedded,
          ProviderStatus: status => String(status.provider),
          RoleAssignment: embedded,
        },
        updates: {
          Mutation: {
            deleteDirectory(result, _, cache) {
              const { deletedDirectoryId: id } = result.deleteDirectory as { deletedDirectoryId?: string }
              if (id) cache.invalidate({ __typename: 'Directory', id })
            },
          },
          Subscription: {
            // Who is created or updated comes along; who is gone leaves every list.
            directoryEvents(result, _, cache) {
              const { deletedUserId: id } = result.directoryEvents as { deletedUserId?: string | null }
              if (id) cache.invalidate({ __typename: 'DirectoryUser', id })
            },
          },
        },
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: sink => ({
            unsubscribe: subscribeToEvents({ url }, { query, variables: variables ?? {} }, sink),
          }),
        }),
      }),
    ],
  })
}

/** The next page is the same query with `after: pageInfo.endCursor`; its answer holds all pages so far. */
export const DIRECTORY_USERS = gql`
  query DirectoryUsers($directory: ID!, $first: Int, $after: String) {
    directory(by: { id: $directory }) {
      id
      name
      stats {
        totalUsers
      }
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
export async function deleteDirectory(client: Client, directoryId: string): Promise<string> {
  const { data, error } = await client.mutation(
    gql`
      mutation DeleteDirectory($input: DeleteDirectoryInput!) {
        deleteDirectory(input: $input) {
          __typename
          ... on DeleteDirectoryPayload {
            deletedDirectoryId
          }
          ... on Error {
            message
          }
        }
      }
    `,
    { input: { directoryId, force: true } },
  )
  return data?.deleteDirectory.message ?? error?.message ?? 'deleted'
}
