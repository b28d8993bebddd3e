import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeAttempts } from '../../src/upstream/attempts.ts'
import { createWholeFetch, type UpstreamFetch } from '../../src/upstream/fetch-whole.ts'
import { createPooledFetch } from '../../src/upstream/pooled-fetch.ts'
import { PLAIN_GET } from './plain-get.ts'
import { startServer } from './start-server.ts'

const FETCHES: readonly (readonly [string, UpstreamFetch])[] = [
  ['undici', createPooledFetch()],
  ['the platform', fetch],
]

/** As it happens by itself sooner or later. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}

/** A server that fails at first and then says nothing, and an attempt at it by that. */
async function start(fetch: UpstreamFetch) {
  const second = Promise.withResolvers<{ readonly isClosed: Promise<unknown> }>()
  const server = await startServer((_request, response) => {
    if (server.requests.length === 1) response.writeHead(500).end()
    else second.resolve({ isClosed: once(response, 'close') })
  })
  onTestFinished(() => server.stop())
  const wholeFetch = createWholeFetch(fetch, 1_000)
  const attempt = (timeoutMs: number, signal: AbortSignal) =>
    makeAttempts({
      url: server.url,
      method: 'get',
      attempt: signal => wholeFetch(server.url, { ...PLAIN_GET, signal }, () => {}),
      signal,
      timeoutMs: () => timeoutMs,
      accepts: status => status === 200,
      persistence: () => ({ timeout: false, retry: { limit: 1, delay: () => 1 } }),
    })
  return { second: second.promise, attempt }
}

describe.each(FETCHES)('a second attempt, sent by %s', (_name, fetch) => {
  test('ends when its caller leaves, whatever was collected meanwhile', async () => {
    const { second, attempt } = await start(fetch)
    const caller = new AbortController()
    const answer = attempt(4_000, caller.signal)
    const { isClosed } = await second
    collectGarbage()
    await setTimeout(10)
    caller.abort()
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
    await isClosed
  }, 2_000)

  test('has as long as the first', async () => {
    const { second, attempt } = await start(fetch)
    const answer = attempt(100, PLAIN_GET.signal)
    answer.catch(() => {})
    const { isClosed } = await second
    collectGarbage()
    await expect(answer).rejects.toMatchObject({ name: 'TimeoutError' })
    await isClosed
  }, 2_000)
})
