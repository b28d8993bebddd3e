import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EntityKey } from '../../src/domain/entity-key.ts'
import { RateLimitedError, UnavailableError } from '../../src/domain/provider-error.ts'
import type { Fault } from '../../src/sandbox/sandbox.ts'
import { samplesOf } from '../contract/truth.ts'
import {
  callsTo,
  failureOf,
  forward,
  type Ground,
  NO_ORGANIZATION_FILTER,
  startGround,
} from '../providers/start-ground.ts'
import { anyCall } from '../support/any-call.ts'
import { openClient } from './open-client.ts'
import { startServer } from './start-server.ts'

let ground: Ground

beforeEach(async () => {
  ground = await startGround()
})

afterEach(() => ground.stop())

const list = (call = anyCall()) =>
  ground.workos.listOrganizations({ ...NO_ORGANIZATION_FILTER, page: forward(10) }, call)
const inject = (fault: Partial<Fault> & Pick<Fault, 'kind'>) =>
  ground.sandbox.inject({ provider: 'workos', ...fault })
const sent = () => callsTo(ground.sandbox, 'workos').length

const PASSING: readonly (readonly [string, Partial<Fault> & Pick<Fault, 'kind'>, string])[] = [
  ['500', { kind: 'status', status: 500 }, 'server-error'],
  ['502 in HTML', { kind: 'html', status: 502 }, 'server-error'],
  ['503', { kind: 'status', status: 503, headers: { 'retry-after': '0' } }, 'server-error'],
  ['a reset', { kind: 'reset' }, 'unreachable'],
  ['a reset in mid-body', { kind: 'reset-mid-body' }, 'unreachable'],
  ['a body cut short', { kind: 'truncated' }, 'unreachable'],
]

describe('a read', () => {
  test.each(PASSING)('that met %s is repeated, and succeeds at last', async (_title, fault) => {
    inject({ ...fault, times: 2 })
    expect((await list()).edges.length).toBeGreaterThan(0)
    expect(sent()).toBe(3)
  })

  test.each(PASSING)('that only meets %s ends after the second repetition', async (_title, fault, reason) => {
    inject(fault)
    expect(await failureOf(list())).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      reason,
      provider: 'workos',
    })
    expect(sent()).toBe(3)
  })

  test('that is limited is repeated when it may be', async () => {
    inject({ kind: 'status', status: 429, headers: { 'retry-after': '1' }, times: 1 })
    expect((await list()).edges.length).toBeGreaterThan(0)
    expect(sent()).toBe(2)
  })

  test.each([
    ['11', 11],
    ['3600', 3_600],
  ])('that is limited for longer is refused at once with the time to wait (%s)', async (header, seconds) => {
    inject({ kind: 'status', status: 429, headers: { 'retry-after': header } })
    const failure = await failureOf(list())
    expect(failure).toBeInstanceOf(RateLimitedError)
    expect(failure).toMatchObject({ retryAfterSeconds: seconds })
    expect(sent()).toBe(1)
  })

  test('that is limited until a date is refused at once with the time until then', async () => {
    const until = new Date(Date.now() + 90_000)
    inject({ kind: 'status', status: 429, headers: { 'retry-after': until.toUTCString() } })
    const failure = await failureOf(list())
    expect(failure).toBeInstanceOf(RateLimitedError)
    const { retryAfterSeconds } = failure as RateLimitedError
    expect(Math.abs((retryAfterSeconds ?? 0) - 90)).toBeLessThan(5)
    expect(sent()).toBe(1)
  })

  test('that is limited until its operation has ended anyway is refused at once', async () => {
    inject({ kind: 'status', status: 429, headers: { 'retry-after': '2' } })
    const call = anyCall({ deadlineMs: performance.now() + 1_500 })
    expect(await failureOf(list(call))).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 2 })
    expect(sent()).toBe(1)
  })

  test.each(['soon', '-5', ''])(
    'that is limited without a time that can be read (%j) says so',
    async header => {
      inject({ kind: 'status', status: 429, headers: { 'retry-after': header } })
      expect(await failureOf(list())).toMatchObject({ code: 'RATE_LIMITED' })
      expect(sent()).toBeLessThanOrEqual(3)
    },
  )

  test.each(['"Ratelimited"', '{"message":"slow down"}', '<html>', ''])(
    'that is limited is known by its status, whatever its body (%s)',
    async body => {
      inject({ kind: 'status', status: 429, headers: { 'retry-after': '60' }, body })
      expect(await failureOf(list())).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 60 })
    },
  )

  test('that meets 503 for long is not waited for', async () => {
    inject({ kind: 'status', status: 503, headers: { 'retry-after': '600' } })
    expect(await failureOf(list())).toMatchObject({ reason: 'server-error' })
    expect(sent()).toBe(1)
  })

  test.each([
    [400, 'BAD_USER_INPUT'],
    [403, 'FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [409, 'BAD_USER_INPUT'],
    [422, 'BAD_USER_INPUT'],
    [410, 'UPSTREAM_UNAVAILABLE'],
    [501, 'UPSTREAM_UNAVAILABLE'],
  ])('that is answered with %i is not repeated', async (status, code) => {
    inject({ kind: 'status', status })
    expect(await failureOf(list())).toMatchObject({ code, provider: 'workos' })
    expect(sent()).toBe(1)
  })

  test.each(['html', 'malformed-json', 'huge'] as const)(
    'that is answered with %s is not repeated',
    async kind => {
      inject({ kind })
      expect(await failureOf(list())).toMatchObject({ reason: 'bad-response' })
      expect(sent()).toBe(1)
    },
  )

  test('that nobody answers ends by the timeout of one attempt, which is not repeated', async () => {
    inject({ kind: 'hang' })
    expect(await failureOf(list())).toMatchObject({ reason: 'timeout' })
    expect(sent()).toBe(1)
  })
})

const METHODS = ['post', 'put', 'patch', 'delete'] as const
const FATES = PASSING.filter(([, { kind }]) => kind !== 'truncated')

describe.each(METHODS)('a write by %s', method => {
  test.each(FATES)('that met %s is sent once, and may have been carried out', async (_title, fault) => {
    inject(fault)
    const client = openClient(ground.sandbox.workos.url)
    const failure = await failureOf(client.send({ method, path: 'anything' }, anyCall()))
    expect(failure).toBeInstanceOf(UnavailableError)
    expect((failure as Error).message).toMatch(
      /not known whether this was carried out\. It was not sent again/,
    )
    expect(sent()).toBe(1)
  })

  test('that is limited is sent once, and is known not to have been carried out', async () => {
    inject({ kind: 'status', status: 429, headers: { 'retry-after': '0' } })
    const client = openClient(ground.sandbox.workos.url)
    const failure = await failureOf(client.send({ method, path: 'anything' }, anyCall()))
    expect(failure).toBeInstanceOf(RateLimitedError)
    expect((failure as Error).message).not.toMatch(/carried out/)
    expect(sent()).toBe(1)
  })

  test('that never left is known not to have been carried out', async () => {
    const closed = await startServer(() => undefined)
    await closed.stop()
    const client = openClient(closed.url)
    const refused = await failureOf(client.send({ method, path: 'anything' }, anyCall()))
    expect(refused).toMatchObject({ reason: 'unreachable' })
    const call = anyCall({ signal: AbortSignal.abort(), requestId: 'gone' })
    const gone = openClient(ground.sandbox.workos.url).send({ method, path: 'anything' }, call)
    for (const failure of [refused, await failureOf(gone)]) {
      expect((failure as Error).message).not.toMatch(/carried out/)
    }
    expect(sent()).toBe(0)
  })
})

describe('the sync of Scalekit, a GET that changes something', () => {
  test.each(FATES)('that met %s is sent once, and may have been carried out', async (_title, fault) => {
    ground.sandbox.inject({ provider: 'scalekit', path: /:sync/, ...fault })
    const { directory } = samplesOf(ground.sandbox.data, 'scalekit')
    const failure = await failureOf(ground.scalekit.syncDirectory(directory as EntityKey, anyCall()))
    expect((failure as Error).message).toMatch(/not known whether/)
    expect(callsTo(ground.sandbox, 'scalekit')).toHaveLength(1)
  })
})
