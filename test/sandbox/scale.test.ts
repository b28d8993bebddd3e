import { describe, expect, test } from 'vitest'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { requestScalekit, requestWorkos } from './sandbox-requests.ts'

interface WorkosList<Row> {
  data: Row[]
}

describe('the scale setting', () => {
  test('adds organizations to the head of both lists, each with a directory', async () => {
    const sandbox = await startSandbox({ scale: { organizations: 12 } })
    const { known, workos, scalekit } = sandbox.data
    const plain = await startSandbox()
    expect(workos.organizations).toHaveLength(plain.data.workos.organizations.length + 12)
    expect(scalekit.organizations).toHaveLength(plain.data.scalekit.organizations.length + 12)

    const newest = await requestWorkos<WorkosList<{ id: string; name: string }>>(
      sandbox,
      '/organizations?limit=2',
    )
    expect(newest.body.data.map(({ name }) => name)).toEqual(['Extra Company 12', 'Extra Company 11'])
    const theirDirectories = await requestWorkos<WorkosList<{ id: string }>>(
      sandbox,
      `/directories?organization_id=${newest.body.data[0]?.id}`,
    )
    expect(theirDirectories.body.data.map(({ id }) => id)).toEqual([known.workosExtraDirectoryIds.at(-1)])

    const first = await requestScalekit<{ organizations: { id: string; display_name: string }[] }>(
      sandbox,
      '/api/v1/organizations',
    )
    expect(first.body.organizations[0]?.display_name).toBe('Extra Company 12')
    const itsDirectories = await requestScalekit<{ directories: { id: string }[] }>(
      sandbox,
      `/api/v1/organizations/${first.body.organizations[0]?.id}/directories`,
    )
    expect(itsDirectories.body.directories.map(({ id }) => id)).toEqual([
      known.scalekitExtraDirectoryIds.at(-1),
    ])
    await Promise.all([plain.stop(), sandbox.stop()])
  })

  test('gives each of them thirty users and six groups, with ids of their own', async () => {
    const sandbox = await startSandbox({ scale: { users: 100, organizations: 12 } })
    const { known, workos, scalekit } = sandbox.data
    const [workosId = '', scalekitId = ''] = [
      known.workosExtraDirectoryIds[3],
      known.scalekitExtraDirectoryIds[3],
    ]
    const users = await requestWorkos<WorkosList<{ email: string }>>(
      sandbox,
      `/directory_users?directory=${workosId}&limit=100`,
    )
    expect(users.body.data).toHaveLength(30)
    expect(users.body.data[0]?.email).toBe('user29@extra4.example')
    const groups = await requestWorkos<WorkosList<object>>(sandbox, `/directory_groups?directory=${workosId}`)
    expect(groups.body.data).toHaveLength(6)
    const organizationId = scalekit.directories.find(({ id }) => id === scalekitId)?.organization_id
    const path = `/api/v1/organizations/${organizationId}/directories/${scalekitId}`
    const members = await requestScalekit<{ users: { email: string }[]; total_size: number }>(
      sandbox,
      `${path}/users`,
    )
    expect([members.body.users[0]?.email, members.body.total_size]).toEqual(['user0@extra4.example', 30])

    for (const { organizations, directories, rosters } of [workos, scalekit]) {
      const members = [...rosters.values()].flatMap(roster => [...roster.users, ...roster.groups])
      const ids = [...organizations, ...directories, ...members].map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
    }
    await sandbox.stop()
  })

  test('keeps the order in which each side lists', async () => {
    const sandbox = await startSandbox({ scale: { users: 1, organizations: 3 } })
    const { workos, scalekit } = sandbox.data
    for (const rows of [workos.organizations, workos.directories]) {
      const instants = rows.map(({ created_at }) => created_at)
      expect(instants).toEqual(instants.toSorted())
    }
    const instants = scalekit.organizations.map(({ create_time }) => Date.parse(create_time))
    expect(instants).toEqual(instants.toSorted((one, other) => other - one))
    await sandbox.stop()
  })

  test('makes the same world each time', async () => {
    const [one, other] = await Promise.all(
      [1, 2].map(() => startSandbox({ scale: { users: 7, organizations: 3 } })),
    )
    expect(one?.data.known).toEqual(other?.data.known)
    expect(one?.data.workos.organizations).toEqual(other?.data.workos.organizations)
    expect([...(one?.data.scalekit.rosters.values() ?? [])].map(({ users }) => users)).toEqual(
      [...(other?.data.scalekit.rosters.values() ?? [])].map(({ users }) => users),
    )
    await Promise.all([one?.stop(), other?.stop()])
  })
})
