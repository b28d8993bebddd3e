import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CALL_BOUNDS } from '../../src/domain/call-bounds.ts'
import type { CallContext, DirectoryProvider, Find } from '../../src/domain/directory-provider.ts'
import type { Detail } from '../../src/domain/entities.ts'
import { directoryKey, type EntityKey, upstreamIdOf } from '../../src/domain/entity-key.ts'
import { type Samples, samplesOf, truthOf } from '../contract/truth.ts'
import {
  callsTo,
  forward,
  type Ground,
  lastCursor,
  NO_DIRECTORY_FILTER,
  NO_ORGANIZATION_FILTER,
  NO_USER_FILTER,
  startGround,
  whole,
} from '../providers/start-ground.ts'
import { anyCall } from '../support/any-call.ts'

type Provider = 'workos' | 'scalekit'

/** What a read is given: the adapter, the call of one operation, and keys of a world that is hard on it. */
interface World extends Samples {
  readonly provider: DirectoryProvider
  readonly call: CallContext
  readonly bigDirectory: EntityKey
  readonly users: readonly EntityKey[]
  readonly groups: readonly EntityKey[]
}

let ground: Ground

beforeEach(async () => {
  ground = await startGround({ scale: { users: 1_490, organizations: 140 } })
})

afterEach(() => ground.stop())

function worldOf(name: Provider): World {
  const { data } = ground.sandbox
  const { known } = data
  const [organization, directory] =
    name === 'workos'
      ? [known.workosScaleOrganizationId, known.workosScaleDirectoryId]
      : [known.scalekitScaleOrganizationId, known.scalekitScaleDirectoryId]
  const samples = samplesOf(data, name)
  const truth = truthOf(data, [name])
  return {
    ...samples,
    provider: ground[name],
    call: anyCall(),
    bigDirectory: directoryKey(name, organization ?? '', directory ?? ''),
    users: truth.users(samples.directory),
    groups: truth.groups(samples.directory),
  }
}

const findsOf = (keys: readonly EntityKey[], detail: Detail = 'basic'): Find[] =>
  keys.map(key => ({ key, detail }))
const directory = (key: EntityKey) => ({ kind: 'Directory' as const, key })
const LIMITS = [1, 10, 30, 31, 60, 100]

/** How many calls a read makes. */
async function callsOf(name: Provider, read: () => Promise<unknown>): Promise<number> {
  ground.sandbox.clearCalls()
  await read()
  return callsTo(ground.sandbox, name).length
}

const READS: readonly (readonly [what: string, bound: number, read: (world: World) => Promise<unknown>])[] = [
  ...LIMITS.flatMap(limit => [
    [
      `listOrganizations of ${limit}`,
      CALL_BOUNDS.listOrganizations(limit, false),
      ({ provider, call }: World) =>
        provider.listOrganizations(
          { ...NO_ORGANIZATION_FILTER, page: forward(limit), isWithDirectories: true },
          call,
        ),
    ] as const,
    [
      `listOrganizations of ${limit} by a search`,
      CALL_BOUNDS.listOrganizations(limit, false),
      ({ provider, call }: World) =>
        provider.listOrganizations({ ...NO_ORGANIZATION_FILTER, search: 'inc', page: forward(limit) }, call),
    ] as const,
    [
      `listAllDirectories of ${limit}`,
      CALL_BOUNDS.listAllDirectories,
      ({ provider, call }: World) =>
        provider.listAllDirectories({ ...NO_DIRECTORY_FILTER, page: forward(limit) }, call),
    ] as const,
    [
      `listUsers of ${limit} of a directory`,
      CALL_BOUNDS.listMembers(limit, false),
      ({ provider, call, bigDirectory }: World) =>
        provider.listUsers(
          [
            {
              within: directory(bigDirectory),
              page: forward(limit),
              filter: NO_USER_FILTER,
              detail: 'full',
            },
          ],
          call,
        ),
    ] as const,
    [
      `listUsers of ${limit} of a group`,
      CALL_BOUNDS.listMembers(limit, false),
      ({ provider, call, group }: World) =>
        provider.listUsers(
          [
            {
              within: { kind: 'DirectoryGroup', key: group },
              page: forward(limit),
              filter: NO_USER_FILTER,
              detail: 'basic',
            },
          ],
          call,
        ),
    ] as const,
    [
      `listGroups of ${limit} of a directory`,
      CALL_BOUNDS.listMembers(limit, false),
      ({ provider, call, bigDirectory }: World) =>
        provider.listGroups(
          [{ within: directory(bigDirectory), page: forward(limit), detail: 'basic' }],
          call,
        ),
    ] as const,
  ]),
  [
    'listAllDirectories by a search that finds nothing',
    CALL_BOUNDS.listAllDirectories,
    ({ provider, call }) =>
      provider
        .listAllDirectories({ ...NO_DIRECTORY_FILTER, search: 'nothing of the kind', page: forward(1) }, call)
        .catch(() => null),
  ],
  [
    'listDirectories of one organization',
    CALL_BOUNDS.listDirectories,
    ({ provider, call, twoDirectories }) =>
      provider.listDirectories([{ of: { key: twoDirectories }, page: forward(10) }], call),
  ],
  [
    'listUsers with an address',
    CALL_BOUNDS.scan,
    ({ provider, call, bigDirectory }) =>
      provider.listUsers(
        [
          {
            within: directory(bigDirectory),
            page: forward(100),
            filter: { ...NO_USER_FILTER, email: 'nobody@nowhere.example' },
            detail: 'basic',
          },
        ],
        call,
      ),
  ],
  ...(['name', 'basic', 'full'] as const).map(
    detail =>
      [
        `listGroups of users that came without them, with ${detail}`,
        40 * CALL_BOUNDS.listGroupsOfUser + 2 * CALL_BOUNDS.scan,
        ({ provider, call, users }: World) =>
          provider.listGroups(
            users.slice(0, 40).map(key => ({
              within: { kind: 'DirectoryUser', key, groups: null },
              page: forward(20),
              detail,
            })),
            call,
          ),
      ] as const,
  ),
  [
    'listGroups of users that came with them',
    40 * CALL_BOUNDS.listGroupsOfUser + CALL_BOUNDS.scan,
    async ({ provider, call, directory: key }) => {
      const page = { within: directory(key), page: forward(40), filter: NO_USER_FILTER }
      const [users] = await provider.listUsers([{ ...page, detail: 'full' }], call)
      ground.sandbox.clearCalls()
      const those = whole(users).edges.map(({ node }) => whole(node))
      return provider.listGroups(
        those.map(within => ({ within, page: forward(20), detail: 'basic' })),
        call,
      )
    },
  ],
  [
    'findOrganizations',
    2 * CALL_BOUNDS.findOne,
    ({ provider, call, organization, unknown }) =>
      provider.findOrganizations(findsOf([organization, unknown.organization]), call),
  ],
  [
    'findDirectories',
    3 * CALL_BOUNDS.findOne,
    ({ provider, call, directory, otherDirectory, unknown }) =>
      provider.findDirectories(findsOf([directory, otherDirectory, unknown.directory]), call),
  ],
]

describe.each(['workos', 'scalekit'] as const)('at %s, no more calls than are reckoned are made by', name => {
  test.each(READS)('%s', async (_what, bound, read) => {
    expect(await callsOf(name, () => read(worldOf(name)))).toBeLessThanOrEqual(bound)
  })

  test('findUsers and findGroups', async () => {
    const { provider, call, users, groups, unknown } = worldOf(name)
    const bound = name === 'workos' ? 3 * CALL_BOUNDS.findMember : CALL_BOUNDS.scan
    const finds = { users: [...users.slice(-2), unknown.user], groups: [...groups.slice(-2), unknown.group] }
    expect(await callsOf(name, () => provider.findUsers(findsOf(finds.users), call))).toBeLessThanOrEqual(
      bound,
    )
    expect(await callsOf(name, () => provider.findGroups(findsOf(finds.groups), call))).toBeLessThanOrEqual(
      bound,
    )
  })

  test('pages of 100 behind a cursor of a page of 1', async () => {
    const { provider, bigDirectory } = worldOf(name)
    const page = (limit: number, cursor: string | null) => ({
      within: directory(bigDirectory),
      page: forward(limit, cursor),
      filter: NO_USER_FILTER,
      detail: 'basic' as const,
    })
    const [first] = await provider.listUsers([page(1, null)], anyCall())
    const users = () => provider.listUsers([page(100, lastCursor(whole(first)))], anyCall())
    expect(await callsOf(name, users)).toBeLessThanOrEqual(CALL_BOUNDS.listMembers(100, true))
    const organizations = (limit: number, cursor: string | null) =>
      provider.listOrganizations(
        { ...NO_ORGANIZATION_FILTER, search: 'company', page: forward(limit, cursor) },
        anyCall(),
      )
    const cursor = lastCursor(await organizations(1, null))
    expect(await callsOf(name, () => organizations(100, cursor))).toBeLessThanOrEqual(
      CALL_BOUNDS.listOrganizations(100, true),
    )
  })

  test('every write', async () => {
    const { provider, organization, directory: on, disabledDirectory: off } = worldOf(name)
    const writes: readonly ((call: CallContext) => Promise<unknown>)[] = [
      call => provider.enableScim(organization, call),
      call => provider.createPortalLink(organization, call),
      call => provider.createDirectory(organization, { identityProvider: 'OKTA', protocol: 'SCIM' }, call),
      call => provider.enableDirectory(off, call).then(() => provider.findDirectories(findsOf([off]), call)),
      call => provider.syncDirectory(on, call).then(() => provider.findDirectories(findsOf([on]), call)),
      call => provider.createDirectorySecret(on, call),
      call => provider.deleteDirectory(on, true, call),
    ]
    for (const write of writes) {
      expect(await callsOf(name, () => write(anyCall()).catch(() => null))).toBeLessThanOrEqual(
        CALL_BOUNDS.write,
      )
    }
  })
})

describe('no more calls than are reckoned are made where a plan is given up:', () => {
  test('a listing of all directories that turns out longer', async () => {
    await ground.stop()
    ground = await startGround({ scale: { organizations: 250 } })
    const organizations = truthOf(ground.sandbox.data, ['workos']).organizations().slice(0, 2)
    const lists = organizations.map(key => ({ of: { key }, page: forward(10) }))
    const calls = await callsOf('workos', () => ground.workos.listDirectories(lists, anyCall()))
    expect(calls).toBe(2 * CALL_BOUNDS.listDirectories)
  })

  test('a walk over groups of which one can not be read', async () => {
    const { data } = ground.sandbox
    const id = data.known.workosExtraDirectoryIds[0] ?? ''
    const key = truthOf(data, ['workos'])
      .directories()
      .find(candidate => upstreamIdOf(candidate) === id) as EntityKey
    const users = truthOf(data, ['workos']).users(key)
    await ground.workos.findDirectories(findsOf([key]), anyCall())
    Object.assign(data.workos.rosters.get(id)?.groups[0] ?? {}, { name: { not: 'text' } })
    const lists = users.map(user => ({
      within: { kind: 'DirectoryUser' as const, key: user, groups: null },
      page: forward(20),
      detail: 'basic' as const,
    }))
    const calls = await callsOf('workos', () => ground.workos.listGroups(lists, anyCall()))
    expect(calls).toBeGreaterThan(users.length)
    expect(calls).toBeLessThanOrEqual(users.length * CALL_BOUNDS.listGroupsOfUser)
  })
})

test('members of WorkOS whose records lack their organization cost as many calls as are reckoned', async () => {
  const { users, groups, directory: key } = worldOf('workos')
  const roster = ground.sandbox.data.workos.rosters.get(upstreamIdOf(key))
  for (const record of [...(roster?.users ?? []), ...(roster?.groups ?? [])]) {
    Object.assign(record, { organization_id: undefined })
  }
  const { workos } = ground
  const one = () => workos.findUsers(findsOf(users.slice(0, 1)), anyCall())
  const other = () => workos.findGroups(findsOf(groups.slice(0, 1)), anyCall())
  expect(await callsOf('workos', one)).toBe(CALL_BOUNDS.findMember)
  expect(await callsOf('workos', other)).toBe(CALL_BOUNDS.findMember)
})

test('a search by address over both providers costs no more calls than are reckoned', async () => {
  await ground.stop()
  ground = await startGround()
  await ground.composite.findUsersByEmail(
    { email: 'nobody@nowhere.example', organization: null, detail: 'basic' },
    anyCall(),
  )
  expect(allCalls()).toBeLessThanOrEqual(CALL_BOUNDS.findUsersByEmail)
})

test('lists over both providers cost no more calls than are reckoned, though a part was begun early', async () => {
  const { composite, sandbox } = ground
  const organizations = (limit: number) =>
    composite.listOrganizations({ ...NO_ORGANIZATION_FILTER, page: forward(limit) }, anyCall())
  const directories = (limit: number) =>
    composite.listAllDirectories(
      { ...NO_DIRECTORY_FILTER, search: 'nothing of the kind', page: forward(limit) },
      anyCall(),
    )
  sandbox.data.workos.organizations.splice(0, sandbox.data.workos.organizations.length - 40)
  for (const limit of [41, 100, 60, 40]) {
    sandbox.clearCalls()
    await organizations(limit)
    expect(allCalls()).toBeLessThanOrEqual(CALL_BOUNDS.listOrganizations(limit, false))
    sandbox.clearCalls()
    await directories(limit).catch(() => null)
    expect(allCalls()).toBeLessThanOrEqual(CALL_BOUNDS.listAllDirectories)
  }
})

const allCalls = () => callsTo(ground.sandbox, 'workos').length + callsTo(ground.sandbox, 'scalekit').length
