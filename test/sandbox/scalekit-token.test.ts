import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { requestScalekit, requestToken } from './sandbox-requests.ts'

let sandbox: Sandbox

beforeEach(async () => {
  sandbox = await startSandbox()
})

afterEach(() => sandbox.stop())

describe('the token endpoint', () => {
  test('gives a three-part token for the right credentials', async () => {
    const { status, headers, body } = await requestToken(sandbox)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-cache, no-store')
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 86_399, scope: 'openid' })
    expect(body.access_token.split('.')).toHaveLength(3)
  })

  test('refuses wrong credentials, another grant, and a body in JSON', async () => {
    const wrong = await requestToken(sandbox, { client_secret: 'wrong' })
    expect([wrong.status, wrong.body]).toMatchObject([401, { error: 'invalid_client' }])
    const grant = await requestToken(sandbox, { grant_type: 'password' })
    expect([grant.status, grant.body]).toMatchObject([400, { error: 'unsupported_grant_type' }])
    const { environmentUrl, clientId, clientSecret } = sandbox.scalekit
    const json = await fetch(`${environmentUrl}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
      }),
    })
    expect(json.status).toBe(400)
  })

  test('states the underflow once seen, when told to', async () => {
    sandbox.data.quirks.expiresInUnderflow = true
    expect((await requestToken(sandbox)).text).toContain('"expires_in":18446744064486179580')
  })

  test('hands out tokens that end, by age or by revocation', async () => {
    const brief = await startSandbox({ tokenTtlSeconds: 0.2 })
    const { access_token } = (await requestToken(brief)).body
    const headers = { authorization: `Bearer ${access_token}` }
    const call = () => requestScalekit<unknown>(brief, '/api/v1/organizations', { headers })
    expect((await call()).status).toBe(200)
    await wait(250)
    expect(await call()).toMatchObject({ status: 401, body: { code: 16 } })
    await brief.stop()

    const other = { authorization: `Bearer ${(await requestToken(sandbox)).body.access_token}` }
    sandbox.data.scalekit.tokens.clear()
    expect(await requestScalekit(sandbox, '/api/v1/organizations', { headers: other })).toMatchObject({
      status: 401,
      body: { code: 16 },
    })
  })
})
