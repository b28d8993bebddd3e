import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { UnavailableError } from '../../src/domain/provider-error.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { samplesOf } from '../contract/truth.ts'
import { anyCall } from '../support/any-call.ts'
import { sendJson, startServer } from '../upstream/start-server.ts'
import {
  callsTo,
  failureOf,
  forward,
  type Ground,
  NO_ORGANIZATION_FILTER,
  openScalekit,
  startGround,
} from './start-ground.ts'

let ground: Ground

beforeEach(async () => {
  ground = await startGround({ tokenTtlSeconds: 600 })
})

afterEach(async () => {
  vi.useRealTimers()
  await ground.stop()
})

const list = (scalekit = ground.scalekit, call = anyCall(), limit = 10) =>
  scalekit.listOrganizations({ ...NO_ORGANIZATION_FILTER, page: forward(limit) }, call)
/** Lists of as many sizes, since equal calls under way are one; up to ten, Scalekit is asked for ten. */
const differentLists = (count: number) =>
  Promise.all(Array.from({ length: count }, (_, index) => list(ground.scalekit, anyCall(), index + 11)))
const tokenCalls = ({ calls }: Sandbox = ground.sandbox) =>
  calls.filter(({ path }) => path === '/oauth/token')
const reads = () => callsTo(ground.sandbox, 'scalekit')

/** Moves the clock that lifetimes are counted by, and no other. */
function letPass(seconds: number): void {
  vi.advanceTimersByTime(seconds * 1_000)
}

describe('the token of Scalekit', () => {
  test('is fetched once by a form, however many calls wait for it', async () => {
    await differentLists(20)
    expect(tokenCalls()).toHaveLength(1)
    expect(reads()).toHaveLength(20)
    const [call] = tokenCalls()
    expect(call?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/)
    expect(Object.fromEntries(new URLSearchParams(call?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: ground.sandbox.scalekit.clientId,
      client_secret: ground.sandbox.scalekit.clientSecret,
    })
    expect(call?.headers).not.toHaveProperty('authorization')
    expect(call?.query).toEqual({})
  })

  test('is renewed before it ends, by a fifth of a short life', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    await list()
    letPass(479)
    await list()
    expect(tokenCalls()).toHaveLength(1)
    letPass(2)
    await Promise.all([list(), list(), list()])
    expect(tokenCalls()).toHaveLength(2)
    expect(ground.sandbox.calls.every(({ status }) => status === 200)).toBe(true)
  })

  test.each(['an underflow', 'no lifetime at all'])('lives no longer than a day with %s', async kind => {
    const expires_in = kind === 'an underflow' ? 18446744064486179580n : undefined
    const text = expires_in === undefined ? '' : `,"expires_in":${expires_in}`
    let issued = 0
    const server = await startServer(({ path }, response) => {
      if (path !== '/oauth/token') return sendJson(response, { organizations: [] })
      issued += 1
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(`{"access_token":"token${issued}"${text}}`)
    })
    vi.useFakeTimers({ toFake: ['performance'] })
    const settings = { environmentUrl: server.url, clientId: 'client', clientSecret: 'secret' }
    const scalekit = openScalekit({ scalekit: settings })
    await list(scalekit)
    await list(scalekit)
    expect(issued).toBe(1)
    letPass(24 * 60 * 60)
    await list(scalekit)
    expect(issued).toBe(2)
    await server.stop()
  })

  test('with the lifetime of an underflow is used and not fetched for every call', async () => {
    ground.sandbox.data.quirks.expiresInUnderflow = true
    await list()
    await list()
    expect(tokenCalls()).toHaveLength(1)
  })

  test('that is refused is renewed once for all calls, and each is repeated', async () => {
    await list()
    ground.sandbox.data.scalekit.tokens.clear()
    ground.sandbox.clearCalls()
    await differentLists(10)
    expect(tokenCalls()).toHaveLength(1)
    expect(reads().filter(({ status }) => status === 200)).toHaveLength(10)
    expect(reads().filter(({ status }) => status === 401)).toHaveLength(10)
  })

  test('that is refused is renewed for a write too, which is then carried out once', async () => {
    await list()
    ground.sandbox.data.scalekit.tokens.clear()
    const { directory } = samplesOf(ground.sandbox.data, 'scalekit')
    ground.sandbox.clearCalls()
    await ground.scalekit.createDirectorySecret(directory, anyCall())
    expect(reads().map(({ status }) => status)).toEqual([401, 200])
  })

  test('that is refused when it is new ends the call with refused credentials', async () => {
    ground.sandbox.inject({ provider: 'scalekit', kind: 'status', status: 401, path: /^\/api/ })
    expect(await failureOf(list())).toMatchObject({ reason: 'credentials-refused' })
    expect(reads()).toHaveLength(2)
    expect(tokenCalls()).toHaveLength(2)
  })

  test.each([400, 401, 403])(
    'that is denied with %i is refused credentials, and asked for anew next time',
    async status => {
      ground.sandbox.inject({ provider: 'scalekit', kind: 'status', status, path: /oauth/, times: 1 })
      expect(await failureOf(list())).toMatchObject({ reason: 'credentials-refused' })
      expect(reads()).toHaveLength(0)
      await list()
      expect(tokenCalls()).toHaveLength(2)
    },
  )

  test.each([
    ['503', { kind: 'status', status: 503 }],
    ['a reset', { kind: 'reset' }],
    ['a reset in mid-body', { kind: 'reset-mid-body' }],
  ] as const)('that meets %s is asked for again, since that changes nothing', async (_title, fault) => {
    ground.sandbox.inject({ provider: 'scalekit', path: /oauth/, times: 2, ...fault })
    const { directory } = samplesOf(ground.sandbox.data, 'scalekit')
    await ground.scalekit.createDirectorySecret(directory, anyCall())
    expect(tokenCalls()).toHaveLength(3)
    expect(reads()).toHaveLength(1)
  })

  test.each([
    ['html', 1],
    ['malformed-json', 1],
    ['reset-mid-body', 3],
    ['reset', 3],
  ] as const)(
    'that comes as %s fails reads and writes without a doubt about what was carried out',
    async (kind, attempts) => {
      ground.sandbox.inject({ provider: 'scalekit', kind, path: /oauth/ })
      const { directory } = samplesOf(ground.sandbox.data, 'scalekit')
      const failures = [
        await failureOf(list()),
        await failureOf(ground.scalekit.enableDirectory(directory, anyCall())),
      ]
      for (const failure of failures) {
        expect(failure).toBeInstanceOf(UnavailableError)
        expect((failure as Error).message).not.toMatch(/carried out/)
      }
      expect(tokenCalls()).toHaveLength(2 * attempts)
      expect(reads()).toHaveLength(0)
    },
  )

  test('that is refused and can not be renewed leaves no doubt about a write either', async () => {
    await list()
    ground.sandbox.data.scalekit.tokens.clear()
    ground.sandbox.inject({ provider: 'scalekit', kind: 'html', path: /oauth/ })
    const { directory } = samplesOf(ground.sandbox.data, 'scalekit')
    const failure = await failureOf(ground.scalekit.createDirectorySecret(directory, anyCall()))
    expect(failure).toMatchObject({ reason: 'bad-response' })
    expect((failure as Error).message).not.toMatch(/carried out/)
  })

  test('is everybody’s, so that one caller who leaves does not take it from the others', async () => {
    const leaving = new AbortController()
    ground.sandbox.inject({ provider: 'scalekit', kind: 'delay', delayMs: 150, path: /oauth/ })
    const left = failureOf(list(ground.scalekit, anyCall({ signal: leaving.signal, requestId: 'leaving' })))
    const stayed = list()
    leaving.abort()
    expect(await left).toBeInstanceOf(UnavailableError)
    expect((await stayed).edges.length).toBeGreaterThan(0)
    expect(tokenCalls()).toHaveLength(1)
  })

  test('and the secret are in no line of the log', async () => {
    const lines: string[] = []
    const sink = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk))
        done()
      },
    })
    const scalekit = openScalekit(ground.sandbox, pino({ level: 'trace' }, sink))
    await list(scalekit)
    ground.sandbox.data.scalekit.tokens.clear()
    await list(scalekit)
    const tokens = [...ground.sandbox.data.scalekit.tokens.keys()]
    expect(lines.length).toBeGreaterThan(2)
    expect(tokens).toHaveLength(1)
    for (const secret of [...tokens, ground.sandbox.scalekit.clientSecret]) {
      expect(lines.join('')).not.toContain(secret)
    }
  })
})
