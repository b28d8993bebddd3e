import { graphql } from 'relay-runtime'

/** A directory by its id: `directory` is null where the id is of something else. Begins anywhere. */
export const directoryUsersQuery = graphql`
  query directoryUsersQuery($directory: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    node(id: $directory) {
      ...directoryUsers_directory
        @arguments(first: $first, after: $after, last: $last, before: $before)
        @alias(as: "directory")
    }
  }
`

/** Its people, with `usePaginationFragment`: `loadNext` and `loadPrevious` both work. */
export const directoryUsersFragment = graphql`
  fragment directoryUsers_directory on Directory
  @refetchable(queryName: "directoryUsersPaginationQuery")
  @argumentDefinitions(
    first: { type: "Int" }
    after: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
  ) {
    name
    users(first: $first, after: $after, last: $last, before: $before)
      @connection(key: "directoryUsers_users") {
      totalCount
      edges {
        node {
          id
          name
          email
        }
      }
    }
  }
`
