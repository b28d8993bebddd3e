/** What GraphiQL opens with: operations that run as they are on the sandbox. */
export const graphiqlTabs = [
  {
    query: `# Who is there: organizations of both providers, their directories, the people and groups in them.
query Organizations {
  organizations(first: 12) {
    edges {
      node {
        name
        provider
        scimEnabled
        directories(first: 5) {
          nodes {
            name
            state
            identityProvider
            users(first: 3) {
              totalCount
              nodes { name email }
            }
            groups(first: 3) {
              nodes { name totalUsers }
            }
          }
        }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  },
]
