import { setTimeout as wait } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createCompositeProvider } from '../../src/providers/composite-provider.ts'
import { schema } from '../../src/schema/index.ts'
import { createServer } from '../../src/server/server.ts'
import { ANY_SERVER } from '../support/any-server.ts'
import { directoryId } from '../support/seeded-ids.ts'
import { type ServedApp, serveApp } from '../support/serve-app.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

let app: TestApp
afterEach(() => app.stop())

const DELETE = 'mutation($id: ID!) { deleteDirectory(input: { directoryId: $id }) { __typename } }'

/** Reads in three steps, one call under way at a time until the second is there; the first is the one that is slow. */
const THREE_STEPS =
  '{ directories(first: 5, filter: { provider: WORKOS }) { nodes { groups { nodes { users { nodes { id } } } } } } }'

describe('the server', () => {
  test('answers a query that comes by GET', async () => {
    app = await startApp()
    const headers = { 'x-graphql-yoga-csrf': '1' }
    const response = await app.dirgraph.fetch(
      new Request(`http://dirgraph.test/graphql?query={__typename}`, { headers }),
    )
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } })
  })

  test('does not carry out a mutation that comes by GET', async () => {
    app = await startApp()
    const url = new URL('http://dirgraph.test/graphql')
    url.searchParams.set('query', DELETE)
    url.searchParams.set('variables', JSON.stringify({ id: aDirectory() }))
    const response = await app.dirgraph.fetch(new Request(url))
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST')
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
    expect(app.sandbox.calls).toEqual([])
  })

  test.each([
    ['application/x-www-form-urlencoded', (query: string) => new URLSearchParams({ query }).toString()],
    ['text/plain', (query: string) => JSON.stringify({ query })],
    ['application/graphql', (query: string) => query],
    ['application/jsonp', (query: string) => JSON.stringify({ query })],
  ])('does not take an operation as %s, which any web page could post', async (type, toBody) => {
    app = await startApp()
    const mutation = DELETE.replace('($id: ID!)', '').replace('$id', `"${aDirectory()}"`)
    const response = await app.dirgraph.fetch(
      new Request('http://dirgraph.test/graphql', {
        method: 'POST',
        headers: { 'content-type': type, origin: 'https://evil.example' },
        body: toBody(mutation),
      }),
    )
    expect(response.status).toBe(415)
    expect(app.sandbox.calls).toEqual([])
  })

  test('takes JSON whatever parameters its type has, and tells no other origin that it may read the answer', async () => {
    app = await startApp()
    const response = await app.dirgraph.fetch(
      new Request('http://dirgraph.test/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', origin: 'https://evil.example' },
        body: '{"query":"{ __typename }"}',
      }),
    )
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })

  test.each(['PUT', 'DELETE', 'PATCH'])('answers %s with 405', async method => {
    app = await startApp()
    const response = await app.dirgraph.fetch(new Request('http://dirgraph.test/graphql', { method }))
    expect(response.status).toBe(405)
  })

  test.each(['/', '/graphql/x', '/metrics/x', '/admin'])('has nothing at %s', async path => {
    app = await startApp({ graphiql: true })
    const headers = { accept: 'text/html' }
    const response = await app.dirgraph.fetch(new Request(`http://dirgraph.test${path}`, { headers }))
    expect(response.status).toBe(404)
  })
})

describe('a caller who goes away', () => {
  test('ends the upstream call that is under way, and those to come are not made', async () => {
    app = await startApp()
    const leaving = new AbortController()
    const first = await beginSlowly(signal => app.dirgraph.fetch(post(THREE_STEPS, signal)), leaving)
    await afterTheDelay()
    expect(first.status).toBeNull()
    expect(app.sandbox.calls).toEqual([first])
  })

  test('does so over a real connection too', async () => {
    const served: ServedApp = await serveApp()
    app = served
    const leaving = new AbortController()
    const send = (signal: AbortSignal) => fetch(new Request(served.url, post(THREE_STEPS, signal)))
    const first = await beginSlowly(send, leaving)
    await afterTheDelay()
    expect(first.status).toBeNull()
    expect(app.sandbox.calls).toEqual([first])
  })
})

describe('stop', () => {
  test('ends what is under way, and from then on nothing is answered', async () => {
    app = await startApp()
    app.sandbox.inject({ provider: 'workos', kind: 'hang' })
    const pending = app.query('{ organizations(filter: { provider: WORKOS }) { nodes { id } } }')
    await vi.waitFor(() => expect(app.sandbox.calls).toHaveLength(1))
    await app.dirgraph.stop()
    expect(await pending).toMatchObject({ data: { organizations: null } })
    for (const path of ['/graphql?query={__typename}', '/health', '/ready']) {
      const response = await app.dirgraph.fetch(new Request(`http://dirgraph.test${path}`))
      expect(response.status).toBe(503)
    }
    expect(app.sandbox.calls).toHaveLength(1)
  })

  test('leaves a line for what is refused after it, with its code', async () => {
    app = await startApp()
    const lines: string[] = []
    const log = pino({ level: 'info' }, { write: line => lines.push(line) })
    const server = createServer({ ...ANY_SERVER, schema, provider: createCompositeProvider(new Map()), log })
    await server.stop()
    const headers = { 'x-request-id': 'late' }
    await server.fetch(new Request('http://dirgraph.test/graphql', { headers }))
    const codes = ['UPSTREAM_UNAVAILABLE']
    expect(lines.map(line => JSON.parse(line))).toMatchObject([
      { level: 30, requestId: 'late', msg: 'operation refused', outcome: 'failed', codes, status: 503 },
    ])
  })

  test('says at the console what to do where nobody has built it', async () => {
    app = await startApp()
    const log = pino({ level: 'silent' })
    const provider = createCompositeProvider(new Map())
    const server = createServer({ ...ANY_SERVER, console: { files: null }, schema, provider, log })
    const response = await server.fetch(new Request('http://dirgraph.test/console'))
    expect([response.status, await response.text()]).toEqual([
      503,
      'The console is not built. Run `npm run console` in the folder of dirgraph, then start dirgraph again.\n',
    ])
    await server.stop()
  })

  test('may be asked for twice', async () => {
    app = await startApp()
    await app.dirgraph.stop()
    await expect(app.dirgraph.stop()).resolves.toBeUndefined()
  })
})

const DELAY_MS = 400

/** Sends an operation whose first upstream call is slow, and goes away while it waits. */
async function beginSlowly(send: (signal: AbortSignal) => Promise<Response>, leaving: AbortController) {
  app.sandbox.inject({ provider: 'workos', kind: 'delay', delayMs: DELAY_MS })
  const answer = send(leaving.signal).catch((reason: unknown) => reason)
  await vi.waitFor(() => expect(app.sandbox.calls).toHaveLength(1))
  leaving.abort()
  await answer
  const [first] = app.sandbox.calls
  if (first === undefined) throw new Error('nothing was called')
  return first
}

/** By then the slow call has been answered, if anybody was there to take the answer, and the next ones were made. */
function afterTheDelay(): Promise<void> {
  return wait(DELAY_MS * 2)
}

function post(query: string, signal: AbortSignal): Request {
  return new Request('http://dirgraph.test/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    signal,
  })
}

function aDirectory(): string {
  return directoryId(app.sandbox, app.sandbox.data.known.workosSmallDirectoryId)
}
