import { createHmac } from 'node:crypto'
import { exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { ask, encode, seconds, tokenOf } from './ask-with-token.ts'
import { ADMIN, ADMIN_TOKEN, bearer, type GuardedApp, startGuardedApp } from './start-guarded-app.ts'

/** Each kind of token that is no good, and what is said of it. */
const BAD_TOKENS: Record<string, { token: (app: GuardedApp) => string | Promise<string>; says: RegExp }> = {
  'that has expired': { token: app => tokenOf(app, { exp: seconds(-60) }), says: /expired/ },
  'that is not valid yet': { token: app => tokenOf(app, { nbf: seconds(60) }), says: /`nbf`/ },
  'with another audience': { token: app => tokenOf(app, { aud: 'somebody-else' }), says: /`aud`/ },
  'without an audience': { token: app => tokenOf(app, { aud: null }), says: /`aud`/ },
  'of another issuer': { token: app => tokenOf(app, { iss: 'https://other.test/' }), says: /`iss`/ },
  'of an issuer that differs in its last slash': {
    token: app => tokenOf(app, { iss: app.issuer.issuer.replace(/\/$/, '') }),
    says: /`iss`/,
  },
  'without an issuer': { token: app => tokenOf(app, { iss: null }), says: /`iss`/ },
  'without a subject': { token: app => tokenOf(app, { sub: null }), says: /`sub`/ },
  'whose subject is empty': { token: app => tokenOf(app, { sub: '' }), says: /`sub`/ },
  'whose subject is no text': { token: app => tokenOf(app, { sub: { id: 1 } }), says: /`sub`/ },
  'that never ends': { token: app => tokenOf(app, { exp: null }), says: /`exp`/ },
  'whose end is no number': { token: app => tokenOf(app, { exp: 'tomorrow' }), says: /not (one|what)/ },
  'without an organization': { token: app => tokenOf(app, { org_id: null }), says: /`org_id`/ },
  'whose organization is no id': { token: app => tokenOf(app, { org_id: '../admin' }), says: /`org_id`/ },
  'whose organization stands for any': { token: app => tokenOf(app, { org_id: '*' }), says: /`org_id`/ },
  'whose organization stands for none': { token: app => tokenOf(app, { org_id: '-' }), says: /`org_id`/ },
  'whose organization is empty': { token: app => tokenOf(app, { org_id: '' }), says: /`org_id`/ },
  'with many organizations': {
    token: app => tokenOf(app, { org_id: [app.sandbox.data.known.workosOrganizationId] }),
    says: /`org_id`/,
  },
  'with a path for an organization': {
    token: app => tokenOf(app, { org_id: `${app.sandbox.data.known.workosOrganizationId}:x` }),
    says: /`org_id`/,
  },
  'that is unsigned': {
    token: async app => {
      const [, payload = ''] = (await tokenOf(app)).split('.')
      return new UnsecuredJWT(JSON.parse(Buffer.from(payload, 'base64url').toString())).encode()
    },
    says: /not one/,
  },
  'that is unsigned and names a key': {
    token: async app => {
      const [, payload] = (await tokenOf(app)).split('.')
      return `${encode({ alg: 'none', kid: '0' })}.${payload}.`
    },
    says: /not one/,
  },
  'signed with the public key as a shared secret': {
    token: async app => {
      const [, payload] = (await tokenOf(app)).split('.')
      const signed = `${encode({ alg: 'HS256', kid: '0' })}.${payload}`
      const secret = await exportSPKI(app.issuer.publicKey())
      return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
    },
    says: /not one/,
  },
  'signed by somebody else under the name of the issuer’s key': {
    token: async app => {
      const { privateKey } = await generateKeyPair('RS256')
      const [, payload = ''] = (await tokenOf(app)).split('.')
      return new SignJWT(JSON.parse(Buffer.from(payload, 'base64url').toString()))
        .setProtectedHeader({ alg: 'RS256', kid: '0' })
        .sign(privateKey)
    },
    says: /not one/,
  },
  'with a key of its own in its header': {
    token: async app => {
      const { privateKey } = await generateKeyPair('RS256')
      const [, payload = ''] = (await tokenOf(app)).split('.')
      return new SignJWT(JSON.parse(Buffer.from(payload, 'base64url').toString()))
        .setProtectedHeader({ alg: 'RS256', kid: '0', jku: app.issuer.jwksUrl, x5u: 'https://other.test' })
        .sign(privateKey)
    },
    says: /not one/,
  },
  'whose claims were changed': {
    token: async app => {
      const [header, payload = '', signature] = (await tokenOf(app)).split('.')
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
      const org_id = app.sandbox.data.known.workosTwoDirectoriesOrganizationId
      return `${header}.${encode({ ...claims, org_id })}.${signature}`
    },
    says: /not one/,
  },
  'without its signature': {
    token: async app => (await tokenOf(app)).replace(/[^.]+$/, ''),
    says: /not one/,
  },
  'that is no JWT': { token: () => 'abc', says: /not one/ },
  'of three parts that hold nothing': { token: () => 'e30.e30.e30', says: /not one/ },
  'that is longer than any header': { token: () => 'x'.repeat(20_000), says: /no bearer token/ },
}

describe('a token', () => {
  test.for(Object.entries(BAD_TOKENS))(
    '%s is answered with 401, and is not quoted',
    async ([, { token, says }]) => {
      const app = await startGuardedApp()
      const sent = await token(app)
      const { status, code, challenge, message, organizations } = await ask(app, bearer(sent))
      expect({ status, code, organizations }).toEqual({
        status: 401,
        code: 'UNAUTHENTICATED',
        organizations: null,
      })
      expect(challenge).toBe('Bearer realm="dirgraph"')
      expect(message).toMatch(says)
      for (const part of sent.split('.').filter(text => text.length > 3)) expect(message).not.toContain(part)
      expect(app.sandbox.calls).toEqual([])
    },
  )

  test('of one organization shows that one alone', async () => {
    const app = await startGuardedApp()
    const { status, organizations } = await ask(app, bearer(await tokenOf(app)))
    expect({ status, organizations }).toEqual({
      status: 200,
      organizations: [app.sandbox.data.known.workosOrganizationId],
    })
  })

  test('is taken for five seconds after its end, for clocks that differ', async () => {
    const app = await startGuardedApp()
    expect((await ask(app, bearer(await tokenOf(app, { exp: seconds(-3) })))).status).toBe(200)
    expect((await ask(app, bearer(await tokenOf(app, { exp: seconds(-8) })))).status).toBe(401)
  })

  test.for(['RS512', 'PS256', 'ES256', 'ES384', 'EdDSA'])(
    'that is signed by %s is taken',
    async algorithm => {
      const app = await startGuardedApp({ algorithm })
      expect((await ask(app, bearer(await tokenOf(app)))).status).toBe(200)
    },
  )

  test('that is signed in a way that is not on the list is not, though the issuer’s own key fits', async () => {
    const app = await startGuardedApp({ algorithm: 'ML-DSA-44' })
    expect((await ask(app, bearer(await tokenOf(app)))).status).toBe(401)
  })

  test('for several audiences is taken where this server is one of them', async () => {
    const app = await startGuardedApp()
    expect((await ask(app, bearer(await tokenOf(app, { aud: ['other', 'dirgraph'] })))).status).toBe(200)
  })
})

describe('the header', () => {
  test.for([
    ['none', {}],
    ['an empty one', { authorization: '' }],
    ['one without a token', { authorization: 'Bearer' }],
    ['one with spaces for a token', { authorization: `Bearer${' '.repeat(5_000)}` }],
    ['one of another scheme', { authorization: `Basic ${btoa(`admin:${ADMIN_TOKEN}`)}` }],
    ['one with the token alone', { authorization: ADMIN_TOKEN }],
    ['one with two tokens', { authorization: `Bearer ${ADMIN_TOKEN} ${ADMIN_TOKEN}` }],
    ['one with the token elsewhere', { cookie: `authorization=Bearer ${ADMIN_TOKEN}` }],
  ] as const)('%s is answered with 401', async ([, headers]) => {
    const app = await startGuardedApp()
    const { status, code, challenge } = await ask(app, headers)
    expect({ status, code, challenge }).toEqual({
      status: 401,
      code: 'UNAUTHENTICATED',
      challenge: 'Bearer realm="dirgraph"',
    })
    expect(app.sandbox.calls).toEqual([])
  })

  test('may write the word Bearer as it likes', async () => {
    const app = await startGuardedApp()
    expect((await ask(app, { authorization: `bearer  ${ADMIN_TOKEN} ` })).status).toBe(200)
  })

  test('is asked for before the document is read', async () => {
    const app = await startGuardedApp()
    const { status, text } = await app.post({ query: '{ noSuchField' })
    expect(status).toBe(401)
    expect(text).not.toContain('noSuchField')
  })
})

describe('the admin token', () => {
  test('shows every organization of both providers', async () => {
    const app = await startGuardedApp()
    const { text } = await app.post(
      { query: '{ organizations(first: 100) { nodes { upstreamId } } }' },
      ADMIN,
    )
    const { workos, scalekit } = app.sandbox.data
    for (const { id } of [...workos.organizations, ...scalekit.organizations]) expect(text).toContain(id)
  })

  test.for([
    ['differs in its last character', `${ADMIN_TOKEN.slice(0, -1)}x`],
    ['is cut short', ADMIN_TOKEN.slice(0, -1)],
    ['goes on', `${ADMIN_TOKEN}x`],
    ['differs in case', ADMIN_TOKEN.toUpperCase()],
  ] as const)('is none where it %s', async ([, token]) => {
    const app = await startGuardedApp()
    expect(await ask(app, bearer(token))).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
  })

  test('is all that comes in where end users do not', async () => {
    const app = await startGuardedApp({ dirgraph: { userTokens: null } })
    expect((await ask(app, ADMIN)).status).toBe(200)
    expect(await ask(app, bearer(await tokenOf(app)))).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
    expect(app.issuer.fetches).toEqual([])
  })

  test('does not come in where there is none', async () => {
    const app = await startGuardedApp({ dirgraph: { adminToken: null } })
    expect((await ask(app, bearer('null'))).status).toBe(401)
    expect((await ask(app, bearer(await tokenOf(app)))).status).toBe(200)
  })

  test('costs no look at the keys of users', async () => {
    const app = await startGuardedApp()
    await ask(app, ADMIN)
    expect(app.issuer.fetches).toEqual([])
  })
})
