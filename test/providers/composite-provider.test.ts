import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DirectoryProvider } from '../../src/domain/directory-provider.ts'
import type { EntityKey, ProviderName } from '../../src/domain/entity-key.ts'
import { NotFoundError, UnavailableError } from '../../src/domain/provider-error.ts'
import { createCompositeProvider } from '../../src/providers/composite-provider.ts'
import { samplesOf } from '../contract/truth.ts'
import { anyCall } from '../support/any-call.ts'
import {
  callsTo,
  failureOf,
  forward,
  type Ground,
  NO_DIRECTORY_FILTER,
  NO_USER_FILTER,
  startGround,
  whole,
} from './start-ground.ts'

let ground: Ground

beforeEach(async () => {
  ground = await startGround()
})

afterEach(() => ground.stop())

const only = (name: ProviderName) =>
  createCompositeProvider(new Map<ProviderName, DirectoryProvider>([[name, ground[name]]]))
const finds = (...keys: EntityKey[]) => keys.map(key => ({ key, detail: 'basic' as const }))
const usersOf = (...keys: EntityKey[]) =>
  keys.map(key => ({
    within: { kind: 'Directory' as const, key },
    page: forward(2),
    filter: NO_USER_FILTER,
    detail: 'basic' as const,
  }))

describe('both providers as one', () => {
  test('answer a mixed batch slot by slot, however it is mixed', async () => {
    const [one, other] = [
      samplesOf(ground.sandbox.data, 'workos'),
      samplesOf(ground.sandbox.data, 'scalekit'),
    ]
    const keys = [
      other.directory,
      one.directory,
      other.unknown.directory,
      other.directory,
      one.otherDirectory,
    ]
    const found = await ground.composite.findDirectories(finds(...keys), anyCall())
    expect(found.map(slot => slot && whole(slot).key)).toEqual([keys[0], keys[1], null, keys[3], keys[4]])
  })

  test('answer what they can where one of them fails as a whole', async () => {
    const [one, other] = [
      samplesOf(ground.sandbox.data, 'workos'),
      samplesOf(ground.sandbox.data, 'scalekit'),
    ]
    const failing = {
      ...ground.workos,
      findDirectories: () => Promise.reject(new UnavailableError('workos', 'timeout')),
    }
    const both = createCompositeProvider(
      new Map<ProviderName, DirectoryProvider>([
        ['workos', failing],
        ['scalekit', ground.scalekit],
      ]),
    )
    const [failed, found] = await both.findDirectories(finds(one.directory, other.directory), anyCall())
    expect(failed).toMatchObject({ reason: 'timeout' })
    expect(found).toMatchObject({ key: other.directory })
  })

  test('answer what they can where one of them is down', async () => {
    const [one, other] = [
      samplesOf(ground.sandbox.data, 'workos'),
      samplesOf(ground.sandbox.data, 'scalekit'),
    ]
    ground.sandbox.inject({ provider: 'workos', kind: 'status', status: 501 })
    const [failed, found] = await ground.composite.findDirectories(
      finds(one.directory, other.directory),
      anyCall(),
    )
    expect(failed).toBeInstanceOf(UnavailableError)
    expect(found).toMatchObject({ key: other.directory })
    const [noPage, page] = await ground.composite.listUsers(
      usersOf(one.directory, other.directory),
      anyCall(),
    )
    expect(noPage).toBeInstanceOf(UnavailableError)
    expect(whole(page).edges).toHaveLength(2)
    const { sharedEmail } = ground.sandbox.data.known
    const people = await ground.composite.findUsersByEmail(
      { email: sharedEmail, organization: null, detail: 'basic' },
      anyCall(),
    )
    expect(people).toHaveLength(2)
    expect(people[0]).toMatchObject({ provider: 'workos', reason: 'server-error' })
    expect(people[1]).toMatchObject({ email: sharedEmail })
  })
})

describe.each([
  ['workos', 'scalekit'],
  ['scalekit', 'workos'],
] as const)('a composite with %s alone', (present, missing) => {
  test('has no objects of the other, and asks nobody for them', async () => {
    const composite = only(present)
    const foreign = samplesOf(ground.sandbox.data, missing)
    const page = forward(5)
    expect(await composite.findOrganizations(finds(foreign.organization), anyCall())).toEqual([null])
    expect(await composite.findDirectories(finds(foreign.directory), anyCall())).toEqual([null])
    expect(await composite.findUsers(finds(foreign.user), anyCall())).toEqual([null])
    expect(await composite.findGroups(finds(foreign.group), anyCall())).toEqual([null])
    const empty = { edges: [], hasNextPage: false, hasPreviousPage: false }
    expect(await composite.listUsers(usersOf(foreign.directory), anyCall())).toMatchObject([empty])
    const ofOrganization = [{ of: { key: foreign.organization }, page }]
    expect(await composite.listDirectories(ofOrganization, anyCall())).toMatchObject([empty])
    const groups = [
      { within: { kind: 'Directory' as const, key: foreign.directory }, page, detail: 'key' as const },
    ]
    expect(await composite.listGroups(groups, anyCall())).toMatchObject([empty])
    const all = { ...NO_DIRECTORY_FILTER, page }
    expect(await composite.listAllDirectories({ ...all, provider: missing }, anyCall())).toMatchObject(empty)
    const inOne = { ...all, organization: foreign.organization }
    expect(await composite.listAllDirectories(inOne, anyCall())).toMatchObject(empty)
    expect(ground.sandbox.calls).toHaveLength(0)
  })

  test('refuses to write to the other, by name', async () => {
    const composite = only(present)
    const { organization, directory } = samplesOf(ground.sandbox.data, missing)
    const writes = [
      composite.enableScim(organization, anyCall()),
      composite.createPortalLink(organization, anyCall()),
      composite.enableDirectory(directory, anyCall()),
      composite.deleteDirectory(directory, true, anyCall()),
      composite.createDirectorySecret(directory, anyCall()),
    ]
    for (const write of writes) {
      const failure = await failureOf(write)
      expect(failure).toBeInstanceOf(NotFoundError)
      expect((failure as Error).message).toMatch(/not set up/)
    }
    expect(ground.sandbox.calls).toHaveLength(0)
  })

  test('says of itself only what the present one says', async () => {
    const composite = only(present)
    expect(composite.statuses()).toEqual(ground[present].statuses())
    expect([...(await composite.check(anyCall()))]).toEqual([[present, null]])
    expect(callsTo(ground.sandbox, missing)).toHaveLength(0)
  })
})
