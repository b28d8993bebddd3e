import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DirectoryEvent } from '../../src/domain/directory-event.ts'
import { parseWorkosEvent, WORKOS_EVENT_NAMES } from '../../src/providers/workos/workos-events.ts'
import { type Sandbox, type SandboxChangeKind, startSandbox } from '../../src/sandbox/sandbox.ts'
import type { WorkosDirectory, WorkosEvent, WorkosUser } from '../../src/sandbox/workos-records.ts'
import { type Receiver, startReceiver } from './receive-webhooks.ts'
import { requestWorkos } from './sandbox-requests.ts'

type List<Row> = { data: Row[] }

let sandbox: Sandbox
let receiver: Receiver

beforeAll(async () => {
  receiver = await startReceiver()
  sandbox = await startSandbox({
    webhooks: { endpoints: [{ provider: 'workos', url: receiver.url, secret: 'whsec_c2FuZGJveA==' }] },
  })
})

afterAll(async () => {
  await sandbox.stop()
  await receiver.close()
})

/** The answer of the API, or null for what it does not know. */
async function get<Body>(path: string): Promise<Body | null> {
  const { status, body } = await requestWorkos<Body>(sandbox, path)
  return status === 404 ? null : body
}

/** All users, or groups, that the API lists of a directory. */
async function listAll<Row extends { id: string }>(
  list: 'directory_users' | 'directory_groups',
  query: string,
) {
  const rows: Row[] = []
  let after: string | null = ''
  while (after !== null) {
    const cursor: string = after && `&after=${after}`
    const page = await get<List<Row> & { list_metadata: { after: string | null } }>(
      `/${list}?${query}&limit=100${cursor}`,
    )
    rows.push(...(page?.data ?? []))
    after = page?.list_metadata.after ?? null
  }
  return rows
}

/** Lets something happen in the directory, and collects what all sides have to say of it. */
async function watch(kind: SandboxChangeKind, directoryId = sandbox.data.known.workosMediumDirectoryId) {
  const roster = sandbox.data.workos.rosters.get(directoryId)
  const before = new Map(
    structuredClone([...(roster?.users ?? []), ...(roster?.groups ?? [])]).map(row => [row.id, row]),
  )
  const lastId = sandbox.data.workos.events.at(-1)?.id
  const delivered = receiver.received.length
  const change = sandbox.change(kind, directoryId)
  await sandbox.webhooks.settled()
  const log = await get<List<WorkosEvent>>(`/events?events=${WORKOS_EVENT_NAMES}&after=${lastId}&limit=100`)
  const told = log?.data ?? []
  expect(change).toMatchObject({ kind, provider: 'workos', directoryId, events: told })
  expect(receiver.received.slice(delivered).map(({ event }) => event)).toEqual(told)
  const parsed = told.map(event => parseWorkosEvent(event)).filter(event => event !== null)
  return { ...change, before, told, parsed }
}

/** A record as the API answers it; users carry a list of groups there that events lack. */
async function lookUp(list: 'directory_users' | 'directory_groups', id: string | null) {
  const row = await get<Record<string, unknown>>(`/${list}/${id}`)
  if (row === null) return null
  const { groups: _, ...record } = row
  return record
}

const kindsOf = (events: readonly DirectoryEvent[]) => events.map(({ kind }) => kind)

async function expectTrueCounts(directoryId: string): Promise<void> {
  const directory = await get<WorkosDirectory>(`/directories/${directoryId}`)
  const users = await listAll<WorkosUser>('directory_users', `directory=${directoryId}`)
  const groups = await listAll('directory_groups', `directory=${directoryId}`)
  const active = users.filter(({ state }) => state === 'active').length
  expect(directory?.metadata).toEqual({
    users: { active, inactive: users.length - active },
    groups: groups.length,
  })
}

describe('at WorkOS', () => {
  test('somebody who joins leads the list, in their groups, and is told with all there is of them', async () => {
    for (let number = 0; number < 4; number += 1) {
      const { userId, directoryId, told, parsed, before } = await watch('user-created')
      expect(before.has(userId ?? '')).toBe(false)
      const [first] =
        (await get<List<{ id: string }>>(`/directory_users?directory=${directoryId}`))?.data ?? []
      expect(first?.id).toBe(userId)
      expect(told[0]?.data).toEqual(await lookUp('directory_users', userId))
      const groups = await listAll('directory_groups', `user=${userId}`)
      expect(kindsOf(parsed)).toEqual(['USER_CREATED', ...groups.map(() => 'MEMBER_ADDED')])
      expect(new Set(told.slice(1).map(({ data }) => (data.group as { id: string }).id))).toEqual(
        new Set(groups.map(({ id }) => id)),
      )
      await expectTrueCounts(directoryId)
    }
  })

  test('somebody who leaves is gone, and told as they were', async () => {
    const { userId, directoryId, told, parsed, before } = await watch('user-deleted')
    expect(kindsOf(parsed)).toEqual(['USER_DELETED'])
    expect(told[0]?.data).toEqual(before.get(userId ?? ''))
    expect(await lookUp('directory_users', userId)).toBeNull()
    expect((await listAll('directory_users', `directory=${directoryId}`)).map(({ id }) => id)).not.toContain(
      userId,
    )
    await expectTrueCounts(directoryId)
  })

  test.each<[SandboxChangeKind, string[]]>([
    ['user-retitled', ['jobTitle']],
    ['user-renamed', ['lastName', 'name']],
    ['user-readdressed', ['email', 'emails', 'username', 'rawAttributes']],
    ['user-suspended', ['state', 'rawAttributes']],
    ['user-reinstated', ['state', 'rawAttributes']],
  ])('%s changes %j of somebody, and nothing else', async (kind, fields) => {
    const { userId, directoryId, told, parsed, before } = await watch(kind)
    const [event] = parsed
    expect(kindsOf(parsed)).toEqual(['USER_UPDATED'])
    const changed = event?.kind === 'USER_UPDATED' ? event.changed : null
    expect(fields).toEqual(expect.arrayContaining([...(changed ?? ['nothing'])]))
    expect(changed).toContain(fields[0])
    const { previous_attributes, ...data } = told[0]?.data ?? {}
    const record = await lookUp('directory_users', userId)
    expect(data).toEqual(record)
    const was = before.get(userId ?? '')
    const previous = previous_attributes as Record<string, unknown>
    for (const [name, value] of Object.entries(record ?? {})) {
      const old = was?.[name as keyof typeof was] ?? null
      if (name in previous) expect([previous[name], value === old]).toEqual([old, false])
      else if (name !== 'updated_at') expect(value).toEqual(old)
    }
    expect(Date.parse(String(record?.updated_at))).toBeGreaterThan(Date.parse(was?.updated_at ?? ''))
    await expectTrueCounts(directoryId)
  })

  test('an attribute that somebody has not had was null before', async () => {
    const { workos, known } = sandbox.data
    const { users = [] } = workos.rosters.get(known.workosSmallDirectoryId) ?? {}
    for (const user of users) delete user.job_title
    const { told } = await watch('user-retitled', known.workosSmallDirectoryId)
    expect(told[0]?.data.previous_attributes).toEqual({ job_title: null })
  })

  test('a group is made, gets another name and is deleted', async () => {
    const made = await watch('group-created')
    expect(kindsOf(made.parsed)).toEqual(['GROUP_CREATED'])
    expect(made.told[0]?.data).toEqual(await lookUp('directory_groups', made.groupId))

    const renamed = await watch('group-renamed')
    expect(renamed.parsed).toMatchObject([{ kind: 'GROUP_UPDATED' }])
    const { previous_attributes, ...data } = renamed.told[0]?.data ?? {}
    expect(data).toEqual(await lookUp('directory_groups', renamed.groupId))
    const was = renamed.before.get(renamed.groupId ?? '') as { name?: string } | undefined
    expect(previous_attributes).toMatchObject({ name: was?.name })
    expect(data.name).not.toBe(was?.name)

    const deleted = await watch('group-deleted')
    expect(kindsOf(deleted.parsed)).toEqual(['GROUP_DELETED'])
    expect(deleted.told[0]?.data).toEqual(deleted.before.get(deleted.groupId ?? ''))
    expect(await lookUp('directory_groups', deleted.groupId)).toBeNull()
    const { groupIdsByUser = new Map() } = sandbox.data.workos.rosters.get(deleted.directoryId) ?? {}
    expect([...groupIdsByUser.values()].some(ids => ids.has(deleted.groupId))).toBe(false)
    await expectTrueCounts(deleted.directoryId)
  })

  test('somebody comes to a group and somebody leaves one, and no record changes', async () => {
    const isMember = async ({ userId, groupId }: { userId: string | null; groupId: string | null }) => {
      const groups = await listAll('directory_groups', `user=${userId}`)
      return groups.some(({ id }) => id === groupId)
    }
    for (const [kind, told] of [
      ['member-added', 'MEMBER_ADDED'],
      ['member-removed', 'MEMBER_REMOVED'],
    ] as const) {
      const change = await watch(kind)
      expect(kindsOf(change.parsed)).toEqual([told])
      expect(await isMember(change)).toBe(kind === 'member-added')
      const { user, group } = change.told[0]?.data ?? {}
      expect([user, group]).toEqual([
        change.before.get(change.userId ?? ''),
        change.before.get(change.groupId ?? ''),
      ])
    }
  })

  test('a directory that is being set up is activated, once', async () => {
    const { workosValidatingDirectoryId: id, workosMediumDirectoryId } = sandbox.data.known
    expect(() => sandbox.change('user-created', id)).toThrow('nothing in the sandbox can change so')
    const { parsed, told } = await watch('directory-activated', id)
    expect(kindsOf(parsed)).toEqual(['DIRECTORY_ACTIVATED'])
    expect(told[0]?.data).toMatchObject({ id, state: 'active', domains: [{ domain: 'bluebonnet.example' }] })
    expect(await get(`/directories/${id}`)).toMatchObject({ state: 'linked' })
    expect(() => sandbox.change('directory-activated', id)).toThrow('nothing in the sandbox can change so')
    expect(() => sandbox.change('directory-disabled', workosMediumDirectoryId)).toThrow('can change so')
  })

  test('the log can be asked for one organization, memberships included', async () => {
    const { directoryId, organizationId } = await watch('member-added')
    const asked = await get<List<WorkosEvent>>(
      `/events?events=dsync.group.user_added&organization_id=${organizationId}&order=desc&limit=100`,
    )
    expect(asked?.data.length).toBeGreaterThan(0)
    expect(new Set(asked?.data.map(({ data }) => data.directory_id))).toEqual(new Set([directoryId]))
  })

  test('lists stay in the order of creation, and every event has an instant of its own', async () => {
    const { rosters, events } = sandbox.data.workos
    for (const { users, groups } of rosters.values()) {
      for (const rows of [users, groups]) {
        const created = rows.map(({ created_at }) => created_at)
        expect(created).toEqual(created.toSorted())
      }
    }
    const instants = events.map(({ created_at }) => created_at)
    expect(instants).toEqual([...new Set(instants)].toSorted())
  })
})
