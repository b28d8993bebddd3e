import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { directoryId, organizationId } from '../support/seeded-ids.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { mutate } from './mutate.ts'

let app: TestApp
beforeEach(async () => {
  app = await startApp()
})
afterEach(() => app.stop())

const scimOf = 'query($id: ID!) { organization(by: { id: $id }) { scimEnabled features { name enabled } } }'

describe('enableScim and disableScim', () => {
  test('switch SCIM of a Scalekit organization on and off again, and leave its other features be', async () => {
    const { known, scalekit } = app.sandbox.data
    const upstreamId = known.scalekitScimOffOrganizationId
    const id = organizationId('scalekit', upstreamId)
    const featuresOf = () =>
      scalekit.organizations.find(organization => organization.id === upstreamId)?.settings?.features

    const on = await mutate(app, 'enableScim', { organizationId: id, clientMutationId: 'mine' })
    expect(on).toEqual({
      __typename: 'EnableScimPayload',
      organization: { id, scimEnabled: true },
      clientMutationId: 'mine',
    })
    expect(featuresOf()).toContainEqual({ name: 'dir_sync', enabled: true })
    expect(featuresOf()).toContainEqual({ name: 'sso', enabled: true })
    expect(await app.query(scimOf, { id })).toMatchObject({ data: { organization: { scimEnabled: true } } })

    const off = await mutate(app, 'disableScim', { organizationId: id })
    expect(off).toEqual({
      __typename: 'DisableScimPayload',
      organization: { id, scimEnabled: false },
      clientMutationId: null,
    })
    expect(featuresOf()).toContainEqual({ name: 'dir_sync', enabled: false })
    expect(await app.query(scimOf, { id })).toMatchObject({ data: { organization: { scimEnabled: false } } })
  })

  test('reach an organization for which nothing was ever set', async () => {
    const id = organizationId('scalekit', app.sandbox.data.known.scalekitEmptyOrganizationId)
    expect(await mutate(app, 'enableScim', { organizationId: id })).toMatchObject({
      organization: { scimEnabled: true },
    })
  })

  test('one after the other in one operation each answer how things are after them', async () => {
    const id = organizationId('scalekit', app.sandbox.data.known.scalekitOrganizationId)
    const state = (type: string) =>
      `... on ${type} { organization { scimEnabled directories { nodes { name } } } }`
    const { data } = await app.query(
      `mutation($input: DisableScimInput!, $again: EnableScimInput!) {
        off: disableScim(input: $input) { ${state('DisableScimPayload')} }
        on: enableScim(input: $again) { ${state('EnableScimPayload')} }
      }`,
      { input: { organizationId: id }, again: { organizationId: id } },
    )
    const directories = { nodes: [{ name: 'Vantage Okta' }] }
    expect(data).toEqual({
      off: { organization: { scimEnabled: false, directories } },
      on: { organization: { scimEnabled: true, directories } },
    })
  })
})

describe('createPortalLink', () => {
  test('of WorkOS answers a link into the set-up of directory sync', async () => {
    const { workosEmptyOrganizationId: upstreamId } = app.sandbox.data.known
    const result = await mutate(app, 'createPortalLink', {
      organizationId: organizationId('workos', upstreamId),
      clientMutationId: '',
    })
    expect(result).toEqual({
      __typename: 'CreatePortalLinkPayload',
      url: expect.stringMatching(/^https:\/\/setup\.workos\.example\/setup\?token=/),
      expiresAt: null,
      clientMutationId: '',
    })
    const [call] = app.sandbox.calls
    expect(JSON.parse(call?.body ?? '')).toEqual({ organization: upstreamId, intent: 'dsync' })
  })

  test('of Scalekit answers a link for directory sync, and until when it is good', async () => {
    const { known, scalekit } = app.sandbox.data
    const result = await mutate(app, 'createPortalLink', {
      organizationId: organizationId('scalekit', known.scalekitEmptyOrganizationId),
    })
    expect(result).toMatchObject({
      url: expect.stringMatching(/^https:\/\/portal\.scalekit\.example\/magicLink\//),
      expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.+Z$/),
    })
    expect(scalekit.portalLinks).toMatchObject([
      { organization_id: known.scalekitEmptyOrganizationId, features: ['dir_sync'] },
    ])
  })
})

describe('createDirectory', () => {
  test('sets up a directory of a Scalekit organization, which lists it from then on', async () => {
    const { known, scalekit } = app.sandbox.data
    const id = organizationId('scalekit', known.scalekitEmptyOrganizationId)
    const result = await mutate(app, 'createDirectory', {
      organizationId: id,
      identityProvider: 'ENTRA_ID',
      clientMutationId: 'new one',
    })
    const created = scalekit.directories.find(
      row => row.organization_id === known.scalekitEmptyOrganizationId,
    )
    expect(created).toMatchObject({ directory_type: 'SCIM', directory_provider: 'MICROSOFT_AD' })
    expect(result).toEqual({
      __typename: 'CreateDirectoryPayload',
      directory: {
        id: directoryId(app.sandbox, created?.id ?? ''),
        name: 'Microsoft Entra ID',
        identityProvider: 'ENTRA_ID',
        protocol: 'SCIM',
        organization: { id },
      },
      clientMutationId: 'new one',
    })
    const answer = await app.query(
      'query($id: ID!) { organization(by: { id: $id }) { directories { nodes { upstreamId } } } }',
      { id },
    )
    expect(answer).toEqual({
      data: { organization: { directories: { nodes: [{ upstreamId: created?.id }] } } },
    })
  })

  test.each([
    ['SCIM', 'SCIM'],
    ['API', 'POLL'],
    ['LDAP', 'LDAP'],
    [null, 'SCIM'],
  ])('takes the protocol %s', async (protocol, upstreamType) => {
    const { known, scalekit } = app.sandbox.data
    const result = await mutate(app, 'createDirectory', {
      organizationId: organizationId('scalekit', known.scalekitEmptyOrganizationId),
      identityProvider: 'OKTA',
      protocol,
    })
    expect(result).toMatchObject({ directory: { protocol: protocol ?? 'SCIM' } })
    expect(scalekit.directories[0]).toMatchObject({ directory_type: upstreamType })
  })

  test.each([
    ['identityProvider', { identityProvider: 'WORKDAY' }],
    ['identityProvider', { identityProvider: 'OTHER' }],
    ['protocol', { identityProvider: 'OKTA', protocol: 'SFTP' }],
  ])('blames %s for what Scalekit does not know, and sends nothing: %o', async (field, wanted) => {
    const { scalekitEmptyOrganizationId } = app.sandbox.data.known
    const result = await mutate(app, 'createDirectory', {
      organizationId: organizationId('scalekit', scalekitEmptyOrganizationId),
      ...wanted,
    })
    expect(result).toMatchObject({ __typename: 'InvalidInputError', field })
    expect(app.sandbox.calls).toEqual([])
  })
})
