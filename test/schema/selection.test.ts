import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { directoryId } from '../support/seeded-ids.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.sandbox.clearCalls())
afterAll(() => app.stop())

describe('what is asked of Scalekit for a page of users', () => {
  test.each([
    ['nodes { id }', false],
    ['nodes { name email state organization { id } }', false],
    ['nodes { rawAttributes }', true],
    ['nodes { emails }', true],
    ['nodes { groups { nodes { id } } }', true],
    ['pageInfo { hasNextPage } totalCount edges { cursor node { everything: rawAttributes } }', true],
    ['edges { node { ... on Node { ... on DirectoryUser { rawAttributes } } } }', true],
    ['nodes { ... @skip(if: true) { rawAttributes } id }', false],
    ['nodes { id } } users(first: 3) { nodes { rawAttributes }', true],
    // What another kind of entity below it needs is no matter of the users.
    ['nodes { directory { groups(first: 1) { nodes { rawAttributes } } } }', false],
  ])('%s is what it takes, and no more', async (selection, isInDetail) => {
    const { errors } = await ask(`users(first: 3) { ${selection} }`)
    expect(errors).toBeUndefined()
    expect(wasInDetail()).toEqual([isInDetail])
  })

  test('follows the variables of each request, though the document is the same', async () => {
    const selection = 'users(first: 3) { nodes { id rawAttributes @include(if: $raw) } }'
    const answers = []
    for (const raw of [false, true, false]) answers.push(await ask(selection, { raw }))
    expect(wasInDetail()).toEqual([false, true, false])
    expect(JSON.stringify(answers[1])).toContain('"schemas"')
  })

  test('follows them in a list as well, where what was found out is kept for the next request', async () => {
    const query = `query($id: ID!, $raw: Boolean!, $count: Boolean!) {
      organization(by: { scalekitId: $id }) {
        directories { nodes {
          users(first: 3) { totalCount nodes @skip(if: $count) { id rawAttributes @include(if: $raw) } }
        } }
      }
    }`
    const id = app.sandbox.data.known.scalekitOrganizationId
    const switches = [false, true, false].map(raw => ({ raw, count: false }))
    for (const values of [...switches, { raw: true, count: true }, { raw: true, count: false }]) {
      app.sandbox.clearCalls()
      const { errors } = await app.query(query, { id, ...values })
      expect(errors).toBeUndefined()
      expect(new Set(wasInDetail())).toEqual(new Set(values.count ? [] : [values.raw]))
    }
  })

  test('follows what stands beside a fragment, though it is spread elsewhere as well', async () => {
    const query = `query($id: ID!) {
      organization(by: { scalekitId: $id }) {
        some: directories { nodes { ...Page } }
        all: directories { nodes { ...Page users(first: 3) { nodes { emails } } } }
      }
    }
    fragment Page on Directory { users(first: 3) { nodes { id } } }`
    const { errors } = await app.query(query, { id: app.sandbox.data.known.scalekitOrganizationId })
    expect(errors).toBeUndefined()
    expect(new Set(wasInDetail())).toEqual(new Set([true]))
  })

  test('is a count alone where nothing but the count is selected, and a page where anything else is', async () => {
    const count = await ask('users(first: 3) { __typename all: totalCount }')
    expect(count.data).toMatchObject({ directory: { users: { all: 95 } } })
    expect(wasInDetail()).toEqual([])
    await ask('users(first: 3) { totalCount pageInfo { endCursor } }')
    expect(wasInDetail()).toEqual([false])
  })
})

test('the listing of directories is begun early for a first page of them, by what the variables of each request say', async () => {
  const query = `query($after: String, $last: Int, $with: Boolean = true) {
    organizations(first: 2, filter: { provider: WORKOS }) {
      nodes { id directories(first: 2, after: $after, last: $last) @include(if: $with) { nodes { id } } }
    }
  }`
  const wanted = []
  for (const variables of [{}, { with: false }, { after: 'x' }, { last: 2 }, {}]) {
    app.sandbox.clearCalls()
    await app.query(query, variables)
    wanted.push(
      app.sandbox.calls.filter(({ path, query }) => path === '/directories' && !query.organization_id).length,
    )
  }
  expect(wanted).toEqual([1, 0, 0, 0, 1])
})

function ask(selection: string, variables: Readonly<Record<string, boolean>> = {}) {
  const declared = Object.keys(variables).map(name => `, $${name}: Boolean!`)
  return app.query(`query($id: ID!${declared.join('')}) { directory(by: { id: $id }) { ${selection} } }`, {
    id: directoryId(app.sandbox, app.sandbox.data.known.scalekitMediumDirectoryId),
    ...variables,
  })
}

/** For each page of users that was asked for, whether it was in detail. */
function wasInDetail(): boolean[] {
  return app.sandbox.calls
    .filter(({ path }) => path.endsWith('/users'))
    .map(({ query }) => query.include_detail === 'true')
}
