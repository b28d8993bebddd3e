import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { countOf } from '../budget/count-calls.ts'
import { directoryId, organizationId } from '../support/seeded-ids.ts'
import { newFolder, runExport } from './export-child.ts'
import { parseCsv } from './parse-csv.ts'
import { factsIn, rowsIn, truthOf } from './truth.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
  addGroups(sandbox, sandbox.data.known.workosSmallDirectoryId)
})
afterAll(() => sandbox.stop())

test('an export of all has every directory, group and user with the groups once, by as few calls as can be', async () => {
  const file = join(await newFolder(), 'all.jsonl')
  sandbox.clearCalls()
  const { code, stdout, stderr } = await runExport(sandbox, ['--all', '--format', 'jsonl', '--output', file])
  expect(code).toBe(0)
  expect(stdout).toBe('')
  const text = await readFile(file, 'utf8')
  const truth = truthOf(sandbox.data)
  expect(factsIn(rowsIn(text))).toEqual(truth)
  expect(countOf(sandbox.calls)).toEqual({ calls: fewestCalls(sandbox), tokens: 1 })
  expect(stderr).toContain(
    `Wrote ${truth.length.toLocaleString('en-US')} rows of 12 directories to ${file}.\n`,
  )
  // It is people's data: for nobody else.
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(text).not.toMatch(/secret/i)
})

describe('an export of a part', () => {
  const wanted: [string, () => { args: string[]; directories: string[] }][] = []
  const add = (name: string, asked: () => { args: string[]; directories: string[] }) =>
    wanted.push([name, asked])
  add('an organization of WorkOS by its global id', () => {
    const { workosTwoDirectoriesOrganizationId: id } = sandbox.data.known
    const directories = sandbox.data.workos.directories.filter(one => one.organization_id === id)
    return {
      args: ['--organization', organizationId('workos', id)],
      directories: directories.map(one => one.id),
    }
  })
  add('an organization of Scalekit by its own id there', () => {
    const { scalekitTwoDirectoriesOrganizationId: id } = sandbox.data.known
    const directories = sandbox.data.scalekit.directories.filter(one => one.organization_id === id)
    return { args: ['--organization', id], directories: directories.map(one => one.id) }
  })
  add('a directory of Scalekit by its global id', () => {
    const { scalekitMediumDirectoryId: id } = sandbox.data.known
    return { args: ['--directory', directoryId(sandbox, id)], directories: [id] }
  })
  add('a directory of WorkOS by its own id there', () => {
    const { workosSmallDirectoryId: id } = sandbox.data.known
    return { args: ['--directory', id], directories: [id] }
  })
  add('an organization without directories', () => ({
    args: ['--organization', sandbox.data.known.workosEmptyOrganizationId],
    directories: [],
  }))

  test('has what is in it and nothing else', async () => {
    const runs = wanted.map(async ([what, asked]) => {
      const { args, directories } = asked()
      const output = ['--format', 'jsonl', '--output', '-', '--quiet']
      const { code, stdout, stderr } = await runExport(sandbox, [...args, ...output])
      expect({ what, code, stderr }).toEqual({ what, code: 0, stderr: '' })
      expect(factsIn(rowsIn(stdout)), what).toEqual(truthOf(sandbox.data, directories))
    })
    await Promise.all(runs)
  })
})

test('without any provider set up it exports the sandbox, here as CSV with lists as JSON', async () => {
  const nothing = { WORKOS_API_KEY: '', WORKOS_API_URL: '', SCALEKIT_ENVIRONMENT_URL: '' }
  const noScalekit = { SCALEKIT_CLIENT_ID: '', SCALEKIT_CLIENT_SECRET: '' }
  const id = sandbox.data.known.workosMediumDirectoryId
  const args = ['--directory', id, '--format', 'csv', '--output', '-']
  const { code, stdout } = await runExport(sandbox, args, { ...nothing, ...noScalekit })
  expect(code).toBe(0)
  const rows = parseCsv(stdout).map(
    ({ type = '', provider = '', upstreamId = '', name = '', email = '', groups }) => {
      return { type, provider, upstreamId, name, email, groups: groups ? JSON.parse(groups) : [] }
    },
  )
  expect(factsIn(rows)).toEqual(truthOf(sandbox.data, [id]))
})

/** Gives a directory of WorkOS more groups than it has people. */
function addGroups({ data }: Sandbox, id: string): void {
  const { users = [], groups = [] } = data.workos.rosters.get(id) ?? {}
  const [group] = groups
  if (group === undefined) throw new Error('there is no group to be copied')
  for (let number = groups.length; number < users.length + 2; number += 1) {
    const suffix = String(number).padStart(4, '0')
    groups.push({ ...group, id: `directory_group_${'0'.repeat(22)}${suffix}`, name: `Group ${number}` })
  }
}

/** What nobody can do without: a call for each page, as large as it can be, and the cheaper way to the memberships. */
function fewestCalls({ data: { workos, scalekit } }: Sandbox): Record<string, number> {
  const pages = (count: number, size: number) => Math.max(1, Math.ceil(count / size))
  const calls: Record<string, number> = {}
  const add = (place: string, count: number) => {
    calls[place] = (calls[place] ?? 0) + count
  }
  add('workos GET /directories', pages(workos.directories.length, 100))
  for (const { users, groups, groupIdsByUser } of workos.rosters.values()) {
    add('workos GET /directory_users', pages(users.length, 100))
    add('workos GET /directory_groups', pages(groups.length, 100))
    const members = ({ id }: { id: string }) =>
      users.filter(user => groupIdsByUser.get(user.id)?.has(id)).length
    const byWalk = groups.reduce((sum, group) => sum + pages(members(group), 100), 0)
    if (users.length === 0 || groups.length === 0) continue
    if (users.length < byWalk) add('workos GET /directory_groups', users.length)
    else add('workos GET /directory_users', byWalk)
  }
  add('scalekit GET /organizations', pages(scalekit.organizations.length, 100))
  add('scalekit GET /organizations/{id}/directories', scalekit.organizations.length)
  const directory = 'scalekit GET /organizations/{id}/directories/{id}'
  for (const { users, groups } of scalekit.rosters.values()) {
    add(`${directory}/users in detail`, pages(users.length, 30))
    add(`${directory}/groups in detail`, pages(groups.length, 30))
  }
  return calls
}
