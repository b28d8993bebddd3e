import { LRUCache } from 'lru-cache'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { directoryId, organizationId, userId } from '../support/seeded-ids.ts'
import { startApp, type TestApp, type TestAppSettings } from '../support/start-app.ts'

let app: TestApp

afterEach(() => app.stop())

const start = async (settings: TestAppSettings = {}) => {
  app = await startApp({ dirgraph: { cacheTtlSeconds: 300 }, ...settings })
}

interface Ids {
  readonly organization: string
  readonly directory: string
  readonly user: string
  readonly otherOrganization: string
  readonly otherDirectory: string
  readonly sibling: string
}

type Read = readonly [query: string, idOf: (ids: Ids) => string]

const directory = (selection: string) => `query($id: ID!) { directory(by: { id: $id }) { ${selection} } }`
/** By way of a user, so that the directory’s own record has no part in it. */
const colleagues = (selection: string) =>
  `query($id: ID!) { node(id: $id) { ... on DirectoryUser { directory { ${selection} } } } }`
const organization = (selection: string) =>
  `query($id: ID!) { organization(by: { id: $id }) { ${selection} } }`

/** One read of every kind, and of each also one that concerns something else. */
const READS = {
  user: ['query($id: ID!) { node(id: $id) { ... on DirectoryUser { name } } }', ids => ids.user],
  organizations: ['{ organizations(first: 20) { nodes { name scimEnabled } } }', () => ''],
  organization: [organization('name scimEnabled'), ids => ids.organization],
  directories: [
    'query($id: ID!) { node(id: $id) { ... on Organization { directories { nodes { name state } } } } }',
    ids => ids.organization,
  ],
  directory: [directory('name state secrets { suffix }'), ids => ids.directory],
  users: [colleagues('users(first: 3) { nodes { name } }'), ids => ids.user],
  groups: [colleagues('groups(first: 3) { nodes { name } }'), ids => ids.user],
  otherOrganization: [organization('name directories { nodes { name } }'), ids => ids.otherOrganization],
  otherDirectory: [directory('name users(first: 3) { nodes { name } }'), ids => ids.otherDirectory],
  sibling: [directory('id users(first: 3) { nodes { name } }'), ids => ids.sibling],
} as const satisfies Record<string, Read>
type Name = keyof typeof READS

const NAMES = Object.keys(READS) as Name[]

function idsAt(provider: 'workos' | 'scalekit', { data }: Sandbox): Ids {
  const { known } = data
  const its =
    provider === 'workos'
      ? {
          organization: known.workosTwoDirectoriesOrganizationId,
          directory: known.workosMediumDirectoryId,
          otherOrganization: known.workosOrganizationId,
          otherDirectory: known.workosLargeDirectoryId,
          sibling: known.workosUnlinkedDirectoryId,
        }
      : {
          organization: known.scalekitTwoDirectoriesOrganizationId,
          directory: known.scalekitMediumDirectoryId,
          otherOrganization: known.scalekitOrganizationId,
          otherDirectory: known.scalekitLargeDirectoryId,
          sibling: known.scalekitDisabledDirectoryId,
        }
  return {
    organization: organizationId(provider, its.organization),
    directory: directoryId({ data } as Sandbox, its.directory),
    otherOrganization: organizationId(provider, its.otherOrganization),
    otherDirectory: directoryId({ data } as Sandbox, its.otherDirectory),
    sibling: directoryId({ data } as Sandbox, its.sibling),
    user: userId({ data } as Sandbox, data[provider].rosters.get(its.directory)?.users[0]?.id ?? ''),
  }
}

async function read(name: Name, ids: Ids): Promise<number> {
  const [query, idOf] = READS[name]
  app.sandbox.clearCalls()
  const { errors } = await app.query(query, { id: idOf(ids) })
  expect(errors).toBeUndefined()
  return app.sandbox.calls.length
}

const input = (name: string, id: 'organizationId' | 'directoryId', more = '') =>
  `mutation($id: ID!) { ${name}(input: { ${id}: $id${more} }) { __typename ... on Error { message } } }`

/** Each mutation, and which of the reads tell of something that it changes. */
const CHANGES: readonly (readonly [
  'workos' | 'scalekit',
  string,
  string,
  (ids: Ids) => string,
  readonly Name[],
])[] = [
  [
    'scalekit',
    'enableScim',
    input('enableScim', 'organizationId'),
    ids => ids.organization,
    ['organizations', 'organization'],
  ],
  [
    'scalekit',
    'disableScim',
    input('disableScim', 'organizationId'),
    ids => ids.organization,
    ['organizations', 'organization'],
  ],
  ['scalekit', 'createPortalLink', input('createPortalLink', 'organizationId'), ids => ids.organization, []],
  ['workos', 'createPortalLink', input('createPortalLink', 'organizationId'), ids => ids.organization, []],
  [
    'scalekit',
    'createDirectory',
    input('createDirectory', 'organizationId', ', identityProvider: OKTA'),
    ids => ids.organization,
    ['directories'],
  ],
  [
    'scalekit',
    'enableDirectory',
    input('enableDirectory', 'directoryId'),
    ids => ids.directory,
    ['directories', 'directory'],
  ],
  [
    'scalekit',
    'disableDirectory',
    input('disableDirectory', 'directoryId'),
    ids => ids.directory,
    ['directories', 'directory'],
  ],
  [
    'scalekit',
    'syncDirectory',
    input('syncDirectory', 'directoryId'),
    ids => ids.directory,
    ['user', 'directories', 'directory', 'users', 'groups'],
  ],
  [
    'scalekit',
    'createDirectorySecret',
    input('createDirectorySecret', 'directoryId'),
    ids => ids.directory,
    ['directories', 'directory'],
  ],
  [
    'scalekit',
    'deleteDirectory',
    input('deleteDirectory', 'directoryId', ', force: true'),
    ids => ids.directory,
    ['user', 'directories', 'directory', 'users', 'groups'],
  ],
  [
    'workos',
    'deleteDirectory',
    input('deleteDirectory', 'directoryId'),
    ids => ids.directory,
    ['user', 'directories', 'directory', 'users', 'groups'],
  ],
]

describe('after a mutation, what it changed is read again and all else is not:', () => {
  test.each(CHANGES)('%s %s', async (provider, _name, mutation, idOf, changed) => {
    await start({ deletionDelayMs: 60_000 })
    const ids = idsAt(provider, app.sandbox)
    for (const one of NAMES) await read(one, ids)
    for (const one of NAMES) expect([one, await read(one, ids)]).toEqual([one, 0])
    const { data, errors } = await app.query<Record<string, { __typename: string }>>(mutation, {
      id: idOf(ids),
    })
    expect(errors).toBeUndefined()
    expect(Object.values(data ?? {})[0]?.__typename).toMatch(/Payload$/)
    const again = []
    for (const one of NAMES) {
      const [query, readIdOf] = READS[one]
      app.sandbox.clearCalls()
      await app.query(query, { id: readIdOf(ids) })
      if (app.sandbox.calls.length > 0) again.push(one)
    }
    expect(again).toEqual(changed)
  })

  test('for the payload of the mutation itself', async () => {
    await start()
    const { directory: id } = idsAt('scalekit', app.sandbox)
    await app.query(directory('enabled'), { id })
    const { data } = await app.query(
      `mutation($id: ID!) { disableDirectory(input: { directoryId: $id }) {
        ... on DisableDirectoryPayload { directory { enabled } } } }`,
      { id },
    )
    expect(data).toEqual({ disableDirectory: { directory: { enabled: false } } })
    expect((await app.query(directory('enabled'), { id })).data).toEqual({ directory: { enabled: false } })
  })

  test('though the provider has refused it, or nobody knows whether it has carried it out', async () => {
    await start()
    const { directory: id } = idsAt('scalekit', app.sandbox)
    await app.query(directory('enabled'), { id })
    app.sandbox.inject({ provider: 'scalekit', method: 'PATCH', kind: 'reset-mid-body', times: 1 })
    await app.query(input('disableDirectory', 'directoryId'), { id })
    expect((await app.query(directory('enabled'), { id })).data).toEqual({ directory: { enabled: false } })
  })
})

describe('a read that is under way during a write', () => {
  const LIST = '{ organizations(first: 20, filter: { provider: SCALEKIT }) { nodes { id scimEnabled } } }'
  const isOn = (data: unknown, id: string) =>
    (data as { organizations: { nodes: { id: string; scimEnabled: boolean }[] } }).organizations.nodes.find(
      node => node.id === id,
    )?.scimEnabled

  test('is not kept, and nobody who comes after the write gets it', async () => {
    await start({ providers: ['scalekit'] })
    const id = organizationId('scalekit', app.sandbox.data.known.scalekitScimOffOrganizationId)
    // The token, so that the calls of the test are the only ones.
    await app.query('query($id: ID!) { organization(by: { id: $id }) { name } }', { id })
    app.sandbox.clearCalls()
    app.sandbox.inject({ provider: 'scalekit', method: 'GET', times: 1, kind: 'delay', delayMs: 300 })
    const before = app.query(LIST)
    await expect.poll(() => app.sandbox.calls.length).toBe(1)
    const { data } = await app.query(
      'mutation($id: ID!) { enableScim(input: { organizationId: $id }) { __typename } }',
      { id },
    )
    expect(data).toEqual({ enableScim: { __typename: 'EnableScimPayload' } })
    const after = await app.query(LIST)
    expect(isOn(after.data, id)).toBe(true)
    await before
    const lists = () =>
      app.sandbox.calls.filter(({ method, path }) => method === 'GET' && path.endsWith('organizations'))
    expect(lists()).toHaveLength(2)
    expect(isOn((await app.query(LIST)).data, id)).toBe(true)
    expect(lists()).toHaveLength(2)
  })

  test('is not kept where nobody asks in between', async () => {
    await start({ providers: ['scalekit'] })
    const id = organizationId('scalekit', app.sandbox.data.known.scalekitScimOffOrganizationId)
    await app.query('query($id: ID!) { organization(by: { id: $id }) { name } }', { id })
    app.sandbox.clearCalls()
    app.sandbox.inject({ provider: 'scalekit', method: 'GET', times: 1, kind: 'delay', delayMs: 300 })
    const before = app.query(LIST)
    await expect.poll(() => app.sandbox.calls.length).toBe(1)
    await app.query('mutation($id: ID!) { enableScim(input: { organizationId: $id }) { __typename } }', {
      id,
    })
    await before
    app.sandbox.clearCalls()
    await app.query(LIST)
    expect(app.sandbox.calls).toHaveLength(1)
  })
})

describe('the keys of what is kept', () => {
  test('hold no e-mail address', async () => {
    await start()
    const set = vi.spyOn(LRUCache.prototype, 'set')
    const { data, errors } = await app.query(
      '{ directoryUsersByEmail(email: "priya.raman@fieldwork.example") { email } }',
    )
    const keys = set.mock.calls.map(([key]) => String(key))
    set.mockRestore()
    expect([errors, data]).toEqual([
      undefined,
      { directoryUsersByEmail: [expect.any(Object), expect.any(Object)] },
    ])
    expect(app.sandbox.calls.some(({ query }) => String(query.email).includes('priya'))).toBe(true)
    expect(keys.length).toBeGreaterThan(app.sandbox.calls.length / 2)
    expect(keys.filter(key => /@|priya|fieldwork|%40/.test(key))).toEqual([])
  })
})
