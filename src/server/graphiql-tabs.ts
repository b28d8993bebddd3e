/**
 * What GraphiQL opens with. The ids are those of the sandbox, where they are the same at every start;
 * on real accounts any id that the first tab answers takes their place.
 */
export const graphiqlTabs = [
  {
    query: `# Who is there: the organizations of both providers,
# their directories, the people and groups in them.
#
# The button with the triangle runs it; so does Ctrl-Enter.
# All types and fields: the icon at the upper left.
query Organizations {
  organizations(first: 20) {
    edges {
      node {
        id
        name
        provider
        # null on WorkOS, which has no such switch
        scimEnabled
        directories(first: 5) {
          nodes {
            id
            name
            state
            identityProvider
            users(first: 3) {
              # null where the provider does not count
              totalCount
              nodes {
                name
                email
              }
            }
            groups(first: 3) {
              nodes {
                name
                totalUsers
              }
            }
          }
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
  },
  {
    query: `# Page by page through a directory of 2,000 people.
# The variables, below the editor, say which page:
#
#   first page    first: 10
#   next page     first: 10, after: what endCursor was
#   page before   last: 10, before: what startCursor was
#   last page     last: 10
#
# and null the rest. A page has 1 to 100 rows; it may
# begin or end at the cursor of any edge.
query DirectoryUsers(
  $directory: ID!
  $first: Int
  $after: String
  $last: Int
  $before: String
) {
  directory(by: { id: $directory }) {
    name
    users(
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
      totalCount
      edges {
        cursor
        node {
          id
          name
          email
          state
          jobTitle
          groups(first: 5) {
            nodes {
              name
            }
          }
        }
      }
      pageInfo {
        hasPreviousPage
        startCursor
        hasNextPage
        endCursor
      }
    }
  }
}
`,
    variables: toJson({
      directory:
        'RGlyZWN0b3J5OndvcmtvczpvcmdfMDFHUFpCVlowMDNCUjFXOFY4N1lDSlNRSjI6ZGlyZWN0b3J5XzAxR1E0R05EMDBOVEU0MVAzWU0wSzRZWFcw',
      first: 10,
      after: null,
      last: null,
      before: null,
    }),
  },
  {
    query: `# Which directories need a look, across both providers:
#
#   INVALID_CREDENTIALS  the identity provider refuses them
#   INACTIVE             off, or never connected;
#                        upstreamState has the provider's word
#   VALIDATING           the provider is at work on it,
#   DELETING             look again later
#   lastSyncedAt         null for never, and on WorkOS,
#                        which does not say
#   secrets              INACTIVE or past expiresAt: the
#                        identity provider can not get in
query DirectoryHealth {
  directories(first: 50) {
    nodes {
      name
      provider
      identityProvider
      state
      upstreamState
      lastSyncedAt
      stats {
        totalUsers
        totalGroups
      }
      secrets {
        suffix
        status
        lastUsedAt
        expiresAt
      }
      organization {
        name
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }

  # What each provider can do, and whether it answered when
  # it was last asked; null while it has not been asked.
  providers {
    provider
    reachable
    operations
  }
}
`,
  },
  {
    query: `# Turns SCIM on for an organization of Scalekit that has it
# off. The answer is the payload, or a typed error that says
# why nothing was done.
#
# WorkOS has no such switch: with the id of one of its
# organizations the answer is an UnsupportedError, and its
# message says what to do instead: createPortalLink, where
# the organization's admin sets the directory up.
mutation EnableScim($organization: ID!) {
  enableScim(input: { organizationId: $organization }) {
    __typename
    ... on EnableScimPayload {
      organization {
        id
        name
        provider
        scimEnabled
      }
    }
    ... on UnsupportedError {
      provider
      operation
    }
    # Every error has a message, also one that is yet to come.
    ... on Error {
      message
    }
  }
}
`,
    variables: toJson({ organization: 'T3JnYW5pemF0aW9uOnNjYWxla2l0Om9yZ18zNTA3NTI4MDAwMDAwMDA3NA' }),
  },
]

function toJson(variables: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(variables, null, 2)
}
