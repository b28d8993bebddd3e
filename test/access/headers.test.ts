import { describe, expect, test } from 'vitest'
import { ADMIN_TOKEN } from './start-guarded-app.ts'
import { idsOf, meet, PROVIDERS } from './tenants.ts'

/** What a caller, or a proxy in front, could send. */
const FROM_CALLER = {
  cookie: 'session=from-caller',
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-host': 'from-caller.example',
  forwarded: 'for=203.0.113.7;host=from-caller.example',
  'x-real-ip': '203.0.113.7',
  'x-request-id': 'from-caller',
  'user-agent': 'from-caller',
  origin: 'https://from-caller.example',
  referer: 'https://from-caller.example/page',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'proxy-authorization': 'Basic from-caller',
  'x-api-key': 'from-caller',
  'idempotency-key': 'from-caller',
  'accept-language': 'from-caller',
}

/** What a provider is sent: what HTTP needs, and the provider's own credential. */
const TO_PROVIDER = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'host',
  'sec-fetch-mode',
  'user-agent',
])

/** What a client is sent. */
const TO_CLIENT = new Set([
  'cache-control',
  'content-length',
  'content-security-policy',
  'content-type',
  'referrer-policy',
  'vary',
  'x-content-type-options',
  'x-request-id',
])

describe.for(PROVIDERS)('at %s', provider => {
  test('no header of the caller goes on to the provider', async () => {
    const { app, me, mine } = await meet(provider)
    const { Directory } = idsOf(mine)
    const query = `{ directory(by: { id: "${Directory}" }) { name users(first: 1) { nodes { email } } } }`
    const mutation = `mutation { deleteDirectory(input: { directoryId: "${Directory}" }) { __typename } }`
    await app.post({ query }, { ...FROM_CALLER, ...me })
    await app.post({ query: mutation }, { ...FROM_CALLER, ...me })
    const { calls } = app.sandbox
    expect(calls.length).toBeGreaterThan(2)
    expect(
      calls.flatMap(({ headers }) => Object.keys(headers)).filter(name => !TO_PROVIDER.has(name)),
    ).toEqual([])
    const sent = JSON.stringify(calls)
    for (const text of [
      'from-caller',
      '203.0.113.7',
      me.authorization ?? '',
      ADMIN_TOKEN,
      '0af7651916cd43dd',
    ]) {
      expect(sent).not.toContain(text)
    }
  })

  test('no header of the provider comes back to the client', async () => {
    const { app, me, mine } = await meet(provider)
    const query = `{ directory(by: { id: "${idsOf(mine).Directory}" }) { id name } }`
    const whole = await app.post({ query }, me)
    for (const status of [200, 404, 429, 500]) {
      app.sandbox.inject({
        provider,
        path: /directories/,
        kind: 'status',
        status,
        headers: {
          'set-cookie': 'session=from-provider',
          server: 'from-provider',
          'x-request-id': 'from-provider',
          'access-control-allow-origin': '*',
          'retry-after': '3600',
          'x-ratelimit-remaining': '7',
          etag: '"from-provider"',
          link: '<https://from-provider.example>; rel=preload',
        },
        body: '{"message":"from-provider"}',
      })
      const { headers, text } = await app.post({ query }, me)
      expect([...headers.keys()].filter(name => !TO_CLIENT.has(name))).toEqual([])
      expect(headers.get('x-request-id')).toBe('test')
      expect(text).not.toContain('from-provider')
      app.sandbox.clearFaults()
    }
    expect([...whole.headers.keys()].filter(name => !TO_CLIENT.has(name))).toEqual([])
    expect(JSON.parse(whole.text).data.directory.name).toBe(mine.directoryName)
  })
})
