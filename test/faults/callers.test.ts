import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { serveApp } from '../support/serve-app.ts'
import { sendJson } from '../upstream/start-server.ts'
import { callsTo, failuresOf, ONE_LIST, organizations, post, startRaw } from './start-faults.ts'

const EMPTY = { data: [], list_metadata: { before: null, after: null } }

/** A WorkOS that answers when it is told to, and knows who has hung up. */
async function startSlow(settings: Parameters<typeof startRaw>[1] = {}) {
  const answers: (() => void)[] = []
  let closed = 0
  const app = await startRaw((_request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) closed += 1
    })
    answers.push(() => sendJson(response, EMPTY))
  }, settings)
  return {
    ...app,
    closed: () => closed,
    answer: () => {
      for (const send of answers.splice(0)) send()
    },
  }
}

test('a caller who leaves ends the call that is under way', async () => {
  const { query, server, closed } = await startSlow()
  const leaving = new AbortController()
  const left = query(ONE_LIST, leaving.signal).catch(() => null)
  await expect.poll(() => server.requests.length).toBe(1)
  leaving.abort()
  await left
  await expect.poll(closed).toBe(1)
})

test('a caller who leaves a call that another waits for as well does not end it', async () => {
  const { query, server, closed, answer } = await startSlow()
  const leaving = new AbortController()
  const left = query(ONE_LIST, leaving.signal).catch(() => null)
  await expect.poll(() => server.requests.length).toBe(1)
  const staying = query(ONE_LIST)
  await wait(30)
  leaving.abort()
  await left
  answer()
  expect(await staying).toEqual({ data: { organizations: { nodes: [] } } })
  expect(server.requests).toHaveLength(1)
  expect(closed()).toBe(0)
})

test('a call that several wait for ends when the last of them has left; who comes then gets a new one', async () => {
  const { query, server, closed, answer } = await startSlow()
  const leaving = [new AbortController(), new AbortController(), new AbortController()]
  const left = leaving.map(({ signal }) => query(ONE_LIST, signal).catch(() => null))
  await expect.poll(() => server.requests.length).toBe(1)
  await wait(30)
  leaving[0]?.abort()
  leaving[1]?.abort()
  await wait(30)
  expect(closed()).toBe(0)
  leaving[2]?.abort()
  await expect.poll(closed).toBe(1)
  await Promise.all(left)
  const next = query(ONE_LIST)
  await expect.poll(() => server.requests.length).toBe(2)
  answer()
  expect((await next).errors).toBeUndefined()
})

test('over real connections too', async () => {
  const app = await serveApp()
  onTestFinished(() => app.stop())
  app.sandbox.inject({ provider: 'workos', kind: 'delay', delayMs: 300 })
  const leaving = new AbortController()
  const left = fetch(app.url, post(ONE_LIST, leaving.signal)).catch(() => null)
  await expect.poll(() => callsTo(app).length).toBe(1)
  const staying = fetch(app.url, post(ONE_LIST))
  await wait(50)
  leaving.abort()
  await left
  expect(await (await staying).json()).toMatchObject({
    data: { organizations: { nodes: expect.any(Array) } },
  })
  expect(callsTo(app)).toHaveLength(1)
})

test('who joins a call is not held to the deadline of who began it', async () => {
  const { query, server, answer } = await startSlow({ operationTimeoutMs: 1_000 })
  const first = query(ONE_LIST)
  await expect.poll(() => server.requests.length).toBe(1)
  await wait(600)
  const second = query(ONE_LIST)
  expect(failuresOf(await first)).toMatchObject([{ reason: 'timeout' }])
  await wait(50)
  answer()
  expect((await second).errors).toBeUndefined()
})

test('who joins a call is not held to the number of calls that who began it may make', async () => {
  const { query, server, answer } = await startSlow({ maxUpstreamCalls: 1 })
  const spent = query(`{ ${organizations(1)} more: ${organizations(2)} }`)
  const other = query(`{ more: ${organizations(2)} }`)
  await expect.poll(() => server.requests.length).toBe(2)
  answer()
  expect(failuresOf(await spent)).toMatchObject([{ code: 'QUERY_TOO_COSTLY' }])
  expect((await other).errors).toBeUndefined()
})
