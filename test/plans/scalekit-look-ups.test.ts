import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { countOf } from '../budget/count-calls.ts'
import { userId } from '../support/seeded-ids.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

/** Cost of users or groups of Scalekit by id: for each directory a call for every 30 up to the last that is wanted. */

let app: TestApp

beforeEach(async () => {
  app = await startApp({ providers: ['scalekit'] })
})
afterEach(() => app.stop())

const QUERY = 'query($ids: [ID!]!) { nodes(ids: $ids) { id ... on DirectoryUser { name email } } }'
const USERS = 'scalekit GET /organizations/{id}/directories/{id}/users'

/** The ids of users by their places in a directory. */
function idsAt(directory: string, places: readonly number[]): string[] {
  const { users = [] } = app.sandbox.data.scalekit.rosters.get(directory) ?? {}
  return places.map(place => userId(app.sandbox, users[place]?.id ?? ''))
}

async function ask(ids: readonly string[]) {
  app.sandbox.clearCalls()
  const { data, errors } = await app.query(QUERY, { ids })
  return { nodes: data?.nodes, errors, scanned: countOf(app.sandbox.calls).calls[USERS] ?? 0 }
}

describe('users of Scalekit by id', () => {
  test.each<[readonly number[], number]>([
    [[0], 1],
    [[29], 1],
    [[30], 2],
    [[0, 29, 30], 2],
    [[94], 4],
    [[94, 60, 30, 0], 4],
  ])('at the places %j of one directory are one scan of %i calls', async (places, calls) => {
    const { known } = app.sandbox.data
    expect((await ask(idsAt(known.scalekitMediumDirectoryId, places))).scanned).toBe(calls)
  })

  test('of two directories are a scan of each', async () => {
    const { scalekitMediumDirectoryId, scalekitLargeDirectoryId } = app.sandbox.data.known
    const ids = [...idsAt(scalekitMediumDirectoryId, [0, 40]), ...idsAt(scalekitLargeDirectoryId, [70, 3])]
    expect((await ask(ids)).scanned).toBe(2 + 3)
  })

  test('are the same together as each alone', async () => {
    const ids = idsAt(app.sandbox.data.known.scalekitLargeDirectoryId, [0, 31, 5, 100, 64])
    const { nodes } = await ask(ids)
    const alone = []
    for (const id of ids) alone.push(...((await ask([id])).nodes as unknown[]))
    expect(alone).toEqual(nodes)
  })

  test('that is gone costs the whole directory, and is null beside the others', async () => {
    const directory = app.sandbox.data.known.scalekitMediumDirectoryId
    const ids = idsAt(directory, [3, 4])
    app.sandbox.data.scalekit.rosters.get(directory)?.users.splice(4, 1)
    const { nodes, errors, scanned } = await ask(ids)
    expect(errors).toBeUndefined()
    expect(nodes).toEqual([{ id: ids[0], name: expect.any(String), email: expect.any(String) }, null])
    expect(scanned).toBe(Math.ceil(94 / 30))
  })
})
