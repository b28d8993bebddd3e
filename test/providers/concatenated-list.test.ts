import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EntityKey, ProviderName } from '../../src/domain/entity-key.ts'
import type { PageRequest } from '../../src/domain/page.ts'
import { ProviderError, UnavailableError, UnsupportedError } from '../../src/domain/provider-error.ts'
import { createCompositeProvider } from '../../src/providers/composite-provider.ts'
import { truthOf } from '../contract/truth.ts'
import { anyCall } from '../support/any-call.ts'
import {
  backward,
  failureOf,
  firstCursor,
  forward,
  type Ground,
  keysOf,
  lastCursor,
  NO_ORGANIZATION_FILTER,
  startGround,
} from './start-ground.ts'

let ground: Ground
let workos: EntityKey[]
let scalekit: EntityKey[]

beforeEach(async () => {
  ground = await startGround()
  workos = truthOf(ground.sandbox.data, ['workos']).organizations()
  scalekit = truthOf(ground.sandbox.data, ['scalekit']).organizations()
})

afterEach(() => ground.stop())

const list = (page: PageRequest, filter: object = {}) =>
  ground.composite.listOrganizations({ ...NO_ORGANIZATION_FILTER, ...filter, page }, anyCall())
const breakDown = (provider: ProviderName) => ground.sandbox.inject({ provider, kind: 'status', status: 501 })

/** Everything by pages of one size: keys, and the code of the error where one stands in the place of a key. */
async function walk(limit: number): Promise<string[]> {
  const walked: string[] = []
  for (let cursor: string | null = null; ; ) {
    const page = await list(forward(limit, cursor))
    walked.push(
      ...page.edges.map(({ node }) => (node instanceof ProviderError ? `!${node.provider}` : node.key)),
    )
    if (!page.hasNextPage) return walked
    cursor = lastCursor(page)
  }
}

describe('a list over both providers', () => {
  test.each([1, 2, 3, 7, 8, 100])('by pages of %i goes from one to the other', async limit => {
    expect(await walk(limit)).toEqual([...workos, ...scalekit])
  })

  test.each([1, 2, 3, 7, 100])('by pages of %i goes on where the first is down', async limit => {
    breakDown('workos')
    expect(await walk(limit)).toEqual(['!workos', ...scalekit])
  })

  test.each([1, 2, 3, 7, 100])('by pages of %i ends with an error where the last is down', async limit => {
    breakDown('scalekit')
    expect(await walk(limit)).toEqual([...workos, '!scalekit'])
  })

  test.each([1, 2, 100])('by pages of %i is two errors where both are down', async limit => {
    breakDown('workos')
    breakDown('scalekit')
    expect(await walk(limit)).toEqual(['!workos', '!scalekit'])
  })

  test('that is read backward passes a part that is down as well', async () => {
    const first = firstCursor(await list(forward(1, lastCursor(await list(forward(7))))))
    breakDown('workos')
    const page = await list(backward(3, first))
    expect(page.edges.map(({ node }) => node)).toMatchObject([{ provider: 'workos', reason: 'server-error' }])
    expect([page.hasPreviousPage, page.hasNextPage]).toEqual([false, true])
    const before = await list(backward(3, firstCursor(page)))
    expect(before).toMatchObject({ edges: [], hasPreviousPage: false })
  })

  test('stands on the edge between its parts in both directions', async () => {
    const edge = await list(forward(7))
    expect([keysOf(edge), edge.hasNextPage]).toEqual([workos, true])
    const next = await list(forward(2, lastCursor(edge)))
    expect(keysOf(next)).toEqual(scalekit.slice(0, 2))
    expect(keysOf(await list(backward(2, firstCursor(next))))).toEqual(workos.slice(-2))
    const across = await list(forward(4, edge.edges[4]?.cursor ?? null))
    expect(keysOf(across)).toEqual([...workos.slice(5), ...scalekit.slice(0, 2)])
  })

  test('knows its end where the last part is empty', async () => {
    ground.sandbox.data.scalekit.organizations.length = 0
    const page = await list(forward(7))
    expect([keysOf(page), page.hasNextPage]).toEqual([workos, false])
  })

  test('has no count over both, and the count of one where only that one is read', async () => {
    expect((await list(forward(1))).totalCount).toBeNull()
    expect((await list(forward(1), { provider: 'scalekit' })).totalCount).toBe(scalekit.length)
    expect(await list(forward(0))).toMatchObject({ edges: [], totalCount: null })
    expect(await list(forward(0), { provider: 'scalekit' })).toMatchObject({
      edges: [],
      totalCount: scalekit.length,
    })
  })

  test('of which only one is read fails as a whole with it', async () => {
    breakDown('scalekit')
    expect(await failureOf(list(forward(3), { provider: 'scalekit' }))).toBeInstanceOf(UnavailableError)
    expect(keysOf(await list(forward(100), { provider: 'workos' }))).toEqual(workos)
  })

  test('can not be asked for its end, which Scalekit does not know', async () => {
    expect(await failureOf(list(backward(3)))).toBeInstanceOf(UnsupportedError)
    expect(keysOf(await list(backward(3), { provider: 'workos' }))).toEqual(workos.slice(-3))
  })

  test('shows a search that one of them refuses as an error beside the finds of the other', async () => {
    const page = await list(forward(10), { search: 'ob' })
    expect(page.edges.map(({ node }) => node)).toMatchObject([
      { key: expect.stringMatching(/^workos:/) },
      { code: 'BAD_USER_INPUT', provider: 'scalekit', field: 'search' },
    ])
  })

  test('refuses a cursor of a provider that is not read', async () => {
    const cursor = lastCursor(await list(forward(9)))
    expect(cursor).toMatch(/^scalekit:/)
    for (const text of [cursor, 'okta:x', 'workos', 'workos?x', ':x', '!']) {
      const failure = failureOf(list(forward(3, text), { provider: 'workos' }))
      expect(await failure).toMatchObject({ code: 'BAD_USER_INPUT', field: 'after' })
    }
    expect(await failureOf(list(backward(3, 'okta!')))).toMatchObject({ field: 'before' })
  })

  test('refuses a stale cursor as a whole, and does not take it for a part that is down', async () => {
    const cursor = lastCursor(await list(forward(3)))
    ground.sandbox.data.workos.organizations.splice(-3, 1)
    expect(await failureOf(list(forward(3, cursor)))).toMatchObject({
      code: 'BAD_USER_INPUT',
      provider: 'workos',
    })
  })

  test('of one provider alone, where only that one is set up, knows its end and its count', async () => {
    ground = {
      ...ground,
      composite: createCompositeProvider(new Map([['workos' as const, ground.workos]])),
    }
    expect(keysOf(await list(backward(2)))).toEqual(workos.slice(-2))
    expect(await walk(3)).toEqual(workos)
  })
})
