import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DirectoryProvider } from '../../src/domain/directory-provider.ts'
import type { Detail } from '../../src/domain/entities.ts'
import type { EntityKey } from '../../src/domain/entity-key.ts'
import type { PageRequest } from '../../src/domain/page.ts'
import type { RecordedCall } from '../../src/sandbox/sandbox.ts'
import {
  backward,
  forward,
  type Ground,
  NO_DIRECTORY_FILTER,
  NO_ORGANIZATION_FILTER,
  NO_USER_FILTER,
  startGround,
} from '../providers/start-ground.ts'
import { anyCall } from '../support/any-call.ts'
import { samplesOf } from './truth.ts'

type Call = Pick<RecordedCall, 'provider' | 'method' | 'path' | 'query' | 'headers' | 'status'>

const DETAILS: readonly Detail[] = ['key', 'name', 'basic', 'full']
const SIZES = [1, 2, 7, 10, 20, 29, 30, 31, 50, 61, 99, 100]

/** The parameters that each list publishes, and by which of them it has to be filtered. */
const WORKOS_LISTS: Record<string, { takes: readonly string[]; needs?: readonly string[] }> = {
  '/organizations': { takes: ['domains', 'search'] },
  '/directories': { takes: ['organization_id', 'search'] },
  '/directory_users': { takes: ['directory', 'group', 'email', 'idp_id'], needs: ['directory', 'group'] },
  '/directory_groups': { takes: ['directory', 'user'], needs: ['directory', 'user'] },
}
const SCALEKIT_LISTS: readonly (readonly [RegExp, readonly string[], min: number, max: number])[] = [
  [/^\/api\/v1\/organizations$/, ['external_id'], 10, 100],
  [/^\/api\/v1\/organizations:search$/, ['query'], 1, 30],
  [
    /^\/api\/v1\/organizations\/org_\w+\/directories\/dir_\w+\/users$/,
    ['include_detail', 'directory_group_id', 'updated_after'],
    1,
    30,
  ],
  [
    /^\/api\/v1\/organizations\/org_\w+\/directories\/dir_\w+\/groups$/,
    ['include_detail', 'include_external_groups', 'updated_after'],
    1,
    30,
  ],
]

/** How a request breaks what WorkOS publishes; nothing where it keeps to it. */
function offencesOfWorkos({ path, query, method, headers }: Call): string[] {
  const list = method === 'GET' ? WORKOS_LISTS[path] : undefined
  const offences = headers.authorization?.startsWith('Bearer sk_') ? [] : ['no key']
  if (list === undefined) return [...offences, ...Object.keys(query).map(name => `unknown ${name}`)]
  const known = ['limit', 'order', 'after', ...list.takes]
  offences.push(
    ...Object.keys(query)
      .filter(name => !known.includes(name))
      .map(name => `unknown ${name}`),
  )
  if (!/^([1-9]\d?|100)$/.test(String(query.limit))) offences.push(`limit ${query.limit}`)
  if (query.order !== 'asc' && query.order !== 'desc') offences.push(`order ${query.order}`)
  if (list.needs && !list.needs.some(name => query[name])) offences.push('no filter')
  if (query.email !== undefined && !query.directory) offences.push('email without directory')
  return offences
}

/** The same for Scalekit. */
function offencesOfScalekit({ path, query, method, headers }: Call): string[] {
  if (path === '/oauth/token') return headers.authorization ? ['a token to get a token'] : []
  const offences = headers.authorization?.startsWith('Bearer ') ? [] : ['no token']
  const list = method === 'GET' ? SCALEKIT_LISTS.find(([pattern]) => pattern.test(path)) : undefined
  const [, takes = [], min = 1, max = 0] = list ?? []
  const isPortalLink = method === 'PUT' && path.endsWith('/portal_links')
  const known = isPortalLink ? ['features'] : list ? ['page_size', 'page_token', ...takes] : []
  offences.push(
    ...Object.keys(query)
      .filter(name => !known.includes(name))
      .map(name => `unknown ${name}`),
  )
  const size = Number(query.page_size)
  if (list && !(size >= min && size <= max)) offences.push(`page_size ${query.page_size}`)
  return offences
}

const offencesOf = (calls: readonly Call[]) =>
  calls.flatMap(call => {
    const found = call.provider === 'workos' ? offencesOfWorkos(call) : offencesOfScalekit(call)
    const refused = [400, 405, 422].includes(call.status ?? 0) ? [`answered with ${call.status}`] : []
    return [...found, ...refused].map(offence => `${call.method} ${call.path}: ${offence}`)
  })

let ground: Ground

beforeEach(async () => {
  ground = await startGround({ deletionDelayMs: 60_000 })
})

afterEach(() => ground.stop())

/** Every list in one size, and what lies on both sides of its last item. */
async function listEverything(provider: DirectoryProvider, size: number, detail: Detail): Promise<void> {
  const { sandbox } = ground
  const around = async (list: (page: PageRequest) => Promise<unknown>) => {
    const first = (await list(forward(size))) as { edges?: { cursor: string }[] }
    for (const cursor of [first.edges?.[0]?.cursor, first.edges?.at(-1)?.cursor]) {
      if (cursor === undefined) continue
      await list(forward(size, cursor))
      await list(backward(size, cursor))
    }
    await list(backward(size)).catch(() => null)
  }
  for (const search of [null, 'okta']) {
    await around(page => provider.listAllDirectories({ ...NO_DIRECTORY_FILTER, search, page }, anyCall()))
    await around(page => provider.listOrganizations({ ...NO_ORGANIZATION_FILTER, search, page }, anyCall()))
  }
  for (const name of ['workos', 'scalekit'] as const) {
    const samples = samplesOf(sandbox.data, name)
    const { externalId, organization, directory, group, userWithGroups } = samples
    await around(page =>
      provider.listOrganizations({ ...NO_ORGANIZATION_FILTER, externalId, page }, anyCall()),
    )
    await around(page =>
      provider.listAllDirectories({ ...NO_DIRECTORY_FILTER, organization, page }, anyCall()),
    )
    await around(
      async page => (await provider.listDirectories([{ of: { key: organization }, page }], anyCall()))[0],
    )
    const within = { kind: 'Directory' as const, key: directory }
    const ofUser = { kind: 'DirectoryUser' as const, key: userWithGroups, groups: null }
    for (const parent of [within, ofUser]) {
      await around(
        async page => (await provider.listGroups([{ within: parent, page, detail }], anyCall()))[0],
      )
    }
    const email = sandbox.data.known.sharedEmail
    const updatedAfter = new Date('2026-08-31T00:00:00.123Z')
    for (const filter of [{}, { group }, { email }, { email, group }, { updatedAfter }]) {
      const asked = { ...NO_USER_FILTER, ...filter }
      const ofGroup = { kind: 'DirectoryGroup' as const, key: group }
      for (const parent of 'group' in filter ? [within, ofGroup] : [within]) {
        await around(async page => {
          const list = { within: parent, page, filter: asked, detail }
          return (await provider.listUsers([list], anyCall()))[0]
        })
      }
    }
  }
}

describe('no request breaks what the providers publish', () => {
  test.each(SIZES)('in any list by pages of %i', async size => {
    await listEverything(ground.composite, size, DETAILS[size % DETAILS.length] ?? 'basic')
    expect(ground.sandbox.calls.length).toBeGreaterThan(100)
    expect(offencesOf(ground.sandbox.calls)).toEqual([])
  })

  test('in any look-up', async () => {
    const { composite, sandbox } = ground
    for (const name of ['workos', 'scalekit'] as const) {
      const samples = samplesOf(sandbox.data, name)
      const finds = (...keys: EntityKey[]) => DETAILS.flatMap(detail => keys.map(key => ({ key, detail })))
      await composite.findOrganizations(finds(samples.organization, samples.unknown.organization), anyCall())
      await composite.findDirectories(finds(samples.directory, samples.unknown.directory), anyCall())
      await composite.findUsers(finds(samples.user, samples.unknown.user), anyCall())
      await composite.findGroups(finds(samples.group, samples.unknown.group), anyCall())
    }
    await composite.findUsersByEmail(
      { email: sandbox.data.known.sharedEmail, organization: null, detail: 'full' },
      anyCall(),
    )
    await composite.check(anyCall())
    expect(sandbox.calls.length).toBeGreaterThan(30)
    expect(offencesOf(sandbox.calls)).toEqual([])
  })

  test('in any write', async () => {
    const { composite, sandbox } = ground
    for (const name of ['workos', 'scalekit'] as const) {
      const { organization, directory, otherDirectory } = samplesOf(sandbox.data, name)
      const draft = { identityProvider: 'OKTA', protocol: 'SCIM' } as const
      await Promise.allSettled([
        composite.enableScim(organization, anyCall()),
        composite.disableScim(organization, anyCall()),
        composite.createPortalLink(organization, anyCall()),
        composite.createDirectory(organization, draft, anyCall()),
        composite.enableDirectory(directory, anyCall()),
        composite.syncDirectory(directory, anyCall()),
        composite.createDirectorySecret(directory, anyCall()),
        composite.deleteDirectory(otherDirectory, true, anyCall()),
      ])
      await composite.disableDirectory(directory, anyCall()).catch(() => null)
    }
    expect(sandbox.calls.length).toBeGreaterThan(10)
    expect(offencesOf(sandbox.calls)).toEqual([])
  })

  test('and one that did would be seen', () => {
    const call = { method: 'GET', headers: { authorization: 'Bearer sk_x' }, status: 200 }
    const workos = (path: string, query: Call['query']) =>
      offencesOf([{ ...call, provider: 'workos', path, query }])
    const scalekit = (path: string, query: Call['query']) =>
      offencesOf([{ ...call, provider: 'scalekit', path: `/api/v1/organizations${path}`, query }])
    expect(workos('/directories', { limit: '101', order: 'desc' })).toHaveLength(1)
    expect(workos('/directories', { limit: '5', before: 'x' })).toHaveLength(2)
    expect(workos('/directory_users', { limit: '5', order: 'asc' })).toHaveLength(1)
    expect(workos('/directory_users/directory_user_1', { limit: '5' })).toHaveLength(1)
    expect(scalekit('/org_1/directories/dir_1/users', { page_size: '31' })).toHaveLength(1)
    expect(scalekit('', { page_size: '9' })).toHaveLength(1)
    expect(scalekit('/org_1/directories', { page_size: '30' })).toHaveLength(1)
    expect(
      offencesOf([{ ...call, provider: 'workos', path: '/portal/x', query: {}, status: 422 }]),
    ).toHaveLength(1)
  })
})
