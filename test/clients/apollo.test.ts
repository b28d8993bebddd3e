import { type ApolloClient, CombinedGraphQLErrors, gql, type TypedDocumentNode } from '@apollo/client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createApolloClient, DIRECTORY_USERS, deleteDirectory } from '../../examples/apollo.ts'
import { type ServedApp, serveApp } from '../support/serve-app.ts'
import { globalId } from '../support/start-app.ts'

interface Connection<Node> {
  edges: { cursor: string; node: Node }[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}
interface Users {
  directory: { users: Connection<{ id: string; name: string; email: string | null }> }
}
interface Organizations {
  organizations: Connection<{ id: string; directories: Connection<{ id: string }> }>
}

const users: TypedDocumentNode<Users> = DIRECTORY_USERS

const organizations: TypedDocumentNode<Organizations> = gql`
  query Organizations($first: Int, $after: String, $filter: OrganizationFilter) {
    organizations(first: $first, after: $after, filter: $filter) {
      edges {
        cursor
        node {
          id
          name
          directories(first: 5) {
            edges {
              cursor
              node {
                id
                name
              }
            }
            pageInfo {
              hasNextPage
              endCursor
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
`

let app: ServedApp
let client: ApolloClient
beforeEach(async () => {
  app = await serveApp()
  client = createApolloClient(app.url)
})
afterEach(async () => {
  client.stop()
  await app.stop()
})

test.each(['workos', 'scalekit'] as const)(
  'fetchMore adds the next users of a nested list of %s, each row once',
  async provider => {
    const { known } = app.sandbox.data
    const directory =
      provider === 'workos'
        ? globalId('Directory', 'workos', known.workosOrganizationId, known.workosLargeDirectoryId)
        : globalId('Directory', 'scalekit', known.scalekitOrganizationId, known.scalekitLargeDirectoryId)
    const whole = await createApolloClient(app.url).query({
      query: users,
      variables: { directory, first: 30 },
    })
    const expected = whole.data?.directory.users.edges.map(({ node }) => node.id)

    const list = client.watchQuery({ query: users, variables: { directory, first: 10 } })
    const subscription = list.subscribe(() => {})
    const shown = () => (list.getCurrentResult().data as Users | undefined)?.directory.users
    for (const size of [10, 20, 30]) {
      await expect.poll(() => shown()?.edges.map(({ node }) => node.id)).toEqual(expected?.slice(0, size))
      await list.fetchMore({ variables: { after: shown()?.pageInfo.endCursor } })
    }
    subscription.unsubscribe()
  },
)

test('lists with different filters stay apart in the cache', async () => {
  const all = await client.query({ query: organizations, variables: { first: 20 } })
  const filter = { provider: 'SCALEKIT' }
  const some = await client.query({ query: organizations, variables: { first: 20, filter } })
  const again = await client.query({ query: organizations, variables: { first: 20 } })
  expect(some.data?.organizations.edges).toHaveLength(app.sandbox.data.scalekit.organizations.length)
  expect(again.data).toEqual(all.data)
})

test('one provider down leaves the rows of the other, and an error that names it', async () => {
  app.sandbox.inject({ provider: 'scalekit', kind: 'status', status: 503 })
  const { data, error } = await client.query({
    query: organizations,
    variables: { first: 20 },
    errorPolicy: 'all',
  })
  expect(data?.organizations.edges.map(({ node }) => node.id)).toHaveLength(
    app.sandbox.data.workos.organizations.length,
  )
  const errors = CombinedGraphQLErrors.is(error) ? error.errors : []
  expect(errors.map(({ extensions }) => extensions)).toMatchObject([
    { code: 'UPSTREAM_UNAVAILABLE', provider: 'SCALEKIT' },
  ])
})

test('a deleted directory leaves the list that showed it', async () => {
  const variables = { first: 20, filter: { provider: 'SCALEKIT' } }
  const directoriesOf = (data: Organizations | null | undefined) =>
    data?.organizations.edges.flatMap(({ node }) => node.directories.edges.map(edge => edge.node.id)) ?? []
  const before = directoriesOf((await client.query({ query: organizations, variables })).data)
  const [doomed = '', ...others] = before

  expect(await deleteDirectory(client, doomed)).toBe('deleted')
  expect(directoriesOf(client.readQuery({ query: organizations, variables }))).toEqual(others)
  expect(await deleteDirectory(client, doomed)).toContain('no such')
})
