import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type EntityKey, organizationKeyOf, upstreamIdOf } from '../../src/domain/entity-key.ts'
import {
  ConflictError,
  InvalidInputError,
  NotFoundError,
  UnavailableError,
} from '../../src/domain/provider-error.ts'
import { samplesOf } from '../contract/truth.ts'
import { anyCall } from '../support/any-call.ts'
import { callsTo, failureOf, type Ground, startGround } from './start-ground.ts'

let ground: Ground

beforeEach(async () => {
  ground = await startGround({ deletionDelayMs: 0 })
})

afterEach(() => ground.stop())

const steps = (name: 'workos' | 'scalekit') =>
  callsTo(ground.sandbox, name).map(({ method, path }) => `${method} ${path.split('/').at(-1)}`)

describe('a deletion at WorkOS', () => {
  let directory: EntityKey
  let id: string
  beforeEach(() => {
    directory = samplesOf(ground.sandbox.data, 'workos').directory
    id = upstreamIdOf(directory)
  })

  test('that is accepted with 202 and plain text is pending, and costs the write and nothing before it', async () => {
    expect(await ground.workos.deleteDirectory(directory, false, anyCall())).toBe('PENDING')
    expect(steps('workos')).toEqual([`DELETE ${id}`])
  })

  test.each([
    [200, '{}', 'DELETED'],
    [202, '\n', 'PENDING'],
    [202, '{}', 'PENDING'],
    [200, '<html>', 'DELETED'],
  ])('that is answered with %i and %j is done', async (status, body, outcome) => {
    ground.sandbox.inject({ provider: 'workos', method: 'DELETE', kind: 'status', status, body })
    expect(await ground.workos.deleteDirectory(directory, false, anyCall())).toBe(outcome)
  })

  test('of what is deleted already is refused as missing', async () => {
    await ground.workos.deleteDirectory(directory, false, anyCall())
    const again = await failureOf(ground.workos.deleteDirectory(directory, false, anyCall()))
    expect(again).toBeInstanceOf(NotFoundError)
  })
})

describe('a portal link of WorkOS', () => {
  test('is for the organization and its directory, in one call', async () => {
    const samples = samplesOf(ground.sandbox.data, 'workos')
    const link = await ground.workos.createPortalLink(samples.organization, anyCall())
    expect(link).toEqual({ url: expect.stringMatching(/^https:\/\/setup/), expiresAt: null })
    const [call] = callsTo(ground.sandbox, 'workos')
    expect(JSON.parse(call?.body ?? '')).toEqual({
      organization: upstreamIdOf(samples.organization),
      intent: 'dsync',
    })
  })

  test.each([400, 404])('of an organization that is answered with %i is missing', async status => {
    const body = '{"message":"Could not find an organization with the id, x."}'
    ground.sandbox.inject({ provider: 'workos', kind: 'status', status, body })
    const samples = samplesOf(ground.sandbox.data, 'workos')
    const failure = await failureOf(ground.workos.createPortalLink(samples.unknown.organization, anyCall()))
    expect(failure).toBeInstanceOf(NotFoundError)
  })

  test('that is refused for another reason is bad input, without WorkOS’s words', async () => {
    ground.sandbox.inject({
      provider: 'workos',
      kind: 'status',
      status: 400,
      body: '{"message":"ada@x.example"}',
    })
    const samples = samplesOf(ground.sandbox.data, 'workos')
    const failure = await failureOf(ground.workos.createPortalLink(samples.organization, anyCall()))
    expect(failure).toBeInstanceOf(InvalidInputError)
    expect(String(failure)).not.toContain('ada')
  })

  test.each(['{}', '{"link":"javascript"}', '{"link":5}'])(
    'that is answered as %s is unreadable',
    async body => {
      ground.sandbox.inject({ provider: 'workos', kind: 'status', status: 201, body })
      const samples = samplesOf(ground.sandbox.data, 'workos')
      const failure = await failureOf(ground.workos.createPortalLink(samples.organization, anyCall()))
      expect(failure).toMatchObject({ reason: 'bad-response' })
    },
  )
})

describe('a write to Scalekit', () => {
  let enabled: EntityKey
  let disabled: EntityKey
  beforeEach(() => {
    const samples = samplesOf(ground.sandbox.data, 'scalekit')
    enabled = samples.directory
    disabled = samples.disabledDirectory
  })
  const inject = (fault: object) => ground.sandbox.inject({ provider: 'scalekit', kind: 'status', ...fault })
  const isEnabled = (key: EntityKey) =>
    ground.sandbox.data.scalekit.directories.find(({ id }) => id === upstreamIdOf(key))?.enabled

  test('that switches to what is so already succeeds', async () => {
    await ground.scalekit.enableDirectory(enabled, anyCall())
    await ground.scalekit.disableDirectory(disabled, anyCall())
    expect([isEnabled(enabled), isEnabled(disabled)]).toEqual([true, false])
  })

  test.each([400, 409])(
    'that is refused with %i, since it is so already, succeeds after a look',
    async status => {
      inject({ status, path: /:enable/ })
      await ground.scalekit.enableDirectory(enabled, anyCall())
      expect(steps('scalekit').map(step => step.split(' ')[0])).toEqual(['PATCH', 'GET'])
      expect(await failureOf(ground.scalekit.enableDirectory(disabled, anyCall()))).toMatchObject({
        code: 'BAD_USER_INPUT',
        field: 'directoryId',
      })
    },
  )

  test('that answers another state than was wanted is an error', async () => {
    inject({ status: 200, path: /:disable/, body: '{"enabled":true,"error_message":"no"}' })
    expect(await failureOf(ground.scalekit.disableDirectory(enabled, anyCall()))).toBeInstanceOf(
      InvalidInputError,
    )
  })

  test('that leaves out what is false has switched off', async () => {
    inject({ status: 200, path: /:disable/, body: '{}' })
    await expect(ground.scalekit.disableDirectory(enabled, anyCall())).resolves.toBeUndefined()
    inject({ status: 200, path: /:enable/, body: '{}' })
    expect(await failureOf(ground.scalekit.enableDirectory(disabled, anyCall()))).toBeInstanceOf(
      InvalidInputError,
    )
  })

  test('that deletes an enabled directory is a conflict that says what to do', async () => {
    const failure = await failureOf(ground.scalekit.deleteDirectory(enabled, false, anyCall()))
    expect(failure).toBeInstanceOf(ConflictError)
    expect((failure as Error).message).toMatch(/force/)
    expect(isEnabled(enabled)).toBe(true)
  })

  test('that deletes and is refused for another reason is no conflict, though it speaks of what is enabled', async () => {
    inject({
      method: 'DELETE',
      status: 400,
      body: '{"code":3,"message":"deletion is not enabled for this plan"}',
    })
    const failure = await failureOf(ground.scalekit.deleteDirectory(disabled, false, anyCall()))
    expect(failure).toBeInstanceOf(InvalidInputError)
    expect(failure).not.toBeInstanceOf(ConflictError)
  })

  test('that deletes by force switches off first, in two calls', async () => {
    expect(await ground.scalekit.deleteDirectory(enabled, true, anyCall())).toBe('DELETED')
    const id = upstreamIdOf(enabled)
    expect(steps('scalekit')).toEqual([`PATCH ${id}:disable`, `DELETE ${id}`])
    expect(isEnabled(enabled)).toBeUndefined()
  })

  test('that deletes a disabled directory is one call', async () => {
    expect(await ground.scalekit.deleteDirectory(disabled, false, anyCall())).toBe('DELETED')
    expect(steps('scalekit')).toEqual([`DELETE ${upstreamIdOf(disabled)}`])
  })

  test('that switches SCIM sends the bare settings, and believes only what comes back', async () => {
    const organization = organizationKeyOf(enabled) as EntityKey
    await ground.scalekit.disableScim(organization, anyCall())
    const [call] = callsTo(ground.sandbox, 'scalekit')
    expect(JSON.parse(call?.body ?? '')).toEqual({ features: [{ name: 'dir_sync', enabled: false }] })
    const ignored = { organization: { id: upstreamIdOf(organization), display_name: 'x', settings: null } }
    inject({ status: 200, path: /settings/, body: JSON.stringify(ignored) })
    const failure = await failureOf(ground.scalekit.enableScim(organization, anyCall()))
    expect(failure).toBeInstanceOf(UnavailableError)
    expect((failure as Error).message).toMatch(/not set it/)
  })

  test('that makes a portal link asks for directory sync, and says when it ends', async () => {
    const link = await ground.scalekit.createPortalLink(organizationKeyOf(enabled) as EntityKey, anyCall())
    expect(link).toEqual({ url: expect.stringMatching(/^https:/), expiresAt: expect.any(Date) })
    expect(callsTo(ground.sandbox, 'scalekit')).toMatchObject([
      { method: 'PUT', query: { features: 'dir_sync' } },
    ])
  })
})
