import { setTimeout as wait } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/sandbox/sandbox.ts'
import { sendJson } from '../upstream/start-server.ts'
import { callsTo, failuresOf, ONE_LIST, organizations, start, startRaw } from './start-faults.ts'

const BOTH = `{ ${organizations()} other: ${organizations(5, 'SCALEKIT')} }`

const PASSING: readonly (readonly [string, Omit<Fault, 'provider'>, string])[] = [
  ['4: 500', { kind: 'status', status: 500 }, 'server-error'],
  ['4: 502', { kind: 'html', status: 502 }, 'server-error'],
  ['4: 503', { kind: 'status', status: 503 }, 'server-error'],
  ['8: a reset in mid-body', { kind: 'reset-mid-body' }, 'unreachable'],
]

describe.each(PASSING)('%s', (_title, fault, reason) => {
  test('is met with two repetitions; then it costs its field and no other', async () => {
    const app = await start()
    app.sandbox.inject({ provider: 'workos', ...fault })
    const answer = await app.query(BOTH)
    expect(failuresOf(answer)).toEqual([
      { path: 'organizations', code: 'UPSTREAM_UNAVAILABLE', provider: 'WORKOS', reason },
    ])
    expect(answer.data).toMatchObject({ organizations: null, other: { nodes: expect.any(Array) } })
    expect(callsTo(app)).toHaveLength(3)
  })

  test('costs nothing when it passes', async () => {
    const app = await start()
    app.sandbox.inject({ provider: 'workos', times: 2, ...fault })
    expect((await app.query(BOTH)).errors).toBeUndefined()
    expect(callsTo(app)).toHaveLength(3)
  })
})

const UNREADABLE: readonly (readonly [string, Omit<Fault, 'provider'>])[] = [
  ['9: malformed JSON', { kind: 'status', status: 200, body: '{"data":[{"name":"secret-word"' }],
  ['11: a page of HTML', { kind: 'html' }],
  [
    '11: JSON that is called a page of HTML',
    {
      kind: 'status',
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '{"data":[],"list_metadata":{"before":null,"after":"secret-word"}}',
    },
  ],
  ['12: a body of 100 MB', { kind: 'huge' }],
]

describe.each(UNREADABLE)('%s', (_title, fault) => {
  test('is an unreadable answer, of which nothing is told and nothing kept', async () => {
    const app = await start({ dirgraph: { cacheTtlSeconds: 30 } })
    app.sandbox.inject({ provider: 'workos', times: 1, ...fault })
    const answer = await app.query(BOTH)
    expect(failuresOf(answer)).toMatchObject([{ path: 'organizations', reason: 'bad-response' }])
    expect(JSON.stringify(answer.errors)).not.toMatch(/secret-word|stand by|xxx/)
    expect(answer.data?.other).not.toBeNull()
    expect(callsTo(app)).toHaveLength(1)
    expect((await app.query(ONE_LIST)).errors).toBeUndefined()
    expect(callsTo(app)).toHaveLength(2)
  })
})

// Known: the client keeps what is JSON before the adapter has seen whether it is a list.
test('9: JSON of another form is unreadable, and is not kept', async () => {
  const app = await start({ dirgraph: { cacheTtlSeconds: 30 } })
  app.sandbox.inject({ provider: 'workos', kind: 'status', status: 200, body: '{"data":"x"}', times: 1 })
  await app.query(ONE_LIST)
  expect((await app.query(ONE_LIST)).errors).toBeUndefined()
})

test('9: JSON of another form is unreadable, of which nothing is told', async () => {
  const app = await start()
  app.sandbox.inject({ provider: 'workos', kind: 'status', status: 200, body: '{"data":"secret-word"}' })
  const answer = await app.query(BOTH)
  expect(failuresOf(answer)).toMatchObject([{ path: 'organizations', reason: 'bad-response' }])
  expect(JSON.stringify(answer.errors)).not.toMatch(/secret-word/)
  expect(answer.data?.other).not.toBeNull()
})

test.each(['announced', 'in chunks', 'packed'])(
  '12: a whole list of more than 16 MiB, %s, is none',
  async how => {
    const list = { data: [], list_metadata: {}, padding: 'x'.repeat(17 * 1_048_576) }
    const app = await startRaw((_request, response) => {
      const body = JSON.stringify(list)
      const headers = { 'content-type': 'application/json' }
      if (how === 'announced') {
        response.writeHead(200, { ...headers, 'content-length': body.length }).end(body)
      } else if (how === 'in chunks') {
        response.writeHead(200, headers).end(body)
      } else {
        const packed = gzipSync(body)
        response
          .writeHead(200, { ...headers, 'content-encoding': 'gzip', 'content-length': packed.length })
          .end(packed)
      }
    })
    expect(failuresOf(await app.query(ONE_LIST))).toMatchObject([{ reason: 'bad-response' }])
    expect(app.server.requests).toHaveLength(1)
  },
)

test('12: bodies without end do not fill the memory', async () => {
  const app = await start()
  app.sandbox.inject({ provider: 'workos', kind: 'huge' })
  const before = process.memoryUsage().rss
  for (let size = 1; size <= 8; size += 1) {
    expect(failuresOf(await app.query(`{ ${organizations(size)} }`))).toMatchObject([
      { reason: 'bad-response' },
    ])
  }
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1_048_576)
})

test('6: a call that is never answered costs its field when the operation’s time is over', async () => {
  const app = await start({ dirgraph: { operationTimeoutMs: 400 } })
  app.sandbox.inject({ provider: 'workos', kind: 'hang' })
  const answer = await app.query(BOTH)
  expect(failuresOf(answer)).toMatchObject([{ path: 'organizations', reason: 'timeout' }])
  expect(answer.data?.other).not.toBeNull()
  expect(callsTo(app)).toHaveLength(1)
})

test('6: a chain of slow calls ends with the operation’s time, and keeps what has come', async () => {
  const app = await start({ dirgraph: { operationTimeoutMs: 2_000 }, latencyMs: 800 })
  const startedAt = performance.now()
  const answer = await app.query(
    '{ directories(first: 1, filter: { provider: WORKOS }) { nodes { name groups(first: 1) { nodes { name users(first: 1) { nodes { id } } } } } } }',
  )
  expect(performance.now() - startedAt).toBeLessThan(10_000)
  expect(failuresOf(answer)).toMatchObject([
    { path: 'directories.nodes.0.groups.nodes.0.users', reason: 'timeout' },
  ])
  expect(answer.data).toMatchObject({ directories: { nodes: [{ name: expect.any(String) }] } })
})

test('6: one attempt may take four seconds, though the operation had more', async () => {
  const app = await start()
  app.sandbox.inject({ provider: 'workos', kind: 'hang', times: 1 })
  const startedAt = performance.now()
  expect(failuresOf(await app.query(ONE_LIST))).toMatchObject([{ reason: 'timeout' }])
  expect(performance.now() - startedAt).toBeLessThan(10_000)
  expect((await app.query(ONE_LIST)).errors).toBeUndefined()
})

test('7: a body that comes drop by drop is given up, and the line with it', async () => {
  let isClosed = false
  const app = await startRaw(
    async (_request, response) => {
      response.on('close', () => {
        isClosed = true
      })
      response.writeHead(200, { 'content-type': 'application/json' })
      while (!response.destroyed) {
        response.write(' ')
        await wait(30)
      }
    },
    { operationTimeoutMs: 400 },
  )
  expect(failuresOf(await app.query(ONE_LIST))).toMatchObject([{ reason: 'timeout' }])
  await expect.poll(() => isClosed).toBe(true)
  expect(app.server.requests).toHaveLength(1)
})

test('an answer with another status than any of these is unreadable, and asked for once', async () => {
  const app = await startRaw((_request, response) => sendJson(response, {}, 418))
  expect(failuresOf(await app.query(ONE_LIST))).toMatchObject([{ reason: 'bad-response' }])
  expect(app.server.requests).toHaveLength(1)
})
