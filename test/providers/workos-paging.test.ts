import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { directoryKey, type EntityKey } from '../../src/domain/entity-key.ts'
import type { PageRequest } from '../../src/domain/page.ts'
import { InvalidInputError } from '../../src/domain/provider-error.ts'
import { samplesOf, truthOf } from '../contract/truth.ts'
import { anyCall } from '../support/any-call.ts'
import { sendJson, startServer } from '../upstream/start-server.ts'
import {
  backward,
  callsTo,
  failureOf,
  firstCursor,
  forward,
  type Ground,
  keysOf,
  lastCursor,
  NO_DIRECTORY_FILTER,
  NO_ORGANIZATION_FILTER,
  NO_USER_FILTER,
  openWorkos,
  startGround,
  whole,
} from './start-ground.ts'

let ground: Ground
let directory: EntityKey

beforeEach(async () => {
  ground = await startGround()
  directory = samplesOf(ground.sandbox.data, 'workos').directory
})

afterEach(() => ground.stop())

async function usersOf(page: PageRequest, group: EntityKey | null = null) {
  const ask = { within: { kind: 'Directory' as const, key: directory }, page, detail: 'basic' as const }
  const [slot] = await ground.workos.listUsers([{ ...ask, filter: { ...NO_USER_FILTER, group } }], anyCall())
  return whole(slot)
}

const queries = () => callsTo(ground.sandbox, 'workos').map(({ query }) => query)

describe('a page of WorkOS', () => {
  test('is one call, with its size, newest first, and after the cursor', async () => {
    const first = await usersOf(forward(100))
    const next = await usersOf(forward(7, lastCursor(first)))
    expect(keysOf(next)).toEqual(truthOf(ground.sandbox.data, ['workos']).users(directory).slice(100, 107))
    expect(queries()).toEqual([
      { limit: '100', order: 'desc', directory: ground.sandbox.data.known.workosMediumDirectoryId },
      {
        limit: '7',
        order: 'desc',
        after: lastCursor(first),
        directory: ground.sandbox.data.known.workosMediumDirectoryId,
      },
    ])
  })

  test('asked from its end is one call in the other order, and comes in the order of the list', async () => {
    const page = await usersOf(backward(5))
    expect(keysOf(page)).toEqual(truthOf(ground.sandbox.data, ['workos']).users(directory).slice(-5))
    expect([page.hasNextPage, page.hasPreviousPage]).toEqual([false, true])
    const before = await usersOf(backward(5, firstCursor(page)))
    expect(keysOf(before)).toEqual(truthOf(ground.sandbox.data, ['workos']).users(directory).slice(-10, -5))
    expect(queries()).toMatchObject([
      { order: 'asc', limit: '5' },
      { order: 'asc', after: firstCursor(page) },
    ])
    expect(queries().every(query => !('before' in query))).toBe(true)
  })

  test('names a group without its directory, but an e-mail address only with it', async () => {
    const { group } = samplesOf(ground.sandbox.data, 'workos')
    await usersOf(forward(1), group)
    expect(queries().at(-1)).not.toHaveProperty('directory')
    const list = { within: { kind: 'DirectoryGroup' as const, key: group }, page: forward(1) }
    const filter = { ...NO_USER_FILTER, email: 'a@b.example' }
    await ground.workos.listUsers([{ ...list, filter, detail: 'basic' }], anyCall())
    expect(queries().at(-1)).toMatchObject({ email: 'a@b.example', directory: expect.any(String) })
  })

  test.each(['restart', 'refuse'] as const)(
    'after an item that is gone is refused, where WorkOS would %s',
    async staleCursor => {
      ground.sandbox.data.quirks.staleCursor = staleCursor
      const { directories, organizations } = ground.sandbox.data.workos
      const gone = 'directory_01HZZZZZZZZZZZZZZZZZZZZZZZ'
      const all = (page: PageRequest) =>
        ground.workos.listAllDirectories({ ...NO_DIRECTORY_FILTER, page }, anyCall())
      for (const page of [forward(2, gone), forward(100, gone), backward(2, gone)]) {
        expect(await failureOf(all(page))).toBeInstanceOf(InvalidInputError)
      }
      const page = await ground.workos.listOrganizations(
        { ...NO_ORGANIZATION_FILTER, page: forward(2) },
        anyCall(),
      )
      organizations.splice(-2, 1)
      const next = forward(2, lastCursor(page))
      expect(
        await failureOf(
          ground.workos.listOrganizations({ ...NO_ORGANIZATION_FILTER, page: next }, anyCall()),
        ),
      ).toBeInstanceOf(InvalidInputError)
      expect(directories).toHaveLength(7)
    },
  )

  test.each(['restart', 'refuse'] as const)(
    'before an item that is gone names the argument, where WorkOS would %s',
    async staleCursor => {
      ground.sandbox.data.quirks.staleCursor = staleCursor
      const failure = await failureOf(usersOf(backward(2, 'directory_user_01HZZZZZZZZZZZZZZZZZZZZZZZ')))
      expect(failure).toMatchObject({ code: 'BAD_USER_INPUT' })
      if (staleCursor === 'restart') expect(failure).toMatchObject({ field: 'before' })
    },
  )

  test('whose cursor can be none of WorkOS is refused without a call', async () => {
    for (const cursor of ['', '..', 'a/b', 'x?y', 'A'.repeat(70), '\0', 'é', '1abc']) {
      expect(await failureOf(usersOf(forward(2, cursor)))).toMatchObject({ field: 'after' })
      expect(await failureOf(usersOf(backward(2, cursor)))).toMatchObject({ field: 'before' })
    }
    expect(queries()).toEqual([])
  })

  test('that leads back to itself is an error after one call, not a walk without end', async () => {
    const cursor = lastCursor(await usersOf(forward(10)))
    ground.sandbox.data.quirks.repeatCursor = true
    ground.sandbox.clearCalls()
    expect(await failureOf(usersOf(forward(10, cursor)))).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      reason: 'cursor-loop',
    })
    expect(queries()).toHaveLength(1)
  })

  test('that leads in a circle of several ends a walk over all directories', async () => {
    const server = await startServer(({ path, search }, response) => {
      const turn = search.get('after') === 'directory_1' ? 2 : 1
      const record = { id: `directory_${turn}`, type: 'okta scim v2.0', state: 'linked' }
      const data = path === '/directories' ? [record] : []
      sendJson(response, { data, list_metadata: { before: 'directory_0', after: `directory_${turn}` } })
    })
    const workos = openWorkos({ workos: { url: server.url, apiKey: 'sk_test' } })
    expect(
      await failureOf(
        workos.findUsersByEmail({ email: 'a@b.example', organization: null, detail: 'basic' }, anyCall()),
      ),
    ).toMatchObject({
      reason: 'cursor-loop',
    })
    expect(server.requests.length).toBeLessThan(6)
    await server.stop()
  })

  test('goes on though items come and go around its cursor', async () => {
    const page = await usersOf(forward(10))
    const { users } = ground.sandbox.data.workos.rosters.get(directory.split(':')[2] ?? '') ?? { users: [] }
    const all = truthOf(ground.sandbox.data, ['workos']).users(directory)
    users.splice(-3, 2)
    expect(keysOf(await usersOf(forward(10, lastCursor(page))))).toEqual(all.slice(10, 20))
  })

  test('of a directory that belongs to no organization is listed under that key', async () => {
    const { rosters, directories } = ground.sandbox.data.workos
    const [own] = directories
    const record = own as unknown as Record<string, unknown>
    delete record.organization_id
    for (const user of rosters.get(own?.id ?? '')?.users ?? []) {
      delete (user as unknown as Record<string, unknown>).organization_id
    }
    directory = directoryKey('workos', null, own?.id ?? '')
    const [found] = await ground.workos.findDirectories([{ key: directory, detail: 'basic' }], anyCall())
    expect(found).toMatchObject({ key: directory })
    const [first] = keysOf(await usersOf(forward(1)))
    expect(first?.startsWith(`${directory}:`)).toBe(true)
    const [user] = await ground.workos.findUsers([{ key: first as EntityKey, detail: 'basic' }], anyCall())
    expect(user).toMatchObject({ key: first })
  })
})
