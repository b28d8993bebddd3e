import { auditServer } from 'graphql-http'
import { afterEach, describe, expect, test } from 'vitest'
import { type ServedApp, serveApp } from '../support/serve-app.ts'
import type { TestAppSettings } from '../support/start-app.ts'

/** As many as the suite has; fewer would mean that some were not run. */
const AUDITS = 61

const SANDBOX: TestAppSettings = { graphiql: true, dirgraph: { reportCost: true } }
const PRODUCTION: TestAppSettings = {
  dirgraph: {
    adminToken: 'admin-token',
    allowedOrigins: ['https://app.example.com'],
    persistedDocuments: { documents: { id: '{ __typename }' }, mode: 'only' },
    cacheTtlSeconds: 30,
  },
}

let app: ServedApp
afterEach(() => app.stop())

/** What the suite finds, sent with these headers besides its own. */
async function audit(settings: TestAppSettings, headers: Readonly<Record<string, string>>) {
  app = await serveApp(settings)
  const fetchFn = (url: string, init: RequestInit = {}) => {
    const all = new Headers(init.headers)
    for (const [name, value] of Object.entries(headers)) all.set(name, value)
    return fetch(url, { ...init, headers: all })
  }
  const results = await auditServer({ url: app.url, fetchFn })
  expect(results).toHaveLength(AUDITS)
  return results.flatMap(result =>
    result.status === 'ok' ? [] : [`${result.status} ${result.id}: ${result.name}: ${result.reason}`],
  )
}

const CSRF = { 'x-graphql-yoga-csrf': '1' }
const ADMIN = { authorization: 'Bearer admin-token' }

describe('the audits of GraphQL over HTTP', () => {
  test.each([
    ['in the sandbox', SANDBOX, CSRF],
    ['in production', PRODUCTION, { ...CSRF, ...ADMIN }],
  ])('find nothing %s', async (_where, settings, headers) => {
    expect(await audit(settings, headers)).toEqual([])
  })

  test.each([
    ['in the sandbox', SANDBOX, {}],
    ['in production', PRODUCTION, ADMIN],
  ])('notice %s no more than that a GET needs a header', async (_where, settings, headers) => {
    const found = await audit(settings, headers)
    expect(found.map(line => line.slice(0, 'notice 5A70'.length)).sort()).toEqual([
      'notice 5A70',
      'notice 6A70',
      'notice D6D5',
    ])
  })
})
