import { graphql } from 'relay-runtime'

/** The list of organizations of both providers. */
export const organizationListQuery = graphql`
  query organizationListQuery($first: Int!, $filter: OrganizationFilter) {
    ...organizationList_query @arguments(first: $first, filter: $filter)
  }
`

/** `usePaginationFragment` reads this one; `loadNext(20)` fetches the next page of it. */
export const organizationListFragment = graphql`
  fragment organizationList_query on Query
  @refetchable(queryName: "organizationListPaginationQuery")
  @argumentDefinitions(
    first: { type: "Int", defaultValue: 20 }
    after: { type: "String" }
    filter: { type: "OrganizationFilter" }
  ) {
    organizations(first: $first, after: $after, filter: $filter)
      @connection(key: "organizationList_organizations") {
      edges {
        node {
          id
          name
          provider
          scimEnabled
        }
      }
    }
  }
`
