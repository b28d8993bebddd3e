import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EntityKey } from '../../src/domain/entity-key.ts'
import { directoryKey, memberKey, upstreamIdOf } from '../../src/domain/entity-key.ts'
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
  directory = samplesOf(ground.sandbox.data, 'workos').directory
})

afterEach(() => ground.stop())

/** The user at that place of the directory, newest first, to be changed. */
function rawUser(place: number): Raw {
  const users = ground.sandbox.data.workos.rosters.get(upstreamIdOf(directory))?.users ?? []
  return users.at(-1 - place) as unknown as Raw
}

async function usersOf(page = forward(10)) {
  const list = { within: { kind: 'Directory' as const, key: directory }, page, filter: NO_USER_FILTER }
  return whole((await ground.workos.listUsers([{ ...list, detail: 'full' }], anyCall()))[0])
}

async function readUser(change: Raw) {
  Object.assign(rawUser(0), change)
  return whole((await usersOf(forward(1))).edges[0]?.node)
}

async function readDirectory(change: Raw) {
  const raw = ground.sandbox.data.workos.directories.find(({ id }) => id === upstreamIdOf(directory))
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) delete (raw as unknown as Raw)[name]
    else (raw as unknown as Raw)[name] = value
  }
  const [found] = await ground.workos.findDirectories([{ key: directory, detail: 'full' }], anyCall())
  return whole(found ?? undefined)
}

describe('a record of WorkOS', () => {
  test('that is malformed is an error at its edge, and a walk goes past it', async () => {
    const all = truthOf(ground.sandbox.data, ['workos']).users(directory)
    rawUser(4).raw_attributes = 7
    rawUser(6).id = 'not-an-id'
    rawUser(9).state = 12
    const page = await usersOf()
    expect(page.edges).toHaveLength(10)
    for (const [place, { node }] of page.edges.entries()) {
      if ([4, 6, 9].includes(place))
        expect(node).toMatchObject({ reason: 'bad-response', provider: 'workos' })
      else expect(node).toMatchObject({ key: all[place] })
    }
    expect(keysOf(await usersOf(forward(5, lastCursor(page))))).toEqual(all.slice(10, 15))
  })

  test.each([null, 5, 'text', [], {}])('that is %j takes nothing else off its page', async raw => {
    const users = ground.sandbox.data.workos.rosters.get(upstreamIdOf(directory))?.users
    users?.splice(-3, 1, { ...(raw as object), groups: raw } as never)
    const page = await usersOf()
    expect(page.edges).toHaveLength(10)
    expect(page.edges.filter(({ node }) => node instanceof UnavailableError)).toHaveLength(1)
  })

  test('that is malformed is an error for its key, and the other keys stand', async () => {
    const [bad, good] = truthOf(ground.sandbox.data, ['workos']).users(directory) as [EntityKey, EntityKey]
    rawUser(0).custom_attributes = 'text'
    const finds = [bad, good].map(key => ({ key, detail: 'basic' as const }))
    expect(await ground.workos.findUsers(finds, anyCall())).toMatchObject([
      { reason: 'bad-response' },
      { key: good },
    ])
  })

  test('of an organization or a directory that is malformed is an error at its edge as well', async () => {
    const { organizations, directories } = ground.sandbox.data.workos
    Object.assign(organizations.at(-2) ?? {}, { name: 5 })
    Object.assign(directories.at(-2) ?? {}, { type: null })
    const page = forward(100)
    const lists = [
      await ground.workos.listOrganizations({ ...NO_ORGANIZATION_FILTER, page }, anyCall()),
      await ground.workos.listAllDirectories({ ...NO_DIRECTORY_FILTER, page }, anyCall()),
    ]
    for (const { edges } of lists) {
      expect(edges.map(({ node }) => node instanceof UnavailableError)).toEqual(
        edges.map((_, at) => at === 1),
      )
    }
  })

  test('keeps a word that is not known in its text, and says OTHER', async () => {
    expect(await readDirectory({ state: 'frozen', type: 'quantum scim v9' })).toMatchObject({
      state: 'OTHER',
      upstreamState: 'frozen',
      identityProvider: 'OTHER',
      upstreamIdentityProvider: 'quantum scim v9',
      upstreamType: 'quantum scim v9',
      protocol: 'SCIM',
      enabled: false,
    })
    expect(await readUser({ state: 'sleeping' })).toMatchObject({ state: 'OTHER' })
    expect(await readUser({ state: '' })).toMatchObject({ state: null })
  })

  test.each([
    ['linked', 'ACTIVE', true],
    ['active', 'ACTIVE', true],
    ['unlinked', 'INACTIVE', false],
    ['Inactive', 'INACTIVE', false],
    ['InvalidCredentials', 'INVALID_CREDENTIALS', false],
    ['invalid_credentials', 'INVALID_CREDENTIALS', false],
    ['validating', 'VALIDATING', false],
    ['deleting', 'DELETING', false],
    ['constructor', 'OTHER', false],
    ['__proto__', 'OTHER', false],
  ])('in the state %s is %s', async (word, state, enabled) => {
    expect(await readDirectory({ state: word })).toMatchObject({ state, enabled })
  })

  test.each(['constructor', 'toString', '__proto__'])('of the type %s is of no known one', async type => {
    expect(await readDirectory({ type })).toMatchObject({ identityProvider: 'OTHER', protocol: 'OTHER' })
    expect(await readUser({ state: type })).toMatchObject({ state: 'OTHER' })
  })

  test('without a name is called after its identity provider', async () => {
    expect(await readDirectory({ name: '' })).toMatchObject({ name: 'Microsoft Entra ID' })
    expect(await readDirectory({ type: 'okta scim v2.0', name: undefined })).toMatchObject({ name: 'Okta' })
  })

  test('without its counters does not know how many it has', async () => {
    expect((await readDirectory({ metadata: undefined })).stats).toMatchObject({
      totalUsers: null,
      totalGroups: null,
    })
    const half = await readDirectory({ metadata: { users: { active: 3 } } })
    expect(half.stats).toMatchObject({ activeUsers: 3, totalUsers: null })
  })

  test('has null for what is empty, and for times that say nothing', async () => {
    const user = await readUser({
      first_name: '',
      last_name: '',
      name: '',
      job_title: '',
      idp_id: '',
      created_at: '',
      updated_at: 'yesterday',
    })
    expect(user).toMatchObject({
      firstName: null,
      lastName: null,
      name: null,
      jobTitle: null,
      idpId: null,
      createdAt: null,
      updatedAt: null,
    })
  })

  test.each<[string, Raw, string | null, string[]]>([
    ['its own', { email: 'a@x.example', emails: [] }, 'a@x.example', ['a@x.example']],
    [
      'the primary of its list',
      { email: null, emails: [{ value: 'b@x.example' }, { primary: true, value: 'c@x.example' }] },
      'c@x.example',
      ['c@x.example', 'b@x.example'],
    ],
    [
      'the first of its list',
      { email: '', emails: [{ value: 'b@x.example' }] },
      'b@x.example',
      ['b@x.example'],
    ],
    [
      'the first that is one',
      { email: null, emails: [{ primary: true, value: null }, { value: '' }, { value: 'd@x.example' }] },
      'd@x.example',
      ['d@x.example'],
    ],
    ['none', { email: null, emails: [{ primary: true, value: '' }] }, null, []],
    ['none without a list', { email: null, emails: null }, null, []],
  ])('has as e-mail address %s', async (_title, change, email, emails) => {
    expect(await readUser(change)).toMatchObject({ email, emails })
  })

  test.each([true, false])(
    'of a user is not believed about groups, embedded or not (%s)',
    async embeddedGroups => {
      ground.sandbox.data.quirks.embeddedGroups = embeddedGroups
      const { userWithGroups } = samplesOf(ground.sandbox.data, 'workos')
      const [found] = await ground.workos.findUsers([{ key: userWithGroups, detail: 'full' }], anyCall())
      const user = whole(found ?? undefined)
      expect(user.groups).toBeNull()
      ground.sandbox.clearCalls()
      const lists = [{ within: user, page: forward(100), detail: 'name' as const }]
      const page = whole((await ground.workos.listGroups(lists, anyCall()))[0])
      expect(keysOf(page)).toEqual(truthOf(ground.sandbox.data, ['workos']).groups(userWithGroups))
      expect(callsTo(ground.sandbox, 'workos').map(({ path }) => path)).toEqual(['/directory_groups'])
    },
  )

  test('from before members named their organization is found through its directory', async () => {
    const [key] = truthOf(ground.sandbox.data, ['workos']).users(directory) as [EntityKey]
    delete rawUser(0).organization_id
    const finds = [{ key, detail: 'basic' as const }]
    expect(await ground.workos.findUsers(finds, anyCall())).toMatchObject([{ key }])
    const { otherDirectory } = samplesOf(ground.sandbox.data, 'workos')
    const foreign = [{ key: memberKey(otherDirectory, upstreamIdOf(key)), detail: 'basic' as const }]
    expect(await ground.workos.findUsers(foreign, anyCall())).toEqual([null])
  })

  test('from before members named their organization is in an assumed place, as is all of a directory without one', async () => {
    delete rawUser(1).organization_id
    const placesOf = async () =>
      (await usersOf(forward(2))).edges.map(({ node }) => 'kind' in node && node.isPlaceAssumed)
    expect(await placesOf()).toEqual([false, true])
    directory = directoryKey('workos', null, upstreamIdOf(directory))
    expect(await placesOf()).toEqual([true, true])
  })
})
