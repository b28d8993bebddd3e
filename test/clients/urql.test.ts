import { type Client, gql, type OperationResult, type TypedDocumentNode } from '@urql/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createUrqlClient, DIRECTORY_USERS, deleteDirectory } from '../../examples/urql.ts'
import { type ServedApp, serveApp } from '../support/serve-app.ts'
import { globalId } from '../support/start-app.ts'

interface Connection<Node> {
  edges: ({ cursor: string; node: Node } | null)[]
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
let client: Client
beforeEach(async () => {
  app = await serveApp()
  client = createUrqlClient(app.url)
})
afterEach(() => app.stop())

function idsOf(connection: Connection<{ id: string }> | undefined): (string | undefined)[] | undefined {
  return connection?.edges.map(edge => edge?.node.id)
}

test.each(['workos', 'scalekit'] as const)(
  'each page of a nested list of %s adds to those before it, each row once',
  async provider => {
    const { known } = app.sandbox.data
    const directory =
      provider === 'workos'
        ? globalId('Directory', 'workos', known.workosOrganizationId, known.workosLargeDirectoryId)
        : globalId('Directory', 'scalekit', known.scalekitOrganizationId, known.scalekitLargeDirectoryId)
    const whole = await createUrqlClient(app.url).query(users, { directory, first: 30 })
    const expected = idsOf(whole.data?.directory.users)

    let after: string | null | undefined = null
    for (const size of [10, 20, 30]) {
      const { data, error }: OperationResult<Users> = await client.query(users, {
        directory,
        first: 10,
        after,
      })
      expect(error).toBeUndefined()
      expect(idsOf(data?.directory.users)).toEqual(expected?.slice(0, size))
      after = data?.directory.users.pageInfo.endCursor
    }
  },
)

test('pages of organizations cross from one provider to the other, each row once', async () => {
  let after: string | null | undefined = null
  let page: Organizations | undefined
  do {
    const answer: { data?: Organizations } = await client.query(organizations, { first: 4, after })
    page = answer.data
    after = page?.organizations.pageInfo.endCursor
  } while (page?.organizations.pageInfo.hasNextPage)
  const { workos, scalekit } = app.sandbox.data
  const expected = [
    ...workos.organizations.map(({ id }) => globalId('Organization', 'workos', id)),
    ...scalekit.organizations.map(({ id }) => globalId('Organization', 'scalekit', id)),
  ]
  expect(idsOf(page?.organizations)?.toSorted()).toEqual(expected.toSorted())
})

test('lists with different filters stay apart in the cache', async () => {
  const all = await client.query(organizations, { first: 20 })
  const filter = { provider: 'SCALEKIT' }
  const some = await client.query(organizations, { first: 20, filter })
  const again = await client.query(organizations, { first: 20 })
  expect(some.data?.organizations.edges).toHaveLength(app.sandbox.data.scalekit.organizations.length)
  expect(again.data).toEqual(all.data)
})

test('one provider down leaves the rows of the other, and an error that names it', async () => {
  app.sandbox.inject({ provider: 'scalekit', kind: 'status', status: 503 })
  const { data, error } = await client.query(organizations, { first: 20 })
  const ids = idsOf(data?.organizations)?.filter(id => id !== undefined)
  expect(ids).toHaveLength(app.sandbox.data.workos.organizations.length)
  expect(error?.graphQLErrors.map(({ extensions }) => extensions)).toMatchObject([
    { code: 'UPSTREAM_UNAVAILABLE', provider: 'SCALEKIT' },
  ])
})

test('a deleted directory leaves the list that showed it', async () => {
  const readDirectories = async () => {
    const { data } = await client.query(organizations, { first: 20, filter: { provider: 'SCALEKIT' } })
    return data?.organizations.edges.flatMap(edge => idsOf(edge?.node.directories) ?? []) ?? []
  }
  const [doomed = '', ...others] = await readDirectories()

  expect(await deleteDirectory(client, doomed)).toBe('deleted')
  expect(await readDirectories()).toEqual(others)
  expect(await deleteDirectory(client, doomed)).toContain('no such')
})
