import { afterEach, describe, expect, test } from 'vitest'
import type { DirectoryProvider } from '../../src/domain/directory-provider.ts'
import type { EntityKey } from '../../src/domain/entity-key.ts'
import type { PageRequest } from '../../src/domain/page.ts'
import { ProviderError, UnavailableError } from '../../src/domain/provider-error.ts'
import { samplesOf } from '../contract/truth.ts'
import { anyCall } from '../support/any-call.ts'
import {
  backward,
  callsTo,
  failureOf,
  firstCursor,
  forward,
  keysOf,
  lastCursor,
  NO_USER_FILTER,
  startGround,
  whole,
} from './start-ground.ts'
import { DIRECTORY_KEY, startTokenPages, type TokenPages } from './start-token-pages.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const loop = { code: 'UPSTREAM_UNAVAILABLE', reason: 'cursor-loop' }

async function usersOf(provider: DirectoryProvider, page: PageRequest, key: string = DIRECTORY_KEY) {
  const list = { within: { kind: 'Directory' as const, key: key as EntityKey }, page, filter: NO_USER_FILTER }
  return whole((await provider.listUsers([{ ...list, detail: 'basic' }], anyCall()))[0])
}

function findUser(provider: DirectoryProvider, key = `${DIRECTORY_KEY}:diruser_nobody`) {
  return provider.findUsers([{ key: key as EntityKey, detail: 'basic' }], anyCall())
}

async function start(pages: TokenPages) {
  const started = await startTokenPages(pages)
  stops.push(started.stop)
  return started
}

/** '' → 1 → 2 → … → length, and from there to 1 again. */
function circle(length: number): TokenPages {
  return (token, size) => ({
    next: String((Number(token) % length) + 1),
    previous: token === '' ? '' : String(((Number(token) + length - 2) % length) + 1),
    from: Number(token) * size,
  })
}

describe('tokens of Scalekit that lead in a circle', () => {
  test('of one end a walk and a scan with an error after a few calls', async () => {
    const { scalekit, sandbox, stop } = await startGround()
    stops.push(stop)
    sandbox.data.quirks.repeatCursor = true
    const { directory, unknown } = samplesOf(sandbox.data, 'scalekit')
    expect(await failureOf(usersOf(scalekit, forward(100), directory))).toMatchObject(loop)
    expect(callsTo(sandbox, 'scalekit').length).toBeLessThanOrEqual(3)
    sandbox.clearCalls()
    expect(await findUser(scalekit, unknown.user)).toMatchObject([loop])
    expect(callsTo(sandbox, 'scalekit').length).toBeLessThanOrEqual(3)
    sandbox.clearCalls()
    const found = await scalekit.findUsersByEmail(
      { email: 'nobody@x.example', organization: null, detail: 'basic' },
      anyCall(),
    )
    expect(found.some(slot => slot instanceof UnavailableError && slot.reason === 'cursor-loop')).toBe(true)
    expect(callsTo(sandbox, 'scalekit').length).toBeLessThan(25)
  })

  test('of one are met by a client that asks page by page', async () => {
    const { scalekit, sandbox, stop } = await startGround()
    stops.push(stop)
    sandbox.data.quirks.repeatCursor = true
    const { directory } = samplesOf(sandbox.data, 'scalekit')
    const first = await usersOf(scalekit, forward(10), directory)
    expect(await failureOf(usersOf(scalekit, forward(10, lastCursor(first)), directory))).toMatchObject(loop)
  })

  test.each([1, 2, 3, 5])('of %i end one long page', async length => {
    const { provider, asked } = await start(circle(length))
    const ask = async () => {
      let page = await usersOf(provider, forward(100))
      for (;;) page = await usersOf(provider, forward(100, lastCursor(page)))
    }
    expect(await failureOf(ask())).toMatchObject(loop)
    expect(asked()).toBeLessThan(8 * (length + 4))
  })

  test.each([2, 3, 7, 20])('of %i are noticed though each page is a request of its own', async length => {
    const { provider, asked } = await start(circle(length))
    let page = await usersOf(provider, forward(10))
    let requests = 1
    const walk = async () => {
      for (; requests < 500; requests += 1) page = await usersOf(provider, forward(10, lastCursor(page)))
    }
    expect(await failureOf(walk())).toMatchObject(loop)
    expect(requests).toBeLessThan(4 * length + 4)
    expect(asked()).toBeLessThanOrEqual(requests + 1)
  })

  test('are noticed though each page is less than one of theirs', async () => {
    const { provider } = await start(circle(3))
    let page = await usersOf(provider, forward(10))
    let requests = 1
    const walk = async () => {
      for (; requests < 500; requests += 1) page = await usersOf(provider, forward(7, lastCursor(page)))
    }
    expect(await failureOf(walk())).toMatchObject(loop)
    expect(requests).toBeLessThan(40)
  })

  test('end a scan', async () => {
    const { provider, asked } = await start(circle(4))
    expect(await findUser(provider)).toMatchObject([loop])
    expect(asked()).toBe(5)
  })

  test('end a walk over all organizations', async () => {
    const { provider, asked } = await start(circle(2))
    const failure = await failureOf(
      provider.findUsersByEmail({ email: 'a@b.example', organization: null, detail: 'basic' }, anyCall()),
    )
    expect(failure).toBeInstanceOf(ProviderError)
    expect(asked()).toBeLessThan(400)
  })

  test('end a long page backward', async () => {
    const { provider, asked } = await start(circle(3))
    const page = await usersOf(provider, forward(10))
    const second = await usersOf(provider, forward(10, lastCursor(page)))
    expect(await failureOf(usersOf(provider, backward(100, firstCursor(second))))).toMatchObject(loop)
    expect(asked()).toBeLessThan(10)
  })

  test('or stand still under ever new tokens end a walk and a scan', async () => {
    let turn = 0
    const { provider, asked } = await start(() => {
      turn += 1
      return { next: `new-${turn}`, from: 0 }
    })
    expect(await failureOf(usersOf(provider, forward(100)))).toMatchObject(loop)
    expect(asked()).toBeLessThanOrEqual(4)
    expect(await findUser(provider)).toMatchObject([{ code: 'UNSUPPORTED' }])
    expect(asked()).toBeLessThanOrEqual(54)
  })

  test('are not seen in a list that is only long', async () => {
    const { provider } = await start((token, size) => ({
      next: Number(token) < 300 ? String(Number(token) + 1) : '',
      from: Number(token) * size,
    }))
    let page = await usersOf(provider, forward(30))
    const keys = keysOf(page)
    while (page.hasNextPage) {
      page = await usersOf(provider, forward(30, lastCursor(page)))
      keys.push(...keysOf(page))
    }
    expect(new Set(keys).size).toBe(301 * 30)
  })
})
