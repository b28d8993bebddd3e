import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { directoryKey, type EntityKey, upstreamIdOf } from '../../src/domain/entity-key.ts'
import type { PageRequest } from '../../src/domain/page.ts'
import { UnsupportedError } from '../../src/domain/provider-error.ts'
import { samplesOf, truthOf } from '../contract/truth.ts'
import { anyCall } from '../support/any-call.ts'
import {
  backward,
  callsTo,
  failureOf,
  firstCursor,
  forward,
  type Ground,
  keysOf,
  lastCursor,
  NO_ORGANIZATION_FILTER,
  NO_USER_FILTER,
  startGround,
  whole,
} from './start-ground.ts'

let ground: Ground
let directory: EntityKey
let all: EntityKey[]

beforeAll(async () => {
  ground = await startGround()
  const { known } = ground.sandbox.data
  directory = directoryKey('scalekit', known.scalekitOrganizationId, known.scalekitLargeDirectoryId)
  all = truthOf(ground.sandbox.data, ['scalekit']).users(directory)
})

beforeEach(() => ground.sandbox.clearCalls())

afterAll(() => ground.stop())

async function usersOf(page: PageRequest, key = directory) {
  const list = { within: { kind: 'Directory' as const, key }, page, filter: NO_USER_FILTER }
  return whole((await ground.scalekit.listUsers([{ ...list, detail: 'basic' }], anyCall()))[0])
}

const queries = () => callsTo(ground.sandbox, 'scalekit').map(({ query }) => query)
const sizes = () => queries().map(query => query.page_size)

describe('a page of Scalekit', () => {
  test('of a hundred is four calls for equal parts', async () => {
    const page = await usersOf(forward(100))
    expect(keysOf(page)).toEqual(all.slice(0, 100))
    expect(sizes()).toEqual(['25', '25', '25', '25'])
    ground.sandbox.clearCalls()
    expect(keysOf(await usersOf(forward(100, lastCursor(page))))).toEqual(all.slice(100, 200))
    expect(sizes()).toEqual(['25', '25', '25', '25'])
  })

  test('of a hundred backward is four calls as well', async () => {
    const second = await usersOf(forward(100, lastCursor(await usersOf(forward(100)))))
    ground.sandbox.clearCalls()
    expect(keysOf(await usersOf(backward(100, firstCursor(second))))).toEqual(all.slice(0, 100))
    expect(sizes()).toEqual(['25', '25', '25', '25'])
  })

  test('costs one call forward and backward for every constant size up to thirty', async () => {
    const walk = async (size: number) => {
      const pages = Math.ceil(all.length / size)
      ground.sandbox.clearCalls()
      let page = await usersOf(forward(size))
      while (page.hasNextPage) page = await usersOf(forward(size, lastCursor(page)))
      expect(queries()).toHaveLength(pages)
      while (page.hasPreviousPage) page = await usersOf(backward(size, firstCursor(page)))
      expect(queries()).toHaveLength(2 * pages - 1)
    }
    await fc.assert(fc.asyncProperty(fc.integer({ min: 5, max: 30 }), walk), { numRuns: 20 })
  })

  test('never asks for more than thirty users or fewer than ten organizations, whatever is wanted', async () => {
    const ask = async (limit: number) => {
      ground.sandbox.clearCalls()
      expect(keysOf(await usersOf(forward(limit)))).toEqual(all.slice(0, limit))
      const calls = queries().length
      expect(calls).toBe(Math.ceil(limit / 30))
      await ground.scalekit.listOrganizations({ ...NO_ORGANIZATION_FILTER, page: forward(limit) }, anyCall())
      const [users, organizations] = [sizes().slice(0, calls), sizes().slice(calls)]
      for (const size of users) expect(Number(size)).toBeLessThanOrEqual(30)
      for (const size of organizations) expect(Number(size)).toBeGreaterThanOrEqual(10)
    }
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 100 }), ask), { numRuns: 30 })
  })

  test('ends where the token is empty, whatever the total says', async () => {
    const page = await usersOf(forward(30))
    expect(page.totalCount).toBe(all.length)
    const { otherDirectory } = samplesOf(ground.sandbox.data, 'scalekit')
    const small = truthOf(ground.sandbox.data, ['scalekit']).users(otherDirectory)
    const whole_ = await usersOf(forward(100), otherDirectory)
    expect(keysOf(whole_)).toEqual(small)
    expect([whole_.hasNextPage, whole_.hasPreviousPage]).toEqual([false, false])
  })

  test('after the last item is empty, and one call or none', async () => {
    const { otherDirectory } = samplesOf(ground.sandbox.data, 'scalekit')
    const last = lastCursor(await usersOf(forward(100), otherDirectory))
    ground.sandbox.clearCalls()
    const page = await usersOf(forward(100, last), otherDirectory)
    expect(page).toMatchObject({ edges: [], hasNextPage: false, hasPreviousPage: true })
    expect(queries().length).toBeLessThanOrEqual(1)
  })

  test('before the first item is empty, and needs no call', async () => {
    const first = firstCursor(await usersOf(forward(10)))
    ground.sandbox.clearCalls()
    const page = await usersOf(backward(10, first))
    expect(page).toMatchObject({ edges: [], hasNextPage: true, hasPreviousPage: false })
    expect(queries()).toEqual([])
  })

  test('from the end of the list is refused without a call', async () => {
    const failure = await failureOf(usersOf(backward(10)))
    expect(failure).toBeInstanceOf(UnsupportedError)
    expect(failure).toMatchObject({ operation: null, message: expect.stringMatching(/`first`|`before`/) })
    expect(queries()).toEqual([])
  })

  test('whose cursor has another form is refused without a call', async () => {
    const cursor = lastCursor(await usersOf(forward(10))) ?? ''
    ground.sandbox.clearCalls()
    const place: unknown[] = JSON.parse(cursor)
    const changed = (index: number, value: unknown) => JSON.stringify(place.with(index, value))
    const forged = [
      '',
      'null',
      '{}',
      'x',
      JSON.stringify(place.slice(1)),
      changed(0, 7),
      changed(0, 'x'.repeat(2_049)),
      changed(1, 0),
      changed(1, 101),
      changed(1, 2.5),
      changed(2, -1),
      changed(2, 100),
      changed(4, 5),
      changed(5, null),
      changed(5, ['x'.repeat(9), 0, 1]),
    ]
    for (const text of forged) {
      expect(await failureOf(usersOf(forward(5, text)))).toMatchObject({ field: 'after' })
      expect(await failureOf(usersOf(backward(5, text)))).toMatchObject({ field: 'before' })
    }
    expect(queries()).toEqual([])
  })

  test('whose token Scalekit does not know, or not for this size, is bad input', async () => {
    const place: unknown[] = JSON.parse(lastCursor(await usersOf(forward(10))) ?? '')
    for (const forged of [
      place.with(4, 'stale'),
      place.with(1, 11),
      place.with(4, '\0\n'),
      place.with(1, 100),
    ]) {
      const failure = await failureOf(usersOf(forward(5, JSON.stringify(forged))))
      expect(failure).toMatchObject({ code: 'BAD_USER_INPUT' })
    }
  })

  test('has no item twice though the list grows while it is read', async () => {
    const own = await startGround()
    const users = own.sandbox.data.scalekit.rosters.get(upstreamIdOf(directory))?.users ?? []
    own.sandbox.inject({ provider: 'scalekit', path: /users/, kind: 'delay', delayMs: 60 })
    const grow = setInterval(() => {
      users.unshift({ ...(users[0] as (typeof users)[0]), id: `diruser_${Date.now()}${users.length}` })
    }, 40)
    const list = { within: { kind: 'Directory' as const, key: directory }, page: forward(100) }
    const asks = [{ ...list, filter: NO_USER_FILTER, detail: 'basic' as const }]
    const keys = keysOf(whole((await own.scalekit.listUsers(asks, anyCall()))[0]))
    clearInterval(grow)
    await own.stop()
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys).toHaveLength(100)
  })
})
