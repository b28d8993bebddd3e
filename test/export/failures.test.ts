import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { isLeftOut } from '../support/left-out.ts'
import { directoryId, organizationId, userId } from '../support/seeded-ids.ts'
import { newFolder, resumeCommand, runExport, startExport } from './export-child.ts'
import { factsIn, rowsIn, truthOf } from './truth.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())
afterEach(() => sandbox.clearFaults())

/** A file that an earlier export has left. */
async function olderFile(): Promise<string> {
  const file = join(await newFolder(), 'people.jsonl')
  await writeFile(file, 'older')
  return file
}

/** One that nobody repeats at once. */
const FAILURE = { kind: 'status', status: 501 } as const
const AT_ONCE = ['--retry-max-time', '0']
const TO_STANDARD_OUTPUT = ['--format', 'jsonl', '--output', '-', '--quiet']

describe('a provider in trouble', () => {
  test('that fails for one directory costs that alone; the older file stays until the next one brings it', async () => {
    const { workosTwoDirectoriesOrganizationId: organization } = sandbox.data.known
    const all = sandbox.data.workos.directories.filter(one => one.organization_id === organization)
    const [lost, kept] = all.map(({ id }) => id)
    // Its groups come, and are taken back.
    sandbox.inject({
      provider: 'workos',
      path: new RegExp(`directory_users.*${lost}`),
      ...FAILURE,
    })
    const file = await olderFile()
    const args = ['--organization', organization, '--format', 'jsonl', '--output', file]
    const asked = [...args, ...AT_ONCE, '--quiet']
    const { code, stderr } = await runExport(sandbox, asked)
    const itself = truthOf(sandbox.data, [lost ?? '']).filter(fact => fact.startsWith('directory '))
    const there = [...truthOf(sandbox.data, [kept ?? '']), ...itself].toSorted()
    expect(stderr).toBe(
      `Missing: The directory ${lost} of WorkOS: Its groups and users: WorkOS answered with an error of its own.
${file} is left as it was. ${file}.partial holds ${there.length} rows of 2 directories. Ask for the rest with: ${resumeCommand(asked)}
`,
    )
    expect(code).toBe(3)
    expect(await readFile(file, 'utf8')).toBe('older')
    expect(factsIn(rowsIn(await readFile(`${file}.partial`, 'utf8')))).toEqual(there)
    sandbox.clearFaults()
    sandbox.clearCalls()
    expect((await runExport(sandbox, [...args, '--resume'])).code).toBe(0)
    const ids = all.map(({ id }) => id)
    expect(factsIn(rowsIn(await readFile(file, 'utf8')))).toEqual(truthOf(sandbox.data, ids))
    // Of what is there nothing is asked again.
    expect(sandbox.calls.filter(({ query }) => query.directory === kept)).toEqual([])
    expect(existsSync(`${file}.partial`)).toBe(false)
  })

  test('that stays away leaves the older file as it was, and is asked for all of its directories by the next one', async () => {
    const away = sandbox.inject({ provider: 'scalekit', ...FAILURE })
    const file = await olderFile()
    const args = ['--all', '--format', 'jsonl', '--output', file, ...AT_ONCE]
    const { code, stderr } = await runExport(sandbox, args)
    expect(code).toBe(3)
    expect(stderr).toContain('Missing: All directories of Scalekit: ')
    expect(stderr).toContain(`${file} is left as it was. `)
    expect(stderr).toContain(`. Ask for the rest with: ${resumeCommand(args)}\n`)
    expect(await readFile(file, 'utf8')).toBe('older')
    away()
    expect(await runExport(sandbox, [...args, '--resume', '--quiet'])).toMatchObject({ code: 0, stderr: '' })
    expect(factsIn(rowsIn(await readFile(file, 'utf8')))).toEqual(truthOf(sandbox.data))
  })

  test('whose directory is deleted meanwhile is exported to its end, and the directory is named', async () => {
    const { workosTwoDirectoriesOrganizationId: organization } = sandbox.data.known
    const all = sandbox.data.workos.directories.filter(one => one.organization_id === organization)
    const [gone = '', kept = ''] = all.map(({ id }) => id)
    sandbox.inject({ provider: 'workos', path: new RegExp(gone), kind: 'status', status: 404 })
    const file = await olderFile()
    const args = ['--organization', organization, '--format', 'jsonl', '--output', file, '--quiet']
    const { code, stderr } = await runExport(sandbox, args)
    expect(stderr).toBe(`Missing: The directory ${gone} of WorkOS: It was deleted meanwhile.\n`)
    expect(code).toBe(3)
    const itself = truthOf(sandbox.data, [gone]).filter(fact => fact.startsWith('directory '))
    const facts = factsIn(rowsIn(await readFile(file, 'utf8')))
    expect(facts).toEqual([...truthOf(sandbox.data, [kept]), ...itself].toSorted())
    expect(existsSync(`${file}.partial`)).toBe(false)
  })

  test('that loses a group meanwhile is read anew, and all is there that still is', async () => {
    const id = sandbox.data.known.workosMediumDirectoryId
    const [group] = sandbox.data.workos.rosters.get(id)?.groups ?? []
    sandbox.inject({
      provider: 'workos',
      path: new RegExp(`directory_users.*${group?.id}`),
      kind: 'status',
      status: 404,
      times: 1,
    })
    const { code, stdout, stderr } = await runExport(sandbox, [
      '--directory',
      id,
      '--format',
      'jsonl',
      '--output',
      join(await newFolder(), 'anew.jsonl'),
      '--quiet',
    ])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('that wants to be left alone for longer than anybody waits is given up at once', async () => {
    const id = sandbox.data.known.workosMediumDirectoryId
    sandbox.inject({
      provider: 'workos',
      path: /directory_users/,
      kind: 'status',
      status: 429,
      headers: { 'retry-after': '30' },
    })
    const begunMs = performance.now()
    const args = ['--directory', id, ...TO_STANDARD_OUTPUT, '--retry-max-time', '20']
    const { code, stderr } = await runExport(sandbox, args)
    expect(code).toBe(3)
    expect(stderr).toContain('WorkOS allows no more requests for now; try again in 30 s.\n')
    expect(performance.now() - begunMs).toBeLessThan(20_000)
    expect(sandbox.calls.filter(({ status }) => status === 429)).toHaveLength(1)
  })

  test('is not needed where the other one has the organization', async () => {
    const id = sandbox.data.known.workosTwoDirectoriesOrganizationId
    sandbox.inject({ provider: 'scalekit', kind: 'status', status: 503 })
    const args = ['--organization', id, ...TO_STANDARD_OUTPUT]
    const { code, stdout, stderr } = await runExport(sandbox, args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const all = sandbox.data.workos.directories.filter(one => one.organization_id === id)
    expect(factsIn(rowsIn(stdout))).toEqual(
      truthOf(
        sandbox.data,
        all.map(one => one.id),
      ),
    )
  })

  test('that refuses, fails and breaks off for a while is asked again until all is there', async () => {
    const id = sandbox.data.known.scalekitMediumDirectoryId
    const provider = 'scalekit'
    sandbox.inject({ provider, path: /groups/, kind: 'status', status: 500, times: 4 })
    sandbox.inject({
      provider,
      path: /users/,
      kind: 'status',
      status: 429,
      headers: { 'retry-after': '1' },
      times: 1,
    })
    sandbox.inject({ provider, path: /users/, kind: 'reset-mid-body', times: 1 })
    const { code, stdout } = await runExport(sandbox, [
      '--directory',
      directoryId(sandbox, id),
      ...TO_STANDARD_OUTPUT,
    ])
    expect(code).toBe(0)
    expect(factsIn(rowsIn(stdout))).toEqual(truthOf(sandbox.data, [id]))
  })

  test('that refuses the credentials from some moment on is not asked for long, and what was there before stays', async () => {
    const { workosTwoDirectoriesOrganizationId: organization } = sandbox.data.known
    const file = await olderFile()
    const args = ['--organization', organization, '--format', 'jsonl', '--output', file]
    sandbox.inject({ provider: 'workos', path: /^\/directory_/, kind: 'status', status: 401 })
    const refused = await runExport(sandbox, args)
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('WorkOS refuses the credentials')
    expect(refused.stderr).toContain(`Ask for the rest with: ${resumeCommand(args)}\n`)
    expect(await readFile(file, 'utf8')).toBe('older')
  })

  test('that refuses the credentials is named, without them, and the other one is there', async () => {
    const secret = 'sk_live_of_somebody'
    const { code, stdout, stderr } = await runExport(sandbox, ['--all', ...TO_STANDARD_OUTPUT], {
      WORKOS_API_KEY: secret,
    })
    expect(code).toBe(3)
    expect(stderr).toBe(
      'Missing: All directories of WorkOS: WorkOS refuses the credentials that this server was given for it.\n',
    )
    const scalekit = sandbox.data.scalekit.directories.map(({ id }) => id)
    expect(factsIn(rowsIn(stdout))).toEqual(truthOf(sandbox.data, scalekit))
  })

  test('whose limits are those that it publishes is waited for, and never asked too soon', async () => {
    const limited = await startSandbox({ enforceLimits: true })
    onTestFinished(() => limited.stop())
    const id = limited.data.known.workosMediumDirectoryId
    const limits = { WORKOS_REQUESTS_PER_MINUTE: '', WORKOS_DIRECTORY_USERS_PER_SECOND: '' }
    const args = ['--directory', id, '--format', 'jsonl', '--output', '-']
    const { code, stdout, stderr } = await runExport(limited, args, limits)
    expect(code).toBe(0)
    expect(factsIn(rowsIn(stdout))).toEqual(truthOf(limited.data, [id]))
    expect(limited.calls.filter(({ status }) => status === 429)).toEqual([])
    expect(stderr).toMatch(/Wrote [\d,]+ rows of 1 directory\.\n$/)
  })
})

describe('what can not be exported', () => {
  test('is said in one line, and leaves an older file as it was and nothing beside it', async () => {
    const folder = await newFolder()
    const { known } = sandbox.data
    const names = ['1.csv', '2.csv', '3.csv', '4.csv', '5.csv', '6.csv']
    const [one = '', two = '', three = '', four = '', five = '', six = ''] = names.map(name =>
      join(folder, name),
    )
    for (const name of names) await writeFile(join(folder, name), 'older')
    const to = (path: string) => ['--format', 'csv', '--output', path]
    const noSuch = (what: string) =>
      `There is no such ${what}: neither a global id nor a provider's own id leads to one.\n`
    const cases: [string[], string, number][] = [
      [['--organization', organizationId('workos', 'org_01JNOSUCH'), ...to(one)], noSuch('organization'), 1],
      [['--organization', known.workosUserId, ...to(two)], noSuch('organization'), 1],
      [['--directory', 'directory_01JNOSUCHDIRECTORY00000', ...to(three)], noSuch('directory'), 1],
      [
        ['--directory', userId(sandbox, known.workosUserId), ...to(four)],
        'This is the id of something else; wanted is that of type Directory.\n',
        1,
      ],
      [
        ['--directory', known.scalekitMediumDirectoryId, ...to(five)],
        'Scalekit knows a directory only within its organization: give the global id of the directory, or export its organization.\n',
        1,
      ],
      [['--all', ...to(folder)], `${folder} is a folder: name a file in it.\n`, 1],
      [
        ['--all', ...to(`${folder}/no/file`)],
        `${folder}/no/file can not be written: there is no such folder.\n`,
        1,
      ],
      [['--all', ...to('/dev/full')], 'No space is left on the disk of /dev/full.\n', 1],
      [
        ['--all', '--directory', 'x', ...to(six)],
        'Give one of --organization, --directory and --all, to say what is to be exported. `dirgraph export --help` lists all options.\n',
        2,
      ],
    ]
    for (const some of [cases.slice(0, 5), cases.slice(5)]) {
      await Promise.all(
        some.map(async ([args, stderr, code]) => {
          expect(await runExport(sandbox, [...args, '--quiet'])).toEqual({ code, stdout: '', stderr })
        }),
      )
    }
    expect(await readdir(folder)).toEqual(names)
    for (const name of names) expect(await readFile(join(folder, name), 'utf8')).toBe('older')
    expect(existsSync('/dev/full.partial')).toBe(false)
  })

  const canMount = spawnSync('unshare', ['--mount', 'true']).status === 0
  const why = canMount ? null : 'this account may not mount a small disk'
  test.skipIf(isLeftOut('an export to a full disk', why))('on a full disk the older file stays', async () => {
    const folder = await newFolder()
    const script = `mount -t tmpfs -o size=256k tmpfs ${folder} && cd ${folder} && printf older > file || exit 99
      "$@"; code=$?; cat file; ls; exit $code`
    const args = ['--all', '--format', 'jsonl', '--output', 'file', '--quiet']
    const under = ['unshare', '--mount', 'sh', '-c', script, 'sh']
    const { code, stdout, stderr } = await startExport(sandbox, args, {}, under).ended
    expect(stderr).toMatch(
      /^No space is left on the disk of file\. \S+\/file\.partial holds [\d,]+ rows\. Go on with: node \S+ export --all --format jsonl --output file --quiet --resume\n$/,
    )
    expect(code).toBe(1)
    expect(stdout).toBe('olderfile\nfile.partial\nfile.partial.json\n')
  })

  test('on a device that is full, standard output is said to be', async () => {
    const under = ['sh', '-c', '"$@" > /dev/full', 'sh']
    const { known } = sandbox.data
    const args = ['--directory', known.workosSmallDirectoryId, ...TO_STANDARD_OUTPUT]
    expect(await startExport(sandbox, args, {}, under).ended).toEqual({
      code: 1,
      stdout: '',
      stderr: 'No space is left on the disk of standard output.\n',
    })
  })

  test('nobody is told anything where the reader of standard output leaves', async () => {
    const { child, ended } = startExport(sandbox, ['--all', ...TO_STANDARD_OUTPUT])
    await once(child.stdout as NodeJS.ReadableStream, 'data')
    child.stdout?.destroy()
    expect(await ended).toMatchObject({ code: 141, stderr: '' })
  })
})
