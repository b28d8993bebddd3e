import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'

let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await startSandbox()
})

afterAll(() => sandbox.stop())

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

function toUlidMs(id: string): number {
  const text = id.slice(id.lastIndexOf('_') + 1)
  expect(text).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
  return [...text.slice(0, 10)].reduce((value, letter) => value * 32 + crockford.indexOf(letter), 0)
}

describe('the seeded WorkOS side', () => {
  test('has ids in the order of creation, with the right prefixes', () => {
    const { organizations, directories, rosters } = sandbox.data.workos
    const users = [...rosters.values()].flatMap(roster => roster.users)
    const groups = [...rosters.values()].flatMap(roster => roster.groups)
    for (const rows of [organizations, directories, users, groups]) {
      const prefix = rows[0]?.object.replace('organization', 'org')
      for (const { id, created_at } of rows) {
        expect(id.startsWith(`${prefix}_`)).toBe(true)
        expect(toUlidMs(id)).toBe(Date.parse(created_at))
      }
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
    }
  })

  test('has every state and several kinds of directory, and counters that are true where they are', () => {
    const { directories, rosters } = sandbox.data.workos
    expect(new Set(directories.map(({ state }) => state))).toEqual(
      new Set(['linked', 'unlinked', 'validating', 'invalid_credentials', 'deleting']),
    )
    expect(new Set(directories.map(({ type }) => type)).size).toBe(7)
    const counted = directories.filter(({ metadata }) => metadata)
    expect(counted).toHaveLength(directories.length - 2)
    for (const { id, metadata } of counted) {
      const { users = [], groups = [] } = rosters.get(id) ?? {}
      const active = users.filter(({ state }) => state === 'active').length
      expect(metadata).toEqual({ users: { active, inactive: users.length - active }, groups: groups.length })
    }
  })

  test('has users of every kind', () => {
    const { workos, known } = sandbox.data
    const { users = [], groups = [], groupIdsByUser } = workos.rosters.get(known.workosLargeDirectoryId) ?? {}
    expect(users).toHaveLength(2000)
    expect(new Set(users.map(({ state }) => state))).toEqual(new Set(['active', 'inactive', 'suspended']))
    const names = users.map(({ last_name }) => last_name).join('')
    for (const script of [
      /\p{Script=Arabic}/u,
      /\p{Script=Hebrew}/u,
      /\p{Script=Cyrillic}/u,
      /\p{Script=Han}/u,
    ]) {
      expect(names).toMatch(script)
    }
    expect(users.filter(({ created_at }) => created_at === users[0]?.created_at)).toHaveLength(500)
    expect(users.some(({ email, emails }) => email === null && emails?.some(({ value }) => value))).toBe(true)
    expect(users.some(({ email, emails }) => email === null && emails?.length === 0)).toBe(true)
    expect(users.some(({ role, roles }) => role && !roles)).toBe(true)
    expect(users.some(user => !('name' in user) && !('username' in user))).toBe(true)
    const emails = users.flatMap(({ email }) => email ?? [])
    expect(new Set(emails).size).toBe(emails.length)
    const sizes = groups.map(({ id }) => users.filter(user => groupIdsByUser?.get(user.id)?.has(id)).length)
    expect(sizes.filter(size => size > 100).length).toBeGreaterThanOrEqual(3)
    const counts = users.map(({ id }) => groupIdsByUser?.get(id)?.size ?? -1)
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([0, 6])
  })
})

describe('the seeded Scalekit side', () => {
  test('has ids within the length their fields allow, none twice', () => {
    const { organizations, directories, rosters } = sandbox.data.scalekit
    const ids = [
      ...organizations.map(({ id }) => id),
      ...directories.flatMap(({ id, secrets }) => [id, ...secrets.map(secret => secret.id)]),
      ...[...rosters.values()].flatMap(({ users, groups }) => [...users, ...groups].map(({ id }) => id)),
    ]
    for (const id of ids) expect(id).toMatch(/^(org|dir|sec|diruser|dirgroup)_\d{17,18}$/)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('has users and groups last updated first, some to the nanosecond', () => {
    for (const { users, groups } of sandbox.data.scalekit.rosters.values()) {
      for (const rows of [users, groups]) {
        const instants = rows.map(({ updated_at }) => Date.parse(updated_at))
        expect(instants).toEqual(instants.toSorted((one, other) => other - one))
      }
    }
    const times = [...sandbox.data.scalekit.rosters.values()].flatMap(({ users }) =>
      users.map(({ updated_at }) => updated_at.length),
    )
    expect(new Set(times)).toEqual(new Set([20, 24, 30]))
  })

  test('shares one person with the WorkOS side', () => {
    const { workos, scalekit, known } = sandbox.data
    const workosUser = workos.rosters
      .get(known.workosMediumDirectoryId)
      ?.users.find(({ id }) => id === known.workosSharedUserId)
    const scalekitUser = scalekit.rosters
      .get(known.scalekitMediumDirectoryId)
      ?.users.find(({ id }) => id === known.scalekitSharedUserId)
    expect(workosUser?.email).toBe(known.sharedEmail)
    expect(scalekitUser?.email).toBe(known.sharedEmail)
  })
})
