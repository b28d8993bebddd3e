import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { createRecentDrops } from '../../src/upstream/recent-drops.ts'
import { createUpstreamClient, type UpstreamClient } from '../../src/upstream/upstream-client.ts'
import { anyCall } from '../support/any-call.ts'

let sandbox: Sandbox
let client: UpstreamClient

beforeEach(async () => {
  sandbox = await startSandbox()
  const { apiKey, url } = sandbox.workos
  client = createUpstreamClient({
    provider: 'workos',
    baseUrl: url,
    authorization: async () => `Bearer ${apiKey}`,
    budget: null,
    cacheTtlMs: 300_000,
    log: createLogger('silent'),
    fetch,
  })
})
afterEach(() => sandbox.stop())

const ORGANIZATIONS = { method: 'get', path: 'organizations', tags: ['organizations'] } as const
const DIRECTORIES = { method: 'get', path: 'directories', tags: ['directories'] } as const

/** How many calls an operation of its own makes of the reads. */
async function callsFor(...requests: (typeof ORGANIZATIONS | typeof DIRECTORIES)[]): Promise<number> {
  sandbox.clearCalls()
  for (const request of requests) await client.send(request, anyCall())
  return sandbox.calls.length
}

const arrived = (count: number) => expect.poll(() => sandbox.calls.length).toBe(count)

/** Begins a read that is under way until it is let go by its delay. */
async function beginRead(request: typeof ORGANIZATIONS | typeof DIRECTORIES) {
  sandbox.clearCalls()
  const remove = sandbox.inject({ provider: 'workos', kind: 'delay', delayMs: 150 })
  const reading = client.send(request, anyCall())
  await arrived(1)
  remove()
  return reading
}

describe('what is dropped', () => {
  test('is asked again, and all else is not', async () => {
    expect(await callsFor(ORGANIZATIONS, DIRECTORIES)).toBe(2)
    expect(await callsFor(ORGANIZATIONS, DIRECTORIES)).toBe(0)
    await client.drop(['directories'])
    expect(await callsFor(ORGANIZATIONS)).toBe(0)
    expect(await callsFor(DIRECTORIES)).toBe(1)
  })

  test('is not kept either if it was asked for before and arrives after', async () => {
    const reading = beginRead(DIRECTORIES)
    await arrived(1)
    await client.drop(['directories'])
    await reading
    expect(await callsFor(DIRECTORIES)).toBe(1)
  })

  test('leaves what was under way of other things to be kept', async () => {
    const reading = beginRead(ORGANIZATIONS)
    await arrived(1)
    await client.drop(['directories'])
    await reading
    expect(await callsFor(ORGANIZATIONS)).toBe(0)
  })

  test('is asked anew by whoever comes after, though the same call is under way', async () => {
    const reading = beginRead(DIRECTORIES)
    await arrived(1)
    await client.drop(['directories'])
    await client.send(DIRECTORIES, anyCall())
    expect(sandbox.calls).toHaveLength(2)
    await reading
  })

  test('is asked again by the very operation that has read it', async () => {
    const call = anyCall()
    sandbox.clearCalls()
    await client.send(DIRECTORIES, call)
    await client.send(DIRECTORIES, call)
    expect(sandbox.calls).toHaveLength(1)
    await client.drop(['directories'])
    await client.send(DIRECTORIES, call)
    expect(sandbox.calls).toHaveLength(2)
  })

  test('is by the id of an object as well', async () => {
    const { body } = await client.send(DIRECTORIES, anyCall())
    await client.drop([(body as { data: { id: string }[] }).data[0]?.id ?? ''])
    expect(await callsFor(DIRECTORIES)).toBe(1)
  })
})

test('when everything is forgotten, nothing is reused, not even what arrives later', async () => {
  await callsFor(ORGANIZATIONS)
  const reading = beginRead(DIRECTORIES)
  await arrived(1)
  await client.forgetAll()
  await reading
  expect(await callsFor(ORGANIZATIONS, DIRECTORIES)).toBe(2)
})

describe('while reuse is suspended', () => {
  test('nothing kept answers, and what is read serves the time after', async () => {
    await callsFor(ORGANIZATIONS)
    client.suspendReuse(true)
    expect(await callsFor(ORGANIZATIONS, DIRECTORIES)).toBe(2)
    expect(await callsFor(ORGANIZATIONS, DIRECTORIES)).toBe(2)
    client.suspendReuse(false)
    expect(await callsFor(ORGANIZATIONS, DIRECTORIES)).toBe(0)
  })

  test('nothing kept stands in for a provider that fails', async () => {
    await callsFor(ORGANIZATIONS)
    client.suspendReuse(true)
    sandbox.inject({ provider: 'workos', kind: 'status', status: 501 })
    await expect(client.send(ORGANIZATIONS, anyCall())).rejects.toThrow()
  })
})

describe('the drops that are remembered', () => {
  test('are those after a moment', () => {
    const drops = createRecentDrops()
    drops.add(['a'])
    const moment = drops.now()
    expect(drops.includes(['a'], moment)).toBe(false)
    drops.add(['b'])
    expect([drops.includes(['a'], moment), drops.includes(['a', 'b'], moment)]).toEqual([false, true])
    drops.addAll()
    expect(drops.includes(['c'], moment)).toBe(true)
    expect(drops.includes(['c'], drops.now())).toBe(false)
  })

  test('are so many; of a time before those it is taken that everything was dropped', () => {
    const drops = createRecentDrops(2)
    const moment = drops.now()
    drops.add(['a'])
    const later = drops.now()
    drops.add(['b', 'a', 'c'])
    expect(drops.includes(['d'], moment)).toBe(true)
    const last = drops.now()
    drops.add(['d'])
    expect([drops.includes(['e'], later), drops.includes(['e'], last)]).toEqual([true, false])
  })
})
