import { afterEach, describe, expect, test, vi } from 'vitest'
import { ask, encode, seconds, tokenOf } from './ask-with-token.ts'
import { ADMIN, bearer, startGuardedApp } from './start-guarded-app.ts'

const MINUTE_MS = 60_000

afterEach(() => {
  vi.useRealTimers()
})

/** Moves the clock on which keys and tokens age; nothing else stands still. */
function wait(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })
}

describe('the keys', () => {
  test('are fetched once for twenty requests at the same time', async () => {
    const app = await startGuardedApp()
    const token = await tokenOf(app)
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(app, bearer(token))))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(app.issuer.fetches).toEqual(['/keys'])
  })

  test('that are new are found by one fetch', async () => {
    const app = await startGuardedApp()
    await ask(app, bearer(await tokenOf(app)))
    await app.issuer.rotate()
    wait(MINUTE_MS)
    const token = await tokenOf(app)
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(app, bearer(token))))
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200))
    expect(app.issuer.fetches).toHaveLength(2)
  })

  test('are not fetched more than once in 30 seconds for tokens that name unknown ones', async () => {
    const app = await startGuardedApp()
    await ask(app, bearer(await tokenOf(app)))
    const forged = async () => {
      const [, payload] = (await tokenOf(app)).split('.')
      return `${encode({ alg: 'RS256', kid: crypto.randomUUID() })}.${payload}.c2lnbmF0dXJl`
    }
    for (let tries = 0; tries < 10; tries += 1) {
      expect((await ask(app, bearer(await forged()))).status).toBe(401)
    }
    expect(app.issuer.fetches).toHaveLength(1)
    wait(31_000)
    for (let tries = 0; tries < 10; tries += 1) {
      expect((await ask(app, bearer(await forged()))).status).toBe(401)
    }
    expect(app.issuer.fetches).toHaveLength(2)
  })

  test('are fetched again after ten minutes', async () => {
    const app = await startGuardedApp()
    await ask(app, bearer(await tokenOf(app)))
    wait(9 * MINUTE_MS)
    await ask(app, bearer(await tokenOf(app)))
    expect(app.issuer.fetches).toHaveLength(1)
    wait(2 * MINUTE_MS)
    await ask(app, bearer(await tokenOf(app)))
    expect(app.issuer.fetches).toHaveLength(2)
  })

  test('that were taken back are refused once the new ones have come', async () => {
    const app = await startGuardedApp()
    const old = await tokenOf(app, { exp: seconds(3_600) })
    expect((await ask(app, bearer(old))).status).toBe(200)
    await app.issuer.rotate()
    wait(11 * MINUTE_MS)
    expect((await ask(app, bearer(old))).status).toBe(401)
  })

  test.for(['error', 'reset', 'redirect'] as const)(
    'that have never come (%s) make it 503, and are not asked for again at once',
    async answer => {
      const app = await startGuardedApp()
      app.issuer.answer = answer
      const token = await tokenOf(app)
      const answers = await Promise.all(Array.from({ length: 5 }, () => ask(app, bearer(token))))
      for (const { status, code, retryAfter, challenge } of answers) {
        expect({ status, code, retryAfter, challenge }).toEqual({
          status: 503,
          code: 'UPSTREAM_UNAVAILABLE',
          retryAfter: '5',
          challenge: null,
        })
      }
      expect((await ask(app, ADMIN)).status).toBe(200)
      await ask(app, bearer(token))
      expect(app.issuer.fetches).toEqual(['/keys'])

      app.issuer.answer = 'keys'
      wait(6_000)
      expect((await ask(app, bearer(token))).status).toBe(200)
    },
  )

  test('that came before serve for a day while they can not be fetched, and then no longer', async () => {
    const app = await startGuardedApp()
    await ask(app, bearer(await tokenOf(app)))
    app.issuer.answer = 'reset'
    for (const hours of [1, 22]) {
      wait(hours * 60 * MINUTE_MS)
      expect((await ask(app, bearer(await tokenOf(app)))).status).toBe(200)
    }
    wait(60 * MINUTE_MS + 1)
    expect((await ask(app, bearer(await tokenOf(app)))).status).toBe(503)
  })

  test('that came before are all there is when a redirect takes their place', async () => {
    const app = await startGuardedApp()
    await ask(app, bearer(await tokenOf(app)))
    await app.issuer.rotate()
    app.issuer.answer = 'redirect'
    wait(MINUTE_MS)
    expect((await ask(app, bearer(await tokenOf(app)))).status).toBe(401)
    expect(app.issuer.fetches).toEqual(['/keys', '/keys'])
  })

  test('are found when they are new, whatever somebody sends who names none', async () => {
    const app = await startGuardedApp()
    app.issuer.publishTwice()
    const ambiguous = bearer(await tokenOf(app))
    expect((await ask(app, ambiguous)).status).toBe(401)
    await app.issuer.rotate()
    wait(31_000)
    expect((await ask(app, ambiguous)).status).toBe(401)
    expect((await ask(app, bearer(await tokenOf(app)))).status).toBe(200)
    expect(app.issuer.fetches).toHaveLength(2)
  })

  test('are found when they are new, whatever somebody sends who names one that nobody can use', async () => {
    const app = await startGuardedApp()
    app.issuer.publishBroken('broken')
    expect((await ask(app, bearer(await tokenOf(app)))).status).toBe(200)
    await app.issuer.rotate()
    wait(31_000)
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
    const forged = [encode({ alg: 'EdDSA', kid: 'broken' }), encode({ exp: 4_000_000_000 }), 'AAAA'].join('.')
    expect((await ask(app, bearer(forged))).status).toBe(401)
    expect((await ask(app, bearer(await tokenOf(app)))).status).toBe(200)
  })

  test('are not replaced by an answer that has none', async () => {
    const app = await startGuardedApp()
    const good = bearer(await tokenOf(app))
    expect((await ask(app, good)).status).toBe(200)
    app.issuer.answer = 'empty'
    wait(11 * MINUTE_MS)
    expect((await ask(app, bearer(await tokenOf(app)))).status).toBe(200)
  })
})
