import { graphql } from 'relay-runtime'

/** An organization with its directories; `__id` names the connection to the mutations below. */
export const organizationDirectoriesQuery = graphql`
  query organizationDirectoriesQuery($organization: ID!) {
    organization(by: { id: $organization }) {
      name
      directories(first: 20) @connection(key: "organizationDirectories_directories") {
        __id
        edges {
          node {
            id
            name
            state
          }
        }
      }
    }
  }
`

/** The new directory goes to the end of the list. */
export const createDirectoryMutation = graphql`
  mutation organizationDirectoriesCreateMutation($input: CreateDirectoryInput!, $connections: [ID!]!) {
    createDirectory(input: $input) {
      __typename
      ... on CreateDirectoryPayload {
        directory @appendNode(connections: $connections, edgeTypeName: "DirectoryEdge") {
          id
          name
          state
        }
      }
      ... on Error {
        message
      }
    }
  }
`

/** The deleted one leaves the list, and the store. Relay obeys one of these directives per field, hence the alias. */
export const deleteDirectoryMutation = graphql`
  mutation organizationDirectoriesDeleteMutation($input: DeleteDirectoryInput!, $connections: [ID!]!) {
    deleteDirectory(input: $input) {
      __typename
      ... on DeleteDirectoryPayload {
        deletedDirectoryId @deleteEdge(connections: $connections)
        deletedRecordId: deletedDirectoryId @deleteRecord
        status
      }
      ... on Error {
        message
      }
    }
  }
`
