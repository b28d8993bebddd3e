import type { Operation } from './harness/http-client.ts'

/** How much the nested operation asks for; contenders that read no GraphQL keep to it as well. */
export const NESTED_SIZES = { organizations: 20, directories: 5, users: 10, groups: 5 } as const

/** What a front end shows: organizations of both providers, their directories, and the first people and groups. */
export const NESTED: Operation = {
  query: `query Nested {
    organizations(first: ${NESTED_SIZES.organizations}) {
      nodes {
        id
        name
        directories(first: ${NESTED_SIZES.directories}) {
          nodes {
            id
            upstreamState
            users(first: ${NESTED_SIZES.users}) { nodes { id email } pageInfo { hasNextPage } }
            groups(first: ${NESTED_SIZES.groups}) { nodes { id name } pageInfo { hasNextPage } }
          }
        }
      }
      pageInfo { hasNextPage }
    }
  }`,
}

/** Organizations of one provider with their directories, for growth with their number. */
export function organizationsOf(provider: 'WORKOS' | 'SCALEKIT', first: number): Operation {
  return {
    query: `query Organizations($provider: Provider!, $first: Int!) {
      organizations(first: $first, filter: { provider: $provider }) {
        nodes { id name directories(first: 5) { nodes { id name } } }
      }
    }`,
    variables: { provider, first },
  }
}

/** A page of a directory's users. */
export function usersOf(directory: string, first: number, after: string | null = null): Operation {
  return {
    query: `query Users($directory: ID!, $first: Int!, $after: String) {
      directory(by: { id: $directory }) {
        users(first: $first, after: $after) { nodes { email } pageInfo { hasNextPage endCursor } }
      }
    }`,
    variables: { directory, first, after },
  }
}

/** What `usersOf` answers. */
export interface UsersData {
  readonly directory: {
    readonly users: {
      readonly nodes: readonly { readonly email: string | null }[]
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
    }
  }
}
