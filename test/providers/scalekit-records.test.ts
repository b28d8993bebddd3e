import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Detail } from '../../src/domain/entities.ts'
import { type EntityKey, organizationKeyOf, upstreamIdOf } from '../../src/domain/entity-key.ts'
import { UnavailableError } from '../../src/domain/provider-error.ts'
import { samplesOf, truthOf } from '../contract/truth.ts'
import { anyCall } from '../support/any-call.ts'
import {
  callsTo,
  forward,
  type Ground,
  keysOf,
  lastCursor,
  NO_DIRECTORY_FILTER,
  NO_ORGANIZATION_FILTER,
  NO_USER_FILTER,
  startGround,
  whole,
} from './start-ground.ts'

type Raw = Record<string, unknown>

let ground: Ground
let directory: EntityKey

beforeEach(async () => {
  ground = await startGround()
  directory = samplesOf(ground.sandbox.data, 'scalekit').directory
})

afterEach(() => ground.stop())

const truth = () => truthOf(ground.sandbox.data, ['scalekit'])

function rawUser(place: number): Raw {
  return ground.sandbox.data.scalekit.rosters.get(upstreamIdOf(directory))?.users[place] as unknown as Raw
}

function rawDirectory(): Raw {
  const { directories } = ground.sandbox.data.scalekit
  return directories.find(({ id }) => id === upstreamIdOf(directory)) as unknown as Raw
}

async function usersOf(page = forward(10), detail: Detail = 'full') {
  const list = { within: { kind: 'Directory' as const, key: directory }, page, filter: NO_USER_FILTER }
  return whole((await ground.scalekit.listUsers([{ ...list, detail }], anyCall()))[0])
}

async function readUser(change: Raw) {
  Object.assign(rawUser(0), change)
  return whole((await usersOf(forward(1))).edges[0]?.node)
}

async function readDirectory(change: Raw) {
  Object.assign(rawDirectory(), change)
  const [found] = await ground.scalekit.findDirectories([{ key: directory, detail: 'full' }], anyCall())
  return whole(found ?? undefined)
}

describe('a record of Scalekit', () => {
  test('that is malformed is an error at its edge, and a walk goes past it', async () => {
    const all = truth().users(directory)
    rawUser(0).emails = 'text'
    rawUser(4).given_name = 5
    rawUser(9).id = '../x'
    const page = await usersOf()
    expect(page.edges).toHaveLength(10)
    for (const [place, { node }] of page.edges.entries()) {
      if ([0, 4, 9].includes(place))
        expect(node).toMatchObject({ reason: 'bad-response', provider: 'scalekit' })
      else expect(node).toMatchObject({ key: all[place] })
    }
    expect(keysOf(await usersOf(forward(5, lastCursor(page))))).toEqual(all.slice(10, 15))
  })

  test('that is malformed leaves it open whether a key that was not found is there', async () => {
    const { unknown } = samplesOf(ground.sandbox.data, 'scalekit')
    const [bad, good] = truth().users(directory) as [EntityKey, EntityKey]
    rawUser(0).given_name = 5
    const finds = [bad, good, unknown.user].map(key => ({ key, detail: 'basic' as const }))
    expect(await ground.scalekit.findUsers(finds, anyCall())).toMatchObject([
      { reason: 'bad-response' },
      { key: good },
      { reason: 'bad-response' },
    ])
  })

  test('of a directory that is malformed is an error for its key, alone or among others', async () => {
    const keys = truth().directories(organizationKeyOf(directory) ?? undefined)
    rawDirectory().secrets = 'none'
    const other = keys.find(key => key !== directory)
    for (const several of [[directory], [directory, other]]) {
      const finds = several.map(key => ({ key: key as EntityKey, detail: 'basic' as const }))
      const found = await ground.scalekit.findDirectories(finds, anyCall())
      expect(found[0]).toBeInstanceOf(UnavailableError)
      if (several.length > 1) expect(found[1]).toMatchObject({ key: other })
    }
  })

  test('of an organization that is malformed is an error at its edge, in both lists', async () => {
    Object.assign(ground.sandbox.data.scalekit.organizations[2] ?? {}, { display_name: 5 })
    const organizations = { ...NO_ORGANIZATION_FILTER, page: forward(100) }
    const { edges } = await ground.scalekit.listOrganizations(organizations, anyCall())
    expect(edges.map(({ node }) => node instanceof UnavailableError)).toEqual(edges.map((_, at) => at === 2))
    const directories = { ...NO_DIRECTORY_FILTER, page: forward(100) }
    const page = await ground.scalekit.listAllDirectories(directories, anyCall())
    expect(page.edges.map(({ node }) => node instanceof UnavailableError)).toEqual([
      false,
      true,
      false,
      false,
      false,
    ])
  })

  test('of an organization that is malformed can be passed by a walk over directories', async () => {
    Object.assign(ground.sandbox.data.scalekit.organizations[2] ?? {}, { display_name: 5 })
    const list = (cursor: string | null, direction: 'forward' | 'backward' = 'forward') =>
      ground.scalekit.listAllDirectories(
        { ...NO_DIRECTORY_FILTER, page: { direction, limit: 1, cursor } },
        anyCall(),
      )
    const walked: unknown[] = []
    let page = await list(null)
    for (; page.edges.length > 0; page = await list(lastCursor(page))) {
      walked.push(page.edges[0]?.node)
    }
    const all = truth().directories()
    expect(walked).toMatchObject([
      { key: all[0] },
      { reason: 'bad-response' },
      ...all.slice(2).map(key => ({ key })),
    ])
    const failed = await list(lastCursor(await list(null)))
    expect(keysOf(await list(lastCursor(failed), 'backward'))).toEqual([all[0]])
  })

  test('keeps a word that is not known in its text, and says OTHER', async () => {
    expect(
      await readDirectory({ directory_type: 'GRAPH', directory_provider: 'QUANTUM', status: 'FROZEN' }),
    ).toMatchObject({
      protocol: 'OTHER',
      upstreamType: 'GRAPH',
      identityProvider: 'OTHER',
      upstreamIdentityProvider: 'QUANTUM',
      upstreamState: 'FROZEN',
    })
    const secret = { id: 'sec_1', secret_suffix: 'abcd', status: 'REVOKED' }
    expect((await readDirectory({ secrets: [secret] })).secrets).toMatchObject([{ status: 'OTHER' }])
  })

  test('is on by its switch, whatever its set-up says', async () => {
    expect(await readDirectory({ enabled: true, status: 'DRAFT' })).toMatchObject({ state: 'ACTIVE' })
    expect(await readDirectory({ enabled: false, status: 'COMPLETED' })).toMatchObject({ state: 'INACTIVE' })
    expect(await readDirectory({ enabled: null })).toMatchObject({ state: 'INACTIVE', enabled: false })
  })

  test('without a name is called after its identity provider', async () => {
    expect(await readDirectory({ name: '' })).toMatchObject({ name: 'Microsoft Entra ID' })
  })

  test('has null for the zero time, and milliseconds of nine digits', async () => {
    const zero = '0001-01-01T00:00:00Z'
    const read = await readDirectory({
      last_synced_at: zero,
      stats: { total_users: 1, total_groups: 1, group_updated_at: zero, user_updated_at: null },
      secrets: [
        {
          id: 'sec_1',
          secret_suffix: 'abcd',
          status: 'ACTIVE',
          create_time: '2024-10-22T18:36:05.501277310Z',
          expire_time: zero,
          last_used_time: zero,
        },
      ],
    })
    expect(read).toMatchObject({
      lastSyncedAt: null,
      stats: { groupsUpdatedAt: null, usersUpdatedAt: null },
      secrets: [{ createdAt: new Date('2024-10-22T18:36:05.501Z'), expiresAt: null, lastUsedAt: null }],
    })
    expect(await readUser({ updated_at: zero })).toMatchObject({ updatedAt: null })
  })

  test('prefers the counts of its statistics, and takes the others where there are none', async () => {
    const stats = { total_users: 7, total_groups: 0 }
    expect((await readDirectory({ total_users: 3, stats })).stats).toMatchObject({
      totalUsers: 7,
      totalGroups: 0,
    })
    expect((await readDirectory({ total_users: 3, stats: null })).stats).toMatchObject({ totalUsers: 3 })
  })

  test('has null for what is empty', async () => {
    expect(await readUser({ given_name: '', family_name: '', preferred_username: '' })).toMatchObject({
      firstName: null,
      lastName: null,
      name: null,
      username: null,
    })
  })

  test.each<[string, Raw, string | null, string[]]>([
    [
      'its own',
      { email: 'a@x.example', emails: ['b@x.example'] },
      'a@x.example',
      ['a@x.example', 'b@x.example'],
    ],
    ['the first of its list', { email: '', emails: ['b@x.example'] }, 'b@x.example', ['b@x.example']],
    ['the first that is one', { email: '', emails: ['', 'c@x.example'] }, 'c@x.example', ['c@x.example']],
    ['none', { email: '', emails: [''] }, null, []],
    ['none without a list', { email: '', emails: null }, null, []],
  ])('has as e-mail address %s', async (_title, change, email, emails) => {
    expect(await readUser(change)).toMatchObject({ email, emails })
  })

  test('of a user brings its groups in full detail, and then they cost no call', async () => {
    const at = truth()
      .users(directory)
      .findIndex(key => truth().groups(key).length > 2)
    const user = whole((await usersOf(forward(at + 1))).edges.at(-1)?.node)
    ground.sandbox.clearCalls()
    const lists = [{ within: user, page: forward(100), detail: 'name' as const }]
    const page = whole((await ground.scalekit.listGroups(lists, anyCall()))[0])
    expect(keysOf(page)).toEqual(truth().groups(user.key))
    expect(page.totalCount).toBe(page.edges.length)
    expect(callsTo(ground.sandbox, 'scalekit')).toHaveLength(0)
    const basic = whole((await usersOf(forward(1), 'basic')).edges[0]?.node)
    expect(basic.groups).toBeNull()
  })

  test('of a group inside a user claims no count, and is completed in one scan where one is wanted', async () => {
    const [found] = await ground.scalekit.findUsers(
      [{ key: samplesOf(ground.sandbox.data, 'scalekit').userWithGroups, detail: 'full' }],
      anyCall(),
    )
    const user = whole(found ?? undefined)
    expect(user.groups?.every(({ totalUsers, updatedAt }) => totalUsers === null && updatedAt === null)).toBe(
      true,
    )
    ground.sandbox.clearCalls()
    const lists = [{ within: user, page: forward(100), detail: 'basic' as const }]
    const page = whole((await ground.scalekit.listGroups(lists, anyCall()))[0])
    for (const { node } of page.edges) {
      const { key, totalUsers } = whole(node)
      expect(totalUsers).toBe(truth().users(key).length)
    }
    expect(callsTo(ground.sandbox, 'scalekit')).toHaveLength(1)
  })
})
