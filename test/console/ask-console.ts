/** Asks a served dirgraph, as the console does, for what a test compares the page with. */
export async function ask<Data>(
  origin: string,
  query: string,
  variables: Record<string, unknown>,
): Promise<Data> {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = (await response.json()) as { data: Data; errors?: unknown }
  if (errors) throw new Error(JSON.stringify(errors))
  return data
}

interface UsersPage {
  readonly directory: {
    readonly users: {
      readonly nodes: readonly { readonly id: string }[]
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
    }
  }
}

/** The ids of a directory's users, by the API's own paging. */
export async function readUserIds(origin: string, directoryId: string, filter?: object): Promise<string[]> {
  const ids: string[] = []
  let after: string | null = null
  do {
    const { directory }: UsersPage = await ask<UsersPage>(
      origin,
      `query Users($id: ID!, $after: String, $filter: DirectoryUserFilter) {
        directory(by: { id: $id }) {
          users(first: 100, after: $after, filter: $filter) { nodes { id } pageInfo { hasNextPage endCursor } }
        }
      }`,
      { id: directoryId, after, filter },
    )
    ids.push(...directory.users.nodes.map(({ id }) => id))
    after = directory.users.pageInfo.hasNextPage ? directory.users.pageInfo.endCursor : null
  } while (after !== null)
  return ids
}
