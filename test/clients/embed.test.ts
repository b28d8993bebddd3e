import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServerAdapter } from '@whatwg-node/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHttpServer, createRoute } from '../../examples/embed.ts'
import { createDirgraph, type DirgraphSettings } from '../../src/app.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'

const query = '{ organizations(first: 1) { nodes { name } } }'
const expected = { data: { organizations: { nodes: [{ name: 'Nimbus Freight' }] } } }
const post = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ query }),
}

let sandbox: Sandbox
let settings: DirgraphSettings
beforeAll(async () => {
  sandbox = await startSandbox()
  settings = {
    workos: { apiKey: sandbox.workos.apiKey, apiUrl: sandbox.workos.url },
    scalekit: sandbox.scalekit,
    logLevel: 'silent',
  }
})
afterAll(() => sandbox.stop())

test('a route that takes a Request answers with data', async () => {
  const { POST } = createRoute(settings)
  const response = await POST(new Request('https://app.example/graphql', post))
  // Next.js takes nothing but the platform's own Response.
  expect(response).toBeInstanceOf(Response)
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(await response.json()).toEqual(expected)
})

test('a stand-in Request is answered with its own kind, which needs no stream to be written', async () => {
  const { fetch: answer, stop } = createDirgraph(settings)
  const kinds: boolean[] = []
  const adapter = createServerAdapter(async (request: Request) => {
    const response = await answer(request)
    kinds.push(request instanceof Request, response instanceof Response)
    return response
  })
  const server = createServer(adapter).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, post)
  expect(await response.json()).toEqual(expected)
  expect(kinds).toEqual([false, false])
  server.close()
  await stop()
})

test('a server of node:http answers on /graphql beside its own paths', async () => {
  const server = createHttpServer(settings).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const posted = await fetch(`${origin}/graphql`, post)
  expect(await posted.json()).toEqual(expected)
  const headers = { 'apollo-require-preflight': 'true' }
  const got = await fetch(`${origin}/graphql?query=${encodeURIComponent(query)}`, { headers })
  expect(await got.json()).toEqual(expected)
  expect((await fetch(`${origin}/elsewhere`)).status).toBe(404)

  server.closeAllConnections()
  server.close()
})

test('no provider at all is refused in plain words', () => {
  expect(() => createDirgraph({})).toThrow(
    new TypeError('createDirgraph needs `workos`, `scalekit` or both.'),
  )
})

test.each(['localhost:6379', 'https://localhost', 'redis://:secret@localhost?db=1'])(
  'an address of Redis that is none is refused, and not shown: %s',
  redisUrl => {
    expect(() => createDirgraph({ workos: { apiKey: 'sk_x' }, redisUrl })).toThrow(
      new TypeError('`redisUrl` has to be a redis:// or rediss:// URL.'),
    )
  },
)

test.each([
  ['can not be parsed', 'query {'],
  ['asks for what there is not', '{ organisations { nodes { id } } }'],
])('a persisted document that %s is refused by its id', (_what, document) => {
  const persistedDocuments = { documents: { good: '{ __typename }', wrong: document }, mode: 'only' as const }
  expect(() => createDirgraph({ workos: { apiKey: 'sk_x' }, persistedDocuments })).toThrow(
    /^The persisted document `wrong` can not be run: /,
  )
})
