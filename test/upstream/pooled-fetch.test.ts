import { once } from 'node:events'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { createWholeFetch, OversizedBodyError, type UpstreamInit } from '../../src/upstream/fetch-whole.ts'
import { createPooledFetch } from '../../src/upstream/pooled-fetch.ts'
import { PLAIN_GET } from './plain-get.ts'
import { startServer } from './start-server.ts'

const MAX_BYTES = 1_000

async function start(answer: Parameters<typeof startServer>[0]) {
  const server = await startServer(answer)
  onTestFinished(() => server.stop())
  const wholeFetch = createWholeFetch(createPooledFetch(), MAX_BYTES)
  return {
    server,
    fetch: (init: Partial<UpstreamInit> = {}) =>
      wholeFetch(`${server.url}/path?a=1`, { ...PLAIN_GET, ...init }, () => {}),
  }
}

test('sends method, headers and body, and gives status, headers and text', async () => {
  const { server, fetch } = await start((_request, response) => {
    response.writeHead(201, 'Made', { 'content-type': 'application/json' }).end('{"ä":1}')
  })
  const answer = await fetch({ method: 'POST', headers: { 'x-one': 'two' }, body: '{"ü":2}' })
  expect([answer.status, answer.statusText, answer.text]).toEqual([201, 'Made', '{"ä":1}'])
  expect(answer.headers.get('content-type')).toBe('application/json')
  expect(server.requests).toMatchObject([
    { method: 'POST', path: '/path', headers: { 'x-one': 'two' }, body: '{"ü":2}' },
  ])
})

test('follows no redirect', async () => {
  const { server, fetch } = await start((_request, response) => {
    response.writeHead(302, { location: '/elsewhere' }).end()
  })
  expect((await fetch()).status).toBe(302)
  expect(server.requests).toHaveLength(1)
})

test('unpacks what it has said that it can unpack', async () => {
  const { server, fetch } = await start((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('packed'))
  })
  expect((await fetch()).text).toBe('packed')
  expect(server.requests[0]?.headers['accept-encoding']).toBe('gzip')
})

test('unpacks no more than an answer may have', async () => {
  const { fetch } = await start((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(MAX_BYTES + 1)))
  })
  await expect(fetch()).rejects.toThrow(OversizedBodyError)
})

test.each([
  ['a length that it names', { 'content-length': MAX_BYTES + 1 }],
  ['no length', {}],
])('reads no more than an answer may have, with %s', async (_what, headers) => {
  const { fetch } = await start((_request, response) => {
    response.writeHead(200, headers).end('x'.repeat(MAX_BYTES + 1))
  })
  await expect(fetch()).rejects.toThrow(OversizedBodyError)
})

test('gives up a body without end once it is longer than an answer may be', async () => {
  const { fetch } = await start((_request, response) => {
    response.writeHead(200).write('x'.repeat(MAX_BYTES))
    const timer = setInterval(() => response.write('x'), 5)
    response.on('close', () => clearInterval(timer))
  })
  await expect(fetch()).rejects.toThrow(OversizedBodyError)
}, 2_000)

test('puts together what comes in parts, in the middle of a character too', async () => {
  const bytes = Buffer.from('grün')
  const { fetch } = await start(async (_request, response) => {
    response.writeHead(200).write(bytes.subarray(0, 3))
    await setTimeout(20)
    response.end(bytes.subarray(3))
  })
  expect((await fetch()).text).toBe('grün')
})

test.each([200, 204])('takes nothing for nothing, though it is said to be packed (%i)', async status => {
  const { fetch } = await start((_request, response) => {
    response.writeHead(status, { 'content-encoding': 'gzip' }).end()
  })
  expect(await fetch()).toMatchObject({ status, text: '' })
})

test.each([
  ['is broken', (packed: Buffer) => packed.fill(0, 12, 16)],
  ['ends too early', (packed: Buffer) => packed.subarray(0, -10)],
])('takes a packed answer that %s for a failure of the network', async (_what, damage) => {
  const { fetch } = await start((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(damage(gzipSync('packed '.repeat(20))))
  })
  await expect(fetch()).rejects.toThrow(new TypeError('fetch failed'))
})

test.each([
  ['before an answer', () => {}],
  [
    'in the middle of one',
    (response: { writeHead(status: number): { write(text: string): unknown } }) =>
      response.writeHead(200).write('be'),
  ],
])('ends with the reason of whoever calls it off %s', async (_when, begin) => {
  const caller = new AbortController()
  const { fetch } = await start((_request, response) => {
    begin(response)
    setTimeout(20).then(() => caller.abort())
  })
  await expect(fetch({ signal: caller.signal })).rejects.toMatchObject({ name: 'AbortError' })
})

test.each([
  ['leaves', false],
  ['has left', true],
])(
  'lets go at once of whoever %s while the connection is not there yet',
  async (_who, isGone) => {
    // Takes connections and says nothing: TLS never begins.
    const silent = createTcpServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    onTestFinished(() => void silent.close())
    const wholeFetch = createWholeFetch(createPooledFetch(), MAX_BYTES)
    const caller = new AbortController()
    const { port } = silent.address() as AddressInfo
    if (isGone) caller.abort()
    const pending = wholeFetch(
      `https://127.0.0.1:${port}/`,
      { ...PLAIN_GET, signal: caller.signal },
      () => {},
    )
    pending.catch(() => {})
    await setTimeout(20)
    caller.abort()
    await expect(pending).rejects.toMatchObject({ name: 'AbortError' })
  },
  2_000,
)

test.each([
  ['has left', true],
  ['leaves while it connects', false],
])('asks nothing for whoever %s', async (_who, isGone) => {
  const { server, fetch } = await start((_request, response) => response.end())
  const caller = new AbortController()
  if (isGone) caller.abort()
  const pending = fetch({ signal: caller.signal })
  caller.abort()
  await expect(pending).rejects.toMatchObject({ name: 'AbortError' })
  await setTimeout(50)
  expect(server.requests).toEqual([])
})

test('tells a failure of the network in the words of fetch', async () => {
  const { fetch } = await start((_request, response) => response.destroy())
  await expect(fetch()).rejects.toThrow(new TypeError('fetch failed'))
})
