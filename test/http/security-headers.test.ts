import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/start-app.ts'

const API_POLICY = "default-src 'none'; frame-ancestors 'none'"
const JSON_TYPE = { 'content-type': 'application/json' }
const ADMIN = { authorization: 'Bearer admin-token' }
const CSRF = { 'x-graphql-yoga-csrf': '1' }

let app: TestApp
beforeAll(async () => {
  app = await startApp({ graphiql: true, dirgraph: { adminToken: 'admin-token' } })
})
afterAll(() => app.stop())

const ANSWERS: [string, number, string, RequestInit][] = [
  [
    'data',
    200,
    '/graphql',
    { method: 'POST', headers: { ...JSON_TYPE, ...ADMIN }, body: '{"query":"{ __typename }"}' },
  ],
  [
    'a stream',
    200,
    '/graphql',
    {
      method: 'POST',
      headers: { ...JSON_TYPE, ...ADMIN, accept: 'text/event-stream' },
      body: '{"query":"{ __typename }"}',
    },
  ],
  [
    'a mistake',
    200,
    '/graphql',
    { method: 'POST', headers: { ...JSON_TYPE, ...ADMIN }, body: '{"query":"{"}' },
  ],
  [
    'a missing token',
    401,
    '/graphql',
    { method: 'POST', headers: JSON_TYPE, body: '{"query":"{ __typename }"}' },
  ],
  ['a missing preflight', 403, '/graphql?query={__typename}', { headers: ADMIN }],
  ['a missing path', 404, '/nowhere', {}],
  ['a wrong method', 405, '/graphql', { method: 'DELETE' }],
  ['a mutation by GET', 405, '/graphql?query=mutation{x}', { headers: CSRF }],
  ['a type that is not acceptable', 406, '/graphql', { headers: { ...CSRF, accept: 'image/png' } }],
  [
    'a body that is too large',
    413,
    '/graphql',
    { method: 'POST', headers: { ...JSON_TYPE, ...ADMIN }, body: ' '.repeat(300_000) },
  ],
  ['a form', 415, '/graphql', { method: 'POST', body: new URLSearchParams({ query: '{ __typename }' }) }],
  ['a preflight', 204, '/graphql', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } }],
  ['health', 200, '/health', {}],
  ['readiness', 200, '/ready', {}],
]

describe('an answer', () => {
  test.each(ANSWERS)(
    'about %s (%i) is no page, is not to be guessed at, framed, kept or referred to',
    async (_what, status, path, init) => {
      const response = await app.dirgraph.fetch(new Request(`http://dirgraph.test${path}`, init))
      expect(response.status).toBe(status)
      expectHeaders(response.headers, API_POLICY)
      await response.text()
    },
  )

  test('with GraphiQL’s page may run what it was served with, and be framed by nobody', async () => {
    const headers = { accept: 'text/html' }
    const response = await app.dirgraph.fetch(new Request('http://dirgraph.test/graphql', { headers }))
    expect(response.status).toBe(200)
    expectHeaders(response.headers, response.headers.get('content-security-policy') ?? '')
    const policy = Object.fromEntries(
      (response.headers.get('content-security-policy') ?? '').split('; ').map(directive => {
        const [name, ...sources] = directive.split(' ')
        return [name, sources.join(' ')]
      }),
    )
    expect(policy).toEqual({
      'default-src': "'none'",
      'script-src': expect.stringMatching(/^'sha256-[\w+/]{43}='$/),
      'worker-src': 'blob:',
      'style-src': "'unsafe-inline'",
      'img-src': 'data:',
      'font-src': 'data:',
      'connect-src': "'self'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    })
  })

  test('of a server that has stopped is one like all others', async () => {
    const stopped = await startApp()
    await stopped.stop()
    const response = await stopped.dirgraph.fetch(new Request('http://dirgraph.test/graphql'))
    expect(response.status).toBe(503)
    expectHeaders(response.headers, API_POLICY)
  })
})

function expectHeaders(headers: Headers, policy: string): void {
  expect(headers.get('content-security-policy')).toBe(policy)
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('referrer-policy')).toBe('no-referrer')
  expect(headers.get('cache-control')).toMatch(/^no-(store|cache)$/)
  expect(headers.get('access-control-allow-origin')).toBeNull()
  expect(headers.get('server')).toBeNull()
  expect(headers.get('x-powered-by')).toBeNull()
}
