import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ListUsers, UserFilter } from '../../src/domain/directory-provider.ts'
import type { Detail } from '../../src/domain/entities.ts'
import { directoryKey, type EntityKey, memberKey, upstreamIdOf } from '../../src/domain/entity-key.ts'
import type { Page } from '../../src/domain/page.ts'
import { NotFoundError, UnsupportedError } from '../../src/domain/provider-error.ts'
import { forward, keysOf, NO_USER_FILTER, whole } from '../providers/start-ground.ts'
import { anyCall } from '../support/any-call.ts'
import type { ContractDriver, ContractGround } from './directory-provider.ts'
import { type Samples, samplesOf, type Truth, truthOf } from './truth.ts'

const DETAILS: readonly Detail[] = ['key', 'name', 'basic', 'full']
const NEVER = new Date('2100-01-01T00:00:00Z')

/** The lists that have a parent. */
export function describeLists({ names, create }: ContractDriver): void {
  describe.each(names)('lists what belongs to something at %s', name => {
    let ground: ContractGround
    let truth: Truth
    let samples: Samples
    beforeAll(async () => {
      ground = await create()
      truth = truthOf(ground.sandbox.data, names)
      samples = samplesOf(ground.sandbox.data, name)
    })
    afterAll(() => ground.stop())

    const listUsers = (lists: readonly (Partial<ListUsers> & Pick<ListUsers, 'within'>)[]) =>
      ground.provider.listUsers(
        lists.map(list => ({
          page: forward(100),
          filter: NO_USER_FILTER,
          detail: 'basic' as const,
          ...list,
        })),
        anyCall(),
      )
    const usersOf = async (within: ListUsers['within'], filter: Partial<UserFilter> = {}) =>
      whole((await listUsers([{ within, filter: { ...NO_USER_FILTER, ...filter } }]))[0])
    const directory = (key: EntityKey) => ({ kind: 'Directory' as const, key })
    const group = (key: EntityKey) => ({ kind: 'DirectoryGroup' as const, key })
    const user = (key: EntityKey) => ({ kind: 'DirectoryUser' as const, key, groups: null })
    const listGroups = async (
      within: ReturnType<typeof directory> | ReturnType<typeof user>,
      detail: Detail = 'basic',
    ) => {
      const lists = [{ within, page: forward(100), detail }]
      return whole((await ground.provider.listGroups(lists, anyCall()))[0])
    }
    const directoriesOf = (keys: readonly EntityKey[]) =>
      ground.provider.listDirectories(
        keys.map(key => ({ of: { key }, page: forward(100) })),
        anyCall(),
      )

    test('directories of several organizations, each in its slot', async () => {
      const keys = [samples.twoDirectories, samples.emptyOrganization, samples.organization]
      const slots = await directoriesOf(keys)
      expect(slots.map(slot => keysOf(whole(slot)))).toEqual(keys.map(key => truth.directories(key)))
    })

    test('directories of a malformed organization as an error in its slot alone', async () => {
      const malformed = `${name}:..` as EntityKey
      const [first, second, third] = await directoriesOf([
        malformed,
        samples.twoDirectories,
        samples.unknown.organization,
      ])
      expect(first).toMatchObject({ code: 'BAD_USER_INPUT' })
      expect(keysOf(whole(second))).toHaveLength(2)
      if (third instanceof Error) expect(third).toBeInstanceOf(NotFoundError)
      else expect(third?.edges).toEqual([])
    })

    test('the users of a directory', async () => {
      const page = await usersOf(directory(samples.directory))
      expect(keysOf(page)).toEqual(truth.users(samples.directory).slice(0, 100))
      expect([null, truth.users(samples.directory).length]).toContain(page.totalCount)
    })

    test('the users of a group, as its list and as a filter of its directory', async () => {
      const members = truth.users(samples.group).slice(0, 100)
      expect(keysOf(await usersOf(group(samples.group)))).toEqual(members)
      expect(keysOf(await usersOf(directory(samples.directory), { group: samples.group }))).toEqual(members)
      expect(keysOf(await usersOf(directory(samples.otherDirectory), { group: samples.group }))).toEqual([])
    })

    test('nobody of another organization for a key that was put together from two', async () => {
      const [, organization = '', directoryId = ''] = samples.otherDirectory.split(':')
      const forgedGroup = memberKey(samples.otherDirectory, upstreamIdOf(samples.group))
      const forgedDirectory = directoryKey(name, organization, upstreamIdOf(samples.directory))
      const forgedUser = memberKey(directoryKey(name, organization, directoryId), upstreamIdOf(samples.user))
      const pages: Promise<Page<{ key: EntityKey }>>[] = [
        usersOf(directory(samples.otherDirectory), { group: forgedGroup }),
        usersOf(group(forgedGroup)),
        usersOf(directory(forgedDirectory)),
        listGroups(directory(forgedDirectory)),
        listGroups(user(forgedUser)),
      ]
      for (const page of await Promise.allSettled(pages)) {
        if (page.status === 'rejected') expect(page.reason).toBeInstanceOf(NotFoundError)
        else expect(page.value.edges).toEqual([])
      }
    })

    test('the users with an e-mail address, whatever its case', async () => {
      const { known } = ground.sandbox.data
      const email = known.sharedEmail.toUpperCase()
      const shared = name === 'workos' ? known.workosSharedUserId : known.scalekitSharedUserId
      const page = await usersOf(directory(samples.directory), { email })
      expect(keysOf(page)).toEqual([memberKey(samples.directory, shared)])
      expect(keysOf(await usersOf(directory(samples.directory), { email: 'nobody@x.example' }))).toEqual([])
    })

    test('the users with an e-mail address within a group', async () => {
      const { sharedEmail: email, workosSharedUserId, scalekitSharedUserId } = ground.sandbox.data.known
      const shared = [workosSharedUserId, scalekitSharedUserId]
      for (const key of truth.groups(samples.directory)) {
        const page = await usersOf(directory(samples.directory), { email, group: key })
        expect(keysOf(page)).toEqual(truth.users(key).filter(member => shared.includes(upstreamIdOf(member))))
      }
    })

    test('the users that changed after a time, or says that it can not', async () => {
      const all = truth.users(samples.directory)
      const page = usersOf(directory(samples.directory), { updatedAfter: NEVER })
      const failure = await page.catch((error: unknown) => error)
      if (failure instanceof Error) {
        expect(failure).toBeInstanceOf(UnsupportedError)
        expect(failure).toMatchObject({ provider: name, operation: null })
        return
      }
      expect((await page).edges).toEqual([])
      const since = await usersOf(directory(samples.directory), { updatedAfter: new Date(0) })
      expect(keysOf(since)).toEqual(all.slice(0, 100))
    })

    test('users in several slots, with an unknown and a malformed directory among them', async () => {
      const malformed = `${samples.organization}:%2e%2e` as EntityKey
      const slots = await listUsers(
        [samples.otherDirectory, malformed, samples.unknown.directory, samples.directory].map(key => ({
          within: directory(key),
          page: forward(2),
        })),
      )
      expect(keysOf(whole(slots[0]))).toEqual(truth.users(samples.otherDirectory).slice(0, 2))
      expect(slots[1]).toMatchObject({ code: 'BAD_USER_INPUT' })
      expect(slots[2]).toBeInstanceOf(NotFoundError)
      expect(keysOf(whole(slots[3]))).toEqual(truth.users(samples.directory).slice(0, 2))
    })

    test('the count alone, or null where it would have to be counted', async () => {
      const within = directory(samples.directory)
      const page = forward(0)
      const detail = 'key' as const
      const [users] = await listUsers([{ within, page }])
      const [groups] = await ground.provider.listGroups([{ within, page, detail }], anyCall())
      expect([null, truth.users(samples.directory).length]).toContain(whole(users).totalCount)
      expect([null, truth.groups(samples.directory).length]).toContain(whole(groups).totalCount)
      expect([whole(users).edges, whole(groups).edges]).toEqual([[], []])
    })

    test('the groups of a directory', async () => {
      const page = await listGroups(directory(samples.directory))
      expect(keysOf(page)).toEqual(truth.groups(samples.directory))
      expect([null, page.edges.length]).toContain(page.totalCount)
    })

    test('the groups of a user', async () => {
      expect(keysOf(await listGroups(user(samples.userWithGroups)))).toEqual(
        truth.groups(samples.userWithGroups),
      )
      expect(keysOf(await listGroups(user(samples.userWithoutGroups)))).toEqual([])
    })

    test.each(DETAILS)('items that know at least what detail %s promises', async detail => {
      const users = whole((await listUsers([{ within: directory(samples.directory), detail }]))[0])
      const ofDirectory = await listGroups(directory(samples.directory), detail)
      const ofUser = await listGroups(user(samples.userWithGroups), detail)
      for (const { node } of [...users.edges, ...ofDirectory.edges, ...ofUser.edges]) {
        const item = whole(node)
        expect(DETAILS.indexOf(item.detail)).toBeGreaterThanOrEqual(DETAILS.indexOf(detail))
      }
      if (detail === 'basic') expect(whole(ofUser.edges[0]?.node).updatedAt).toBeInstanceOf(Date)
      if (detail === 'full') {
        expect(users.edges.some(({ node }) => Object.keys(whole(node).rawAttributes).length > 0)).toBe(true)
      }
    })
  })
}
