import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { requestWorkos } from './sandbox-requests.ts'

interface List {
  data: { id: string; created_at: string }[]
  list_metadata: { before: string | null; after: string | null }
}

let sandbox: Sandbox
let ids: string[]

beforeAll(async () => {
  sandbox = await startSandbox()
  ids = (sandbox.data.workos.rosters.get(sandbox.data.known.workosSmallDirectoryId)?.users ?? []).map(
    ({ id }) => id,
  )
  expect(ids).toHaveLength(64)
})

afterAll(() => sandbox.stop())

async function list(query: string): Promise<List> {
  const directory = sandbox.data.known.workosSmallDirectoryId
  const answer = await requestWorkos<List>(sandbox, `/directory_users?directory=${directory}&${query}`)
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

async function walk(order: string, cursor: 'before' | 'after', limit: number, from?: string) {
  const pages: List[] = []
  let next: string | null | undefined = from
  do {
    const page = await list(`order=${order}&limit=${limit}${next ? `&${cursor}=${next}` : ''}`)
    pages.push(page)
    next = page.list_metadata[cursor]
  } while (next && pages.length < 20)
  return pages
}

function idsOf(pages: List[]): string[] {
  return pages.flatMap(({ data }) => data.map(({ id }) => id))
}

describe('a WorkOS list', () => {
  test('sorts by creation and then id, so that rows of one instant keep an order', async () => {
    const { data } = await list('order=asc&limit=100')
    const keys = data.map(({ id, created_at }) => `${created_at} ${id}`)
    expect(keys).toEqual(keys.toSorted())
    expect(new Set(data.map(({ created_at }) => created_at)).size).toBeLessThan(data.length)
    expect(data.map(({ id }) => id)).toEqual(ids)
  })

  test('serves ten of the newest when nothing is asked', async () => {
    const { data } = await list('')
    expect(data.map(({ id }) => id)).toEqual(ids.toReversed().slice(0, 10))
  })

  test.each([
    ['asc', 25],
    ['desc', 25],
    ['asc', 64],
    ['desc', 7],
  ])('in order %s by %i names the page edges and ends with null', async (order, limit) => {
    const pages = await walk(order, 'after', limit)
    expect(idsOf(pages)).toEqual(order === 'asc' ? ids : ids.toReversed())
    for (const [index, { data, list_metadata }] of pages.entries()) {
      expect(list_metadata.before).toBe(index === 0 ? null : data[0]?.id)
      expect(list_metadata.after).toBe(index === pages.length - 1 ? null : data.at(-1)?.id)
    }
  })

  test('in order normal walks to the older rows with `before`', async () => {
    const pages = await walk('normal', 'before', 30)
    expect(idsOf(pages)).toEqual(ids.toReversed())
    expect(pages.map(({ list_metadata }) => list_metadata)).toEqual([
      { before: pages[0]?.data.at(-1)?.id, after: null },
      { before: pages[1]?.data.at(-1)?.id, after: pages[1]?.data[0]?.id },
      { before: null, after: pages[2]?.data[0]?.id },
    ])
  })

  test('gives the rows nearest to `before`, not the first ones', async () => {
    const { data, list_metadata } = await list(`order=asc&limit=10&before=${ids[40]}`)
    expect(data.map(({ id }) => id)).toEqual(ids.slice(30, 40))
    expect(list_metadata).toEqual({ before: ids[30], after: ids[39] })
    const newer = await list(`order=normal&limit=10&after=${ids[40]}`)
    expect(newer.data.map(({ id }) => id)).toEqual(ids.slice(41, 51).toReversed())
  })

  test('takes the id of any row as a cursor, page edge or not', async () => {
    const { data } = await list(`order=desc&limit=3&after=${ids[33]}`)
    expect(data.map(({ id }) => id)).toEqual([ids[32], ids[31], ids[30]])
  })

  test('finds a cursor again after rows before it went away', async () => {
    const own = await startSandbox()
    const directory = own.data.known.workosSmallDirectoryId
    const path = `/directory_users?directory=${directory}&order=asc&limit=2`
    for (const cursor of [ids[9], ids[19]]) await requestWorkos<List>(own, `${path}&after=${cursor}`)
    own.data.workos.rosters.get(directory)?.users.splice(0, 5)
    const { body } = await requestWorkos<List>(own, `${path}&after=${ids[29]}`)
    expect(body.data.map(({ id }) => id)).toEqual([ids[30], ids[31]])
    await own.stop()
  })

  test('starts again at an unknown cursor, or refuses it when told to', async () => {
    const unknown = 'directory_user_01AAAAAAAAAAAAAAAAAAAAAAAA'
    expect((await list(`order=asc&limit=2&after=${unknown}`)).data.map(({ id }) => id)).toEqual(
      ids.slice(0, 2),
    )
    sandbox.data.quirks.staleCursor = 'refuse'
    const { workosSmallDirectoryId } = sandbox.data.known
    const path = `/directory_users?directory=${workosSmallDirectoryId}&after=${unknown}`
    expect((await requestWorkos(sandbox, path)).status).toBe(422)
    sandbox.data.quirks.staleCursor = 'restart'
  })

  test('repeats a cursor for ever when told to', async () => {
    sandbox.data.quirks.repeatCursor = true
    const first = await list('order=asc&limit=5')
    const second = await list(`order=asc&limit=5&after=${first.list_metadata.after}`)
    expect(first.list_metadata.after).toBe(ids[4])
    expect(second.list_metadata.after).toBe(ids[4])
    sandbox.data.quirks.repeatCursor = false
  })

  test.each(['limit=0', 'limit=101', 'limit=ten', 'limit=-1', 'order=newest', 'before=a&after=b'])(
    'refuses %s with 422',
    async query => {
      const directory = sandbox.data.known.workosSmallDirectoryId
      const answer = await requestWorkos(sandbox, `/directory_users?directory=${directory}&${query}`)
      expect(answer.status).toBe(422)
      expect(answer.body).toMatchObject({ message: 'Validation failed' })
    },
  )
})
