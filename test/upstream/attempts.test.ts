import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, onTestFinished, test } from 'vitest'
import { makeAttempts } from '../../src/upstream/attempts.ts'
import { createWholeFetch, type UpstreamFetch, type UpstreamInit } from '../../src/upstream/fetch-whole.ts'
import { createPooledFetch } from '../../src/upstream/pooled-fetch.ts'
import { startServer } from './start-server.ts'

const PLAIN: Omit<UpstreamInit, 'signal'> = {
  method: 'GET',
  headers: {},
  body: null,
  redirect: 'manual',
  credentials: 'omit',
}
const FETCHES: readonly (readonly [string, UpstreamFetch])[] = [
  ['undici', createPooledFetch()],
  ['the platform', fetch],
]

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}

test.each(FETCHES)('who leaves ends a second attempt as well, sent by %s', async (_name, fetch) => {
  const second = Promise.withResolvers<{ readonly isClosed: Promise<unknown> }>()
  const server = await startServer((_request, response) => {
    if (server.requests.length === 1) response.writeHead(500).end()
    else second.resolve({ isClosed: once(response, 'close') })
  })
  onTestFinished(() => server.stop())
  const wholeFetch = createWholeFetch(fetch, 1_000)
  const caller = new AbortController()
  const answer = makeAttempts({
    url: server.url,
    method: 'get',
    attempt: signal => wholeFetch(server.url, { ...PLAIN, signal }, () => {}),
    signal: caller.signal,
    timeoutMs: () => 4_000,
    accepts: status => status === 200,
    persistence: () => ({ retry: { limit: 1, delay: () => 1 } }),
  })
  const { isClosed } = await second.promise
  collectGarbage()
  await setTimeout(10)
  caller.abort()
  await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
  await isClosed
})
