import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Find } from '../../src/domain/directory-provider.ts'
import type { Detail } from '../../src/domain/entities.ts'
import { directoryKey, type EntityKey, memberKey, upstreamIdOf } from '../../src/domain/entity-key.ts'
import { UnsupportedError } from '../../src/domain/provider-error.ts'
import { samplesOf, truthOf } from '../contract/truth.ts'
import { anyCall } from '../support/any-call.ts'
import {
  callsTo,
  failureOf,
  forward,
  type Ground,
  keysOf,
  lastCursor,
  NO_DIRECTORY_FILTER,
  NO_USER_FILTER,
  startGround,
  whole,
} from './start-ground.ts'

let ground: Ground

beforeEach(async () => {
  ground = await startGround({ scale: { users: 5_000 } })
})

afterEach(() => ground.stop())

const calls = () => callsTo(ground.sandbox, 'scalekit')
const samples = () => samplesOf(ground.sandbox.data, 'scalekit')
const truth = () => truthOf(ground.sandbox.data, ['scalekit'])
const find = (keys: readonly EntityKey[], detail: Detail = 'basic') => {
  const finds: Find[] = keys.map(key => ({ key, detail }))
  return ground.scalekit.findUsers(finds, anyCall())
}
function bigDirectory(): EntityKey {
  const { known } = ground.sandbox.data
  return directoryKey('scalekit', known.scalekitScaleOrganizationId, known.scalekitScaleDirectoryId ?? '')
}

describe('a scan of Scalekit', () => {
  test('is one for all users of a directory, and stops when the last of them is found', async () => {
    const users = truth().users(samples().directory)
    const keys = [users[40], users[2], users[58], users[2]] as EntityKey[]
    expect((await find(keys)).map(slot => slot && whole(slot).key)).toEqual(keys)
    expect(calls().map(({ query }) => query.page_size)).toEqual(['30', '30'])
  })

  test('is one for each directory', async () => {
    const [one, other] = [samples().directory, samples().otherDirectory].map(key => truth().users(key)[0])
    await find([one, other] as EntityKey[])
    expect(calls()).toHaveLength(2)
  })

  test('reads to the end for who is not there', async () => {
    expect(await find([samples().unknown.user])).toEqual([null])
    expect(calls()).toHaveLength(Math.ceil(truth().users(samples().directory).length / 30))
  })

  test('asks for details only where they are needed', async () => {
    const { user } = samples()
    await find([user], 'basic')
    expect(calls().every(({ query }) => !('include_detail' in query))).toBe(true)
    ground.sandbox.clearCalls()
    await find([user], 'full')
    expect(calls().every(({ query }) => query.include_detail === 'true')).toBe(true)
  })

  test('ends after fifty pages, and says that it was not found but can be paged to', async () => {
    const users = truth().users(bigDirectory())
    const [near, far] = [users[1_499], users[1_500]] as [EntityKey, EntityKey]
    expect(await find([near])).toMatchObject([{ key: near }])
    expect(calls()).toHaveLength(50)
    ground.sandbox.clearCalls()
    const [found, refused] = await find([near, far])
    expect(found).toMatchObject({ key: near })
    expect(refused).toBeInstanceOf(UnsupportedError)
    expect(refused).toMatchObject({ operation: null, message: expect.stringContaining('1500') })
    expect(calls()).toHaveLength(50)
  })

  test('for an e-mail address has the same bound', async () => {
    const list = {
      within: { kind: 'Directory' as const, key: bigDirectory() },
      page: forward(5),
      filter: { ...NO_USER_FILTER, email: 'user3000@scale.example' },
      detail: 'basic' as const,
    }
    const [slot] = await ground.scalekit.listUsers([list], anyCall())
    expect(slot).toBeInstanceOf(UnsupportedError)
    expect(calls()).toHaveLength(50)
  })

  test('for an e-mail address over all directories keeps what it finds beside the one that is too large', async () => {
    const { known } = ground.sandbox.data
    const found = await ground.scalekit.findUsersByEmail(
      { email: known.sharedEmail, organization: null, detail: 'basic' },
      anyCall(),
    )
    expect(found).toHaveLength(2)
    expect(found.some(slot => slot instanceof UnsupportedError)).toBe(true)
    expect(found.some(slot => !(slot instanceof Error) && slot.email === known.sharedEmail)).toBe(true)
  })

  test.each(['basic', 'full'] as const)('finds a person by a further address, at detail %s', async detail => {
    const { directory } = samples()
    const user = ground.sandbox.data.scalekit.rosters.get(upstreamIdOf(directory))?.users[50]
    user?.emails.push('second@address.example')
    const email = 'Second@Address.example'
    const list = { within: { kind: 'Directory' as const, key: directory }, page: forward(5), detail }
    const lists = [{ ...list, filter: { ...NO_USER_FILTER, email } }]
    const page = whole((await ground.scalekit.listUsers(lists, anyCall()))[0])
    expect(keysOf(page)).toEqual([memberKey(directory, user?.id ?? '')])
  })
})

describe('a walk over the directories of Scalekit', () => {
  const listAll = (search: string | null, limit: number, cursor: string | null = null) =>
    ground.scalekit.listAllDirectories(
      { ...NO_DIRECTORY_FILTER, search, page: forward(limit, cursor) },
      anyCall(),
    )

  function addEmptyOrganizations(count: number): void {
    const { organizations } = ground.sandbox.data.scalekit
    const [template] = organizations
    if (template === undefined) throw new Error('the sandbox has no organization')
    const more = Array.from({ length: count }, (_, index) => ({ ...template, id: `org_empty${index}` }))
    organizations.splice(3, 0, ...more)
  }

  test('gives up after a hundred and fifty organizations without a find, and says what to do', async () => {
    addEmptyOrganizations(250)
    const failure = await failureOf(listAll('zzzzzz', 10))
    expect(failure).toBeInstanceOf(UnsupportedError)
    expect((failure as Error).message).toMatch(/150 organizations/)
    expect(calls().length).toBeLessThan(190)
  })

  test('keeps what it found on the way, and goes on from there', async () => {
    addEmptyOrganizations(100)
    const page = await listAll(null, 100)
    expect(keysOf(page)).toEqual(truth().directories())
    addEmptyOrganizations(100)
    const short = await listAll(null, 100)
    expect(keysOf(short)).toEqual(truth().directories().slice(0, 2))
    expect(short.hasNextPage).toBe(true)
    expect(await failureOf(listAll(null, 100, lastCursor(short)))).toBeInstanceOf(UnsupportedError)
  })

  test('asks no organization twice for one page', async () => {
    await listAll(null, 100)
    const paths = calls().map(({ path }) => path)
    expect(new Set(paths).size).toBe(paths.length)
    expect(paths).toHaveLength(1 + truth().organizations().length)
  })
})
