import { describe, expect, onTestFinished, test } from 'vitest'
import { createAnnouncements } from '../../src/sandbox/announcements.ts'
import { type Sandbox, type SandboxSettings, startSandbox } from '../../src/sandbox/sandbox.ts'
import type { WorkosEvent } from '../../src/sandbox/workos-records.ts'
import { requestScalekit } from './sandbox-requests.ts'

async function start(settings: SandboxSettings = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(settings)
  onTestFinished(() => sandbox.stop())
  return sandbox
}

const changes = (sandbox: Sandbox, count: number) => Array.from({ length: count }, () => sandbox.change())

/** What happened, to whom and with what result; ids and times of this run left out. */
function toStory(sandbox: Sandbox, count: number): unknown[] {
  return changes(sandbox, count).map(({ kind, directoryId, events }) => [
    kind,
    directoryId,
    ...events.map(({ data }) => [data.name, data.display_name, data.email, data.title, data.job_title]),
  ])
}

describe('the log of WorkOS', () => {
  test('keeps the last ten thousand events', () => {
    const log: WorkosEvent[] = []
    const announcements = createAnnouncements(log, () => {})
    for (let number = 1; number <= 10_005; number += 1) announcements.workos('dsync.deleted', { number })
    expect([log.length, log[0]?.data, log.at(-1)?.data]).toEqual([10_000, { number: 6 }, { number: 10_005 }])
  })
})

describe('an event', () => {
  test('stays as it was told, whatever becomes of the record', () => {
    const log: WorkosEvent[] = []
    const record = { raw_attributes: { active: true } }
    createAnnouncements(log, () => {}).workos('dsync.user.created', record)
    record.raw_attributes.active = false
    expect(log[0]?.data).toEqual({ raw_attributes: { active: true } })
  })
})

describe('changes by chance', () => {
  test('are the same for the same seed, and others for another', async () => {
    const [one, other, third] = await Promise.all(
      [7, 7, 8].map(seed => start({ changes: { seed, intervalMs: null } })),
    )
    const story = toStory(one as Sandbox, 40)
    expect(toStory(other as Sandbox, 40)).toEqual(story)
    expect(toStory(third as Sandbox, 40)).not.toEqual(story)
  })

  test('begin with what a first page shows: each directory that is in use has its turn, in the order of the lists', async () => {
    const sandbox = await start()
    const { workos, scalekit } = sandbox.data
    const inUse = [
      ...workos.directories.toReversed().filter(({ state }) => ['linked', 'validating'].includes(state)),
      ...scalekit.directories.filter(({ enabled }) => enabled),
    ].map(({ id }) => id)
    const touched = changes(sandbox, inUse.length).map(({ directoryId }) => directoryId)
    expect(touched.toSorted()).toEqual(inUse.toSorted())
    expect(touched.filter(id => id.startsWith('directory_'))).toEqual(inUse.slice(0, 4))
    expect(touched.slice(0, 2)).toEqual([inUse[0], inUse[4]])
  })

  test('are of every kind, and leave each directory about as large as it was', async () => {
    const sandbox = await start()
    const { workos, scalekit, known } = sandbox.data
    const sizes = () =>
      [...workos.rosters, ...scalekit.rosters].map(([, { users, groups }]) => [users.length, groups.length])
    const before = sizes()
    const made = changes(sandbox, 1_000)
    expect(new Set(made.map(({ kind }) => kind)).size).toBe(15)
    expect(new Set(made.map(({ provider }) => provider)).size).toBe(2)
    for (const [place, [users = 0, groups = 0]] of sizes().entries()) {
      expect(Math.abs(users - (before[place]?.[0] ?? 0))).toBeLessThanOrEqual(10)
      expect(Math.abs(groups - (before[place]?.[1] ?? 0))).toBeLessThanOrEqual(3)
    }
    // Whom tests and examples name are still there.
    const ids = new Set(
      [...workos.rosters.values(), ...scalekit.rosters.values()].flatMap(({ users, groups }) =>
        [...users, ...groups].map(({ id }) => id),
      ),
    )
    const named = Object.values(known).flatMap(one => one ?? [])
    expect(named.filter(id => /(user|group)_/.test(id) && !ids.has(id))).toEqual([])
  })

  test('switch at most one directory off at a time, and leave alone what somebody has switched off', async () => {
    const sandbox = await start()
    const { data } = sandbox
    const { scalekitLargeDirectoryId, scalekitMediumDirectoryId, scalekitUnnamedDirectoryId } = data.known
    const large = data.scalekit.directories.find(({ id }) => id === scalekitLargeDirectoryId)
    if (large) large.enabled = false
    sandbox.change('directory-disabled', scalekitMediumDirectoryId)
    const kinds = Array.from(
      { length: 500 },
      () => sandbox.change(undefined, scalekitUnnamedDirectoryId).kind,
    )
    expect(kinds).not.toContain('directory-disabled')

    const made = changes(sandbox, 150)
    expect(made.map(({ directoryId }) => directoryId)).toContain(scalekitMediumDirectoryId)
    expect(made.map(({ directoryId }) => directoryId)).not.toContain(scalekitLargeDirectoryId)
    expect(large?.enabled).toBe(false)
  })

  test('go on where the directory that was switched off has been deleted', async () => {
    const sandbox = await start()
    const { scalekitTwoDirectoriesOrganizationId, scalekitMediumDirectoryId: id } = sandbox.data.known
    sandbox.change('directory-disabled', id)
    const path = `/api/v1/organizations/${scalekitTwoDirectoriesOrganizationId}/directories/${id}`
    expect((await requestScalekit(sandbox, path, { method: 'DELETE' })).status).toBe(200)
    expect(changes(sandbox, 20).map(({ directoryId }) => directoryId)).not.toContain(id)
  })

  test('do not mix up people who share what they are made of', async () => {
    const sandbox = await start({ scale: { organizations: 1 } })
    const [id = ''] = sandbox.data.known.workosExtraDirectoryIds
    const roster = sandbox.data.workos.rosters.get(id)
    const membersOf = (groupId: string | null) =>
      [...(roster?.groupIdsByUser ?? [])]
        .filter(([, ids]) => ids.has(groupId ?? ''))
        .map(([userId]) => userId)
    const before = new Map(roster?.groups.map(group => [group.id, membersOf(group.id)]))
    const { userId, groupId } = sandbox.change('member-added', id)
    expect(membersOf(groupId).toSorted()).toEqual([...(before.get(groupId ?? '') ?? []), userId].toSorted())
  })

  test('come by themselves every so often where that is wanted, and end with the sandbox', async () => {
    const [still, lively] = await Promise.all([start(), start({ changes: { intervalMs: 5 } })])
    const count = ({ data }: Sandbox) => data.workos.events.length
    const before = count(still)
    await expect.poll(() => count(lively), { interval: 5 }).toBeGreaterThan(before + 3)
    await lively.stop()
    const after = count(lively)
    await new Promise(resolve => setTimeout(resolve, 30))
    expect([count(lively), count(still)]).toEqual([after, before])
  })

  test('go on where nothing is left that could change', async () => {
    const sandbox = await start({ changes: { intervalMs: 1 } })
    sandbox.data.workos.directories.length = 0
    sandbox.data.scalekit.directories.length = 0
    expect(() => sandbox.change()).toThrow('nothing in the sandbox can change so: by chance')
    expect(() => sandbox.change('user-created', 'dir_1')).toThrow('the sandbox has no directory dir_1')
    await new Promise(resolve => setTimeout(resolve, 20))
  })
})
