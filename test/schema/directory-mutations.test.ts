import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { directoryId, organizationId } from '../support/seeded-ids.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { mutate } from './mutate.ts'

let app: TestApp
let enabled: string
let disabled: string
beforeEach(async () => {
  app = await startApp({ deletionDelayMs: 0 })
  enabled = directoryId(app.sandbox, app.sandbox.data.known.scalekitMediumDirectoryId)
  disabled = directoryId(app.sandbox, app.sandbox.data.known.scalekitDisabledDirectoryId)
})
afterEach(() => app.stop())

const STATE = 'query($id: ID!) { directory(by: { id: $id }) { enabled state } }'

describe('enableDirectory and disableDirectory', () => {
  test('switch a Scalekit directory on and off again', async () => {
    const on = await mutate(app, 'enableDirectory', { directoryId: disabled, clientMutationId: 'on' })
    expect(on).toEqual({
      __typename: 'EnableDirectoryPayload',
      directory: { id: disabled, enabled: true, state: 'ACTIVE' },
      clientMutationId: 'on',
    })
    expect(recordOf('scalekitDisabledDirectoryId')).toMatchObject({ enabled: true })
    expect(await app.query(STATE, { id: disabled })).toMatchObject({ data: { directory: { enabled: true } } })

    const off = await mutate(app, 'disableDirectory', { directoryId: disabled, clientMutationId: 'off' })
    expect(off).toEqual({
      __typename: 'DisableDirectoryPayload',
      directory: { id: disabled, enabled: false, state: 'INACTIVE' },
      clientMutationId: 'off',
    })
    expect(recordOf('scalekitDisabledDirectoryId')).toMatchObject({ enabled: false })
    expect(await app.query(STATE, { id: disabled })).toMatchObject({
      data: { directory: { enabled: false } },
    })
  })

  test('leave a directory as it is that is so already, and say so by its state', async () => {
    expect(await mutate(app, 'enableDirectory', { directoryId: enabled })).toMatchObject({
      directory: { enabled: true },
    })
    expect(await mutate(app, 'disableDirectory', { directoryId: disabled })).toMatchObject({
      directory: { enabled: false },
    })
  })

  test('one after the other in one operation each answer how things are after them', async () => {
    const { data } = await app.query(
      `mutation($id: ID!) {
        off: disableDirectory(input: { directoryId: $id }) { ... on DisableDirectoryPayload { directory { enabled } } }
        on: enableDirectory(input: { directoryId: $id }) { ... on EnableDirectoryPayload { directory { enabled } } }
      }`,
      { id: enabled },
    )
    expect(data).toEqual({ off: { directory: { enabled: false } }, on: { directory: { enabled: true } } })
  })
})

describe('syncDirectory', () => {
  test('has Scalekit sync the directory', async () => {
    const result = await mutate(app, 'syncDirectory', { directoryId: enabled, clientMutationId: 'sync' })
    const syncedAt = recordOf('scalekitMediumDirectoryId')?.last_synced_at
    expect(Date.parse(syncedAt ?? '')).toBeGreaterThan(Date.parse('2026-09-01T06:00:00Z') - 1)
    expect(result).toEqual({
      __typename: 'SyncDirectoryPayload',
      directory: { id: enabled, lastSyncedAt: syncedAt },
      clientMutationId: 'sync',
    })
    expect(app.sandbox.calls.filter(({ path }) => path.endsWith(':sync'))).toHaveLength(1)
  })
})

describe('createDirectorySecret', () => {
  test('hands out the plain secret once, and the directory shows what is left of it', async () => {
    const result = await mutate(app, 'createDirectorySecret', {
      directoryId: enabled,
      clientMutationId: 'secret',
    })
    const secrets = recordOf('scalekitMediumDirectoryId')?.secrets
    const made = secrets?.at(-1)
    expect(secrets).toHaveLength(3)
    expect(result).toEqual({
      __typename: 'CreateDirectorySecretPayload',
      plainSecret: expect.stringMatching(new RegExp(`${made?.secret_suffix}$`)),
      secret: {
        id: made?.id,
        suffix: made?.secret_suffix,
        status: 'ACTIVE',
        createdAt: made?.create_time,
        expiresAt: null,
        lastUsedAt: null,
      },
      clientMutationId: 'secret',
    })
    const after = await app.query(
      'query($id: ID!) { directory(by: { id: $id }) { secrets { id suffix } } }',
      {
        id: enabled,
      },
    )
    expect(after.data).toMatchObject({
      directory: { secrets: secrets?.map(({ id, secret_suffix }) => ({ id, suffix: secret_suffix })) },
    })
    expect(JSON.stringify(after)).not.toContain(result.plainSecret)
  })
})

describe('deleteDirectory', () => {
  test('of WorkOS is pending, and the directory is gone once it is carried out', async () => {
    const { workosMediumDirectoryId, workosTwoDirectoriesOrganizationId } = app.sandbox.data.known
    const id = directoryId(app.sandbox, workosMediumDirectoryId)
    const result = await mutate(app, 'deleteDirectory', { directoryId: id, clientMutationId: 'bye' })
    expect(result).toEqual({
      __typename: 'DeleteDirectoryPayload',
      deletedDirectoryId: id,
      status: 'PENDING',
      organization: {
        id: organizationId('workos', workosTwoDirectoriesOrganizationId),
        name: 'Kestrel & Finch LLP',
      },
      clientMutationId: 'bye',
    })
    expect(await app.query(STATE, { id })).toEqual({ data: { directory: null } })
  })

  test('of WorkOS leaves the directory readable as being deleted until then', async () => {
    const slow = await startApp({ deletionDelayMs: 60_000 })
    const id = directoryId(slow.sandbox, slow.sandbox.data.known.workosMediumDirectoryId)
    await mutate(slow, 'deleteDirectory', { directoryId: id })
    expect(await slow.query(STATE, { id })).toEqual({
      data: { directory: { enabled: false, state: 'DELETING' } },
    })
    await slow.stop()
  })

  test.each([200, 204])('of WorkOS is done when it answers %i, whatever its body', async status => {
    const id = directoryId(app.sandbox, app.sandbox.data.known.workosMediumDirectoryId)
    app.sandbox.inject({
      provider: 'workos',
      method: 'DELETE',
      kind: 'status',
      status,
      body: status === 204 ? '' : '<gone>',
    })
    expect(await mutate(app, 'deleteDirectory', { directoryId: id })).toMatchObject({ status: 'DELETED' })
  })

  test('of Scalekit is done at once for a disabled directory', async () => {
    const result = await mutate(app, 'deleteDirectory', { directoryId: disabled })
    expect(result).toMatchObject({ deletedDirectoryId: disabled, status: 'DELETED' })
    expect(recordOf('scalekitDisabledDirectoryId')).toBeUndefined()
    expect(await app.query(STATE, { id: disabled })).toEqual({ data: { directory: null } })
    const siblings = await app.query(
      'query($id: ID!) { organization(by: { scalekitId: $id }) { directories { nodes { name } } } }',
      { id: app.sandbox.data.known.scalekitTwoDirectoriesOrganizationId },
    )
    expect(siblings.data).toEqual({ organization: { directories: { nodes: [{ name: 'Farrow Entra ID' }] } } })
  })

  test.each([[{}], [{ force: false }], [{ force: null }]])(
    'of Scalekit is refused for an enabled directory with %o, which stays on',
    async force => {
      const result = await mutate(app, 'deleteDirectory', { directoryId: enabled, ...force })
      expect(result).toEqual({
        __typename: 'ConflictError',
        message: expect.stringContaining('`force: true`'),
      })
      expect(recordOf('scalekitMediumDirectoryId')).toMatchObject({ enabled: true })
    },
  )

  test('of Scalekit pauses an enabled directory first when told to', async () => {
    const result = await mutate(app, 'deleteDirectory', { directoryId: enabled, force: true })
    expect(result).toMatchObject({ __typename: 'DeleteDirectoryPayload', status: 'DELETED' })
    expect(recordOf('scalekitMediumDirectoryId')).toBeUndefined()
    const writes = app.sandbox.calls.filter(({ method }) => method === 'PATCH' || method === 'DELETE')
    expect(writes.map(({ method }) => method)).toEqual(['PATCH', 'DELETE'])
  })

  test('stands when its organization can not be read afterwards', async () => {
    app.sandbox.inject({ provider: 'scalekit', method: 'GET', kind: 'status', status: 403 })
    const { data, errors } = await app.query(
      `mutation($id: ID!) {
        deleteDirectory(input: { directoryId: $id }) {
          ... on DeleteDirectoryPayload { deletedDirectoryId organization { name } }
        }
      }`,
      { id: disabled },
    )
    expect(data).toEqual({ deleteDirectory: { deletedDirectoryId: disabled, organization: null } })
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', provider: 'SCALEKIT' } }])
  })
})

function recordOf(known: 'scalekitMediumDirectoryId' | 'scalekitDisabledDirectoryId') {
  const { data } = app.sandbox
  return data.scalekit.directories.find(({ id }) => id === data.known[known])
}
