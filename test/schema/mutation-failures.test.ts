import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Fault } from '../../src/sandbox/sandbox.ts'
import { directoryId, organizationId } from '../support/seeded-ids.ts'
import { globalId, startApp, type TestApp } from '../support/start-app.ts'
import { inputFor, MUTATION_NAMES, MUTATIONS, type Mutation, mutate, OPERATION_OF } from './mutate.ts'

let app: TestApp
beforeEach(async () => {
  app = await startApp()
})
afterEach(() => app.stop())

describe.each(MUTATION_NAMES)('%s', name => {
  const field = MUTATIONS[name].about === 'directory' ? 'directoryId' : 'organizationId'

  test.each([
    ['nothing', ''],
    ['rubbish', 'rubbish'],
    ['no id of ours', globalId('Directory', 'nimbus', 'org_1', 'dir_1')],
    ['another kind of object', globalId('DirectoryUser', 'scalekit', 'org_1', 'dir_1', 'diruser_1')],
    ['a way out of its place', globalId('Directory', 'scalekit', 'org_1', '..')],
  ])('answers InvalidInputError with the field for the id of %s, and sends nothing', async (_what, id) => {
    const result = await mutate(app, name, inputFor(name, { organization: id, directory: id }))
    expect(result).toMatchObject({ __typename: 'InvalidInputError', field, message: expect.any(String) })
    expect(app.sandbox.calls).toEqual([])
  })

  test('answers NotFoundError for an id that Scalekit does not know', async () => {
    const unknown = {
      organization: organizationId('scalekit', 'org_404'),
      directory: globalId('Directory', 'scalekit', 'org_404', 'dir_404'),
    }
    expect(await mutate(app, name, inputFor(name, unknown))).toEqual({
      __typename: 'NotFoundError',
      message: 'Scalekit has no such object.',
    })
  })

  test.each<[string, Partial<Fault>, Record<string, unknown>]>([
    ['503', { kind: 'status', status: 503 }, unknownOutcome('answered with an error of its own')],
    ['a cut connection', { kind: 'reset' }, unknownOutcome('could not be reached')],
    ['403', { kind: 'status', status: 403 }, { __typename: 'ForbiddenError' }],
    [
      '429 that says when to come back',
      { kind: 'status', status: 429, headers: { 'retry-after': '7' } },
      { __typename: 'RateLimitedError', provider: 'SCALEKIT', retryAfterSeconds: 7 },
    ],
    [
      '429 that does not',
      { kind: 'status', status: 429 },
      { __typename: 'RateLimitedError', provider: 'SCALEKIT', retryAfterSeconds: null },
    ],
  ])('answers %s to its write with an error as data, and writes once', async (_what, fault, expected) => {
    const { write } = MUTATIONS[name]
    app.sandbox.inject({ provider: 'scalekit', path: write, kind: 'status', ...fault })
    const result = await mutate(app, name, inputFor(name, existing(app)))
    expect(result).toMatchObject(expected)
    expect(result.message).toEqual(expect.any(String))
    expect(writesOf(app, name)).toHaveLength(1)
  })

  test('answers refused credentials with UnavailableError that names the provider', async () => {
    app.sandbox.inject({ provider: 'scalekit', path: MUTATIONS[name].write, kind: 'status', status: 401 })
    expect(await mutate(app, name, inputFor(name, existing(app)))).toEqual({
      __typename: 'UnavailableError',
      provider: 'SCALEKIT',
      message: 'Scalekit refuses the credentials that this server was given for it.',
    })
  })
})

describe('a write of WorkOS', () => {
  test.each(['deleteDirectory', 'createPortalLink'] as const)(
    '%s is sent once and fails as data',
    async name => {
      const { known } = app.sandbox.data
      const ids = {
        organization: organizationId('workos', known.workosOrganizationId),
        directory: directoryId(app.sandbox, known.workosSmallDirectoryId),
      }
      const method = name === 'deleteDirectory' ? 'DELETE' : 'POST'
      const statuses = [
        [503, { __typename: 'UnavailableError', provider: 'WORKOS' }],
        [401, { __typename: 'UnavailableError', provider: 'WORKOS' }],
        [403, { __typename: 'ForbiddenError' }],
        [429, { __typename: 'RateLimitedError', provider: 'WORKOS', retryAfterSeconds: null }],
      ] as const
      for (const [status, expected] of statuses) {
        app.sandbox.clearCalls()
        const heal = app.sandbox.inject({ provider: 'workos', method, kind: 'status', status })
        expect(await mutate(app, name, inputFor(name, ids))).toMatchObject(expected)
        expect(app.sandbox.calls.filter(call => call.method === method)).toHaveLength(1)
        heal()
      }
    },
  )

  test.each([
    ['deleteDirectory', { directoryId: globalId('Directory', 'workos', 'org_1', 'directory_404') }],
    ['createPortalLink', { organizationId: globalId('Organization', 'workos', 'org_404') }],
  ] as const)('%s answers NotFoundError for an id that nobody knows', async (name, input) => {
    expect(await mutate(app, name, input)).toMatchObject({ __typename: 'NotFoundError' })
  })

  test.each(MUTATION_NAMES.filter(name => name !== 'deleteDirectory' && name !== 'createPortalLink'))(
    '%s is unsupported, and the error says what to do instead',
    async name => {
      const { known } = app.sandbox.data
      const result = await mutate(
        app,
        name,
        inputFor(name, {
          organization: organizationId('workos', known.workosOrganizationId),
          directory: directoryId(app.sandbox, known.workosSmallDirectoryId),
        }),
      )
      expect(result).toEqual({
        __typename: 'UnsupportedError',
        provider: 'WORKOS',
        operation: OPERATION_OF[name],
        message: expect.stringContaining('createPortalLink'),
      })
      expect(app.sandbox.calls).toEqual([])
    },
  )
})

describe('a write that was carried out', () => {
  test.each(['enableDirectory', 'disableDirectory', 'syncDirectory'] as const)(
    'by %s says so when the directory can not be read back',
    async name => {
      app.sandbox.inject({
        provider: 'scalekit',
        method: 'GET',
        path: /\/directories\/\w+$/,
        kind: 'malformed-json',
      })
      expect(await mutate(app, name, inputFor(name, existing(app)))).toEqual({
        __typename: 'UnavailableError',
        provider: 'SCALEKIT',
        message: expect.stringMatching(/^This was carried out, but could not be read back: /),
      })
      expect(writesOf(app, name)).toHaveLength(1)
    },
  )

  test('but answered with something unreadable has an unknown outcome', async () => {
    app.sandbox.inject({ provider: 'scalekit', method: 'POST', path: /\/secrets$/, kind: 'malformed-json' })
    const result = await mutate(
      app,
      'createDirectorySecret',
      inputFor('createDirectorySecret', existing(app)),
    )
    expect(result).toMatchObject(unknownOutcome('answered something that could not be read'))
  })
})

describe('a mutation of a provider that is not set up', () => {
  test('answers NotFoundError', async () => {
    const alone = await startApp({ providers: ['workos'] })
    const result = await mutate(alone, 'enableScim', { organizationId: organizationId('scalekit', 'org_1') })
    expect(result).toEqual({
      __typename: 'NotFoundError',
      message: 'Scalekit is not set up on this server.',
    })
    await alone.stop()
  })
})

function existing({ sandbox }: TestApp) {
  return {
    organization: organizationId('scalekit', sandbox.data.known.scalekitOrganizationId),
    directory: directoryId(sandbox, sandbox.data.known.scalekitDisabledDirectoryId),
  }
}

function unknownOutcome(what: string) {
  return {
    __typename: 'UnavailableError',
    provider: 'SCALEKIT',
    message: `Scalekit ${what}, so it is not known whether this was carried out. It was not sent again: look before you repeat it.`,
  }
}

/** The requests that the mutation wrote with, whatever became of them. */
function writesOf({ sandbox }: TestApp, name: Mutation) {
  const isRead = (method: string, path: string) => method === 'GET' && !path.endsWith(':sync')
  return sandbox.calls.filter(
    ({ method, path, query }) =>
      !isRead(method, path) && MUTATIONS[name].write.test(path + (query.features ? '?' : '')),
  )
}
