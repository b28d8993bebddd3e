import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
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
  expect(await response.json()).toEqual(expected)
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
