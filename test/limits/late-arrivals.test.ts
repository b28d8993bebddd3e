import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLogger } from '../../src/telemetry/logger.ts'
import { createBudget } from '../../src/upstream/budget.ts'
import { createUpstreamClient, type UpstreamClient } from '../../src/upstream/upstream-client.ts'
import { anyCall } from '../support/any-call.ts'

const LIMIT = { limit: 4, windowMs: 1_000 }
/** What a cold connection needs before its first request is through. */
const COLD_MS = 400

let strict: Awaited<ReturnType<typeof startStrictServer>>

beforeEach(async () => {
  strict = await startStrictServer()
})
afterEach(() => strict.stop())

/** Counts strictly, by arrival, and answers 429 to what is too much. Nothing arrives on a new connection for a while. */
async function startStrictServer() {
  const arrivals: number[] = []
  const statuses: number[] = []
  const sockets: Socket[] = []
  const http = createServer((_request, response) => {
    const nowMs = performance.now()
    const isTooMuch = arrivals.filter(atMs => atMs > nowMs - LIMIT.windowMs).length >= LIMIT.limit
    if (!isTooMuch) arrivals.push(nowMs)
    const status = isTooMuch ? 429 : 200
    statuses.push(status)
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
  })
  const tcp = createTcpServer({ pauseOnConnect: true }, socket => {
    sockets.push(socket)
    setTimeout(() => {
      http.emit('connection', socket)
      socket.resume()
    }, COLD_MS)
  })
  await new Promise<void>(resolve => tcp.listen(0, '127.0.0.1', resolve))
  const { port } = tcp.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    statuses,
    stop: () =>
      new Promise<void>(resolve => {
        tcp.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function open(baseUrl: string): UpstreamClient {
  return createUpstreamClient({
    provider: 'workos',
    baseUrl,
    authorization: null,
    budget: createBudget({ provider: 'workos', total: { limit: 1_000, windowMs: 1_000 }, perScope: LIMIT }),
    cacheTtlMs: 0,
    fetch,
    log: createLogger('silent'),
  })
}

/** Distinct reads of one directory, so that no two of them are one call. */
const read = (client: UpstreamClient, count: number, from = 0) =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      client.send(
        { method: 'get', path: 'directory_users', query: { page: from + index }, scope: 'one' },
        anyCall(),
      ),
    ),
  )

describe('against a provider that counts arrivals', () => {
  test('requests on cold connections leave the next ones, on warm connections, their room', async () => {
    const client = open(strict.url)
    await read(client, 12)
    expect(strict.statuses).toEqual(Array.from({ length: 12 }, () => 200))
  })

  test('so do requests that a busy process sends late', async () => {
    const client = open(strict.url)
    await read(client, 1)
    const late = read(client, 3, 1)
    // Let go, and then not sent while the loop is busy.
    await new Promise(resolve => process.nextTick(resolve))
    const untilMs = performance.now() + COLD_MS
    while (performance.now() < untilMs);
    await Promise.all([late, read(client, 8, 4)])
    expect(strict.statuses).toEqual(Array.from({ length: 12 }, () => 200))
  })
})
