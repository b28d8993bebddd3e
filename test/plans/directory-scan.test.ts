import { afterEach, describe, expect, test } from 'vitest'
import { countOf } from '../budget/count-calls.ts'
import { organizationId } from '../support/seeded-ids.ts'
import { startApp, type TestApp, type TestAppSettings } from '../support/start-app.ts'

/**
 * Cost for n organizations of WorkOS: one by one n calls, by the listing of all directories one for every 100 of the
 * account. The sandbox has 7 organizations and 7 directories of its own.
 */

let app: TestApp

afterEach(() => app.stop())

const start = async (settings?: TestAppSettings) => {
  app = await startApp({ providers: ['workos'], ...settings })
}

const listed = (first: number, more = '') =>
  `{ organizations(first: ${first}${more}) { nodes { id directories { nodes { id name } pageInfo { hasNextPage } } } } }`

interface Listed {
  organizations: { nodes: { id: string; directories: { nodes: { id: string }[] } }[] }
}

/** What an operation answers, and how many calls it makes for directories. */
async function ask(query: string, variables?: Record<string, unknown>) {
  app.sandbox.clearCalls()
  const { data, errors } = await app.query<Listed>(query, variables)
  expect(errors).toBeUndefined()
  const ways = app.sandbox.calls
    .filter(({ path }) => path === '/directories')
    .map(({ query: asked }) => ('organization_id' in asked ? 'one' : 'listing'))
  const { calls } = countOf(app.sandbox.calls)
  return { nodes: data?.organizations.nodes ?? [], ways, calls }
}

const times = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item)

describe('directories of many organizations', () => {
  test.each([2, 7, 100])('%i of them are one listing where it is a page', async first => {
    await start()
    expect((await ask(listed(first))).ways).toEqual(['listing'])
  })

  test('of one organization alone are asked for by it', async () => {
    await start()
    expect((await ask(listed(1))).ways).toEqual(['one'])
  })

  test('are the same by the listing as one by one', async () => {
    await start({ scale: { organizations: 130 } })
    const { nodes, ways } = await ask(listed(100))
    expect(ways).toEqual(['listing', 'listing'])
    expect(nodes).toHaveLength(100)
    for (const node of nodes.slice(-12)) {
      const { data } = await app.query(
        `query($id: ID!) { organization(by: { id: $id }) { id directories { nodes { id name } pageInfo { hasNextPage } } } }`,
        { id: node.id },
      )
      expect(data?.organization).toEqual(node)
    }
    expect(nodes.flatMap(node => node.directories.nodes)).toHaveLength(100)
  })

  test('go on where the listing’s first page ended, with its cursors', async () => {
    await start()
    const id = organizationId('workos', app.sandbox.data.known.workosTwoDirectoriesOrganizationId)
    const query = `query($after: String) { organizations(first: 7) { nodes { id
      directories(first: 1, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } } } }`
    const { data } = await app.query<{
      organizations: { nodes: { id: string; directories: { pageInfo: { endCursor: string | null } } }[] }
    }>(query)
    const two = data?.organizations.nodes.find(node => node.id === id)
    expect(two?.directories).toMatchObject({ pageInfo: { hasNextPage: true } })
    const { data: rest } = await app.query(
      `query($id: ID!, $after: String) { organization(by: { id: $id }) {
        directories(first: 1, after: $after) { nodes { name } pageInfo { hasNextPage } } } }`,
      { id, after: two?.directories.pageInfo.endCursor },
    )
    expect(rest).toMatchObject({
      organization: { directories: { nodes: [{}], pageInfo: { hasNextPage: false } } },
    })
  })
})

describe('a listing that turns out to be long', () => {
  test('is read to its end while that is cheaper', async () => {
    await start({ scale: { organizations: 250 } })
    expect((await ask(listed(4))).ways).toEqual(times(3, 'listing'))
    expect((await ask(listed(4))).ways).toEqual(times(3, 'listing'))
  })

  test('is given up when it has cost what asking one by one does, and not begun the next time', async () => {
    await start({ scale: { organizations: 250 } })
    const first = await ask(listed(2))
    expect(first.ways).toEqual([...times(2, 'listing'), ...times(2, 'one')])
    const second = await ask(listed(2))
    expect(second.ways).toEqual(times(2, 'one'))
    expect(second.nodes).toEqual(first.nodes)
    // Three pages or more are still cheaper than ten calls.
    expect((await ask(listed(10))).ways).toEqual(times(3, 'listing'))
    // And now it is known that they are no less than three.
    expect((await ask(listed(3))).ways).toEqual(times(3, 'one'))
  })

  test('is tried again for more organizations once it has shrunk', async () => {
    await start({ scale: { organizations: 250 } })
    await ask(listed(2))
    app.sandbox.data.workos.directories.splice(7)
    expect((await ask(listed(10))).ways).toEqual(['listing'])
    expect((await ask(listed(2))).ways).toEqual(['listing'])
  })
})

describe('the listing ahead of its organizations', () => {
  const isBeside = async () => {
    app.sandbox.inject({
      provider: 'workos',
      path: /^\/organizations/,
      times: 1,
      kind: 'delay',
      delayMs: 150,
    })
    await ask(listed(7))
    const [organizations, directories] = ['/organizations', '/directories'].map(place =>
      app.sandbox.calls.find(({ path }) => path === place),
    )
    return (directories?.receivedAtMs ?? 0) < (organizations?.answeredAtMs ?? 0)
  }

  test('is asked beside them while it is known as one page', async () => {
    await start()
    expect(await isBeside()).toBe(true)
  })

  test('waits for them where it may be the dearer way', async () => {
    await start({ scale: { organizations: 250 } })
    await ask(listed(2))
    expect(await isBeside()).toBe(false)
  })

  test.each([
    ['a later page of directories', 'directories(last: 2) { nodes { id } }'],
    ['their number alone', 'directories { totalCount }'],
    ['none', 'name'],
  ])('is not asked where the selection wants %s', async (_what, selection) => {
    await start()
    const { ways } = await ask(`{ organizations(first: 7) { nodes { ${selection} } } }`)
    expect(ways).not.toContain('listing')
  })

  test('is not asked for a search', async () => {
    await start()
    expect((await ask(listed(7, ', filter: { search: "Halden" }'))).ways).toEqual(['one'])
  })
})

describe('a listing with a record that can not be read', () => {
  test('belongs to nobody, so that each is asked for its own, and only one of them has the error', async () => {
    await start()
    const { directories } = app.sandbox.data.workos
    Object.assign(directories.find(({ name }) => name === 'Halden Okta') ?? {}, { type: 7 })
    const { data, errors } = await app.query<Listed>(listed(7))
    const { calls } = countOf(app.sandbox.calls)
    expect(calls['workos GET /directories']).toBe(1 + 7)
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE', reason: 'bad-response' } }])
    expect(
      data?.organizations.nodes.filter(node => node.directories.nodes.includes(null as never)),
    ).toHaveLength(1)
    expect(data?.organizations.nodes.flatMap(node => node.directories.nodes)).toHaveLength(7)
  })
})
