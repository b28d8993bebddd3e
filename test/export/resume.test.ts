import type { ChildProcess } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { directoryId } from '../support/seeded-ids.ts'
import { newFolder, resumeCommand, runExport, startExport } from './export-child.ts'
import { factsIn, rowsIn, truthOf } from './truth.ts'

/** Of the whole export, roughly. */
const SIZE = 4_600_000
const MAX_KILLS = 3

/** Waits until there is as much, or the process has ended. */
async function reach(path: string, size: number, child: ChildProcess): Promise<void> {
  const there = () => (existsSync(path) ? statSync(path).size : -1)
  while (child.exitCode === null && child.signalCode === null && there() < size) await wait(2)
}

async function start(latencyMs: number) {
  const sandbox = await startSandbox({ latencyMs })
  onTestFinished(() => sandbox.stop())
  const file = join(await newFolder(), 'people.jsonl')
  return { sandbox, file, output: ['--format', 'jsonl', '--output', file] }
}

/** What the journal says; null where there is none. */
async function progressOf(file: string) {
  const text = await readFile(`${file}.partial.json`, 'utf8').catch(() => null)
  return text === null ? null : JSON.parse(text).progress
}

test('an export that is killed at random moments goes on each time, and ends with no row lost or doubled', async () => {
  const seed = Number(process.env.EXPORT_SEED ?? Date.now() % 1_000_000)
  const random = randomOf(seed)
  const { sandbox, file, output } = await start(2)
  await writeFile(file, 'an older one')
  const words = ['--all', ...output, '--quiet']
  const moments: string[] = []
  let kept = 0
  for (let kills = 0; kills <= MAX_KILLS; kills += 1) {
    const { child, ended } = startExport(sandbox, kills === 0 ? words : [...words, '--resume'])
    const signal = random() < 0.7 ? 'SIGKILL' : 'SIGINT'
    // Somewhere in what is left; the last one may end.
    const size = kills === MAX_KILLS ? SIZE : Math.round(kept + random() * 0.6 * (SIZE - kept))
    await reach(`${file}.partial`, size, child)
    await wait(random() * 20)
    if (kills < MAX_KILLS) child.kill(signal)
    const { code, stderr } = await ended
    if (code === 0) break
    moments.push(`${signal} at ${size} bytes`)
    const told = `seed ${seed}: ${moments.join(', ')}`
    expect(await readFile(file, 'utf8'), told).toBe('an older one')
    const progress = await progressOf(file)
    expect(progress?.size ?? 0, told).toBeGreaterThanOrEqual(kept)
    kept = progress?.size ?? 0
    if (signal === 'SIGKILL' || code === null) continue
    expect(code, told).toBe(130)
    const rows = progress?.rows.toLocaleString('en-US')
    expect(stderr, told).toBe(
      progress === null
        ? 'Stopped.\n'
        : `Stopped. ${file}.partial holds ${rows} rows. Go on with: ${resumeCommand(words)}\n`,
    )
  }
  const told = `seed ${seed}: ${moments.join(', ')}`
  expect(kept, told).toBeGreaterThan(0)
  expect(factsIn(rowsIn(await readFile(file, 'utf8'))), told).toEqual(truthOf(sandbox.data))
  expect([existsSync(`${file}.partial`), existsSync(`${file}.partial.json`)]).toEqual([false, false])
}, 60_000)

test('a directory whose place is not known any more is read anew, and what was written of it is taken back', async () => {
  const { sandbox, file, output } = await start(10)
  const { workosLargeDirectoryId: id } = sandbox.data.known
  const args = ['--directory', id, ...output, '--resume']
  const { child, ended } = startExport(sandbox, args)
  while ((await progressOf(file))?.at?.place.cursor == null && child.exitCode === null) await wait(5)
  child.kill('SIGKILL')
  await ended
  const { at } = await progressOf(file)
  // Whoever stands at that place leaves.
  const roster = sandbox.data.workos.rosters.get(id)
  roster?.users.splice(
    roster.users.findIndex(user => user.id === at.place.cursor),
    1,
  )
  expect(await runExport(sandbox, args)).toMatchObject({ code: 0 })
  expect(factsIn(rowsIn(await readFile(file, 'utf8')))).toEqual(truthOf(sandbox.data, [id]))
})

test('whoever comes ahead of the place of a list of Scalekit moves nobody into the file twice', async () => {
  const { sandbox, file, output } = await start(10)
  const { scalekitMediumDirectoryId: id } = sandbox.data.known
  const { users = [], groupIdsByUser } = sandbox.data.scalekit.rosters.get(id) ?? {}
  const args = ['--directory', directoryId(sandbox, id), ...output, '--resume']
  // It stops ahead of the third page.
  const token = Buffer.from('{"page":2').toString('base64url')
  sandbox.inject({ provider: 'scalekit', path: new RegExp(`page_token=${token}`), kind: 'hang' })
  const { child, ended } = startExport(sandbox, args)
  while ((await progressOf(file))?.at?.place.cursor == null && child.exitCode === null) await wait(5)
  child.kill('SIGINT')
  const { rows } = await progressOf(file)
  expect(await ended).toEqual({
    code: 130,
    stdout: '',
    stderr: `Stopped. ${file}.partial holds ${rows} rows. Go on with: ${resumeCommand(args.slice(0, -1))}\n`,
  })
  const before = truthOf(sandbox.data, [id])
  const newcomers = users.slice(0, 3).map((user, number) => ({ ...user, id: `diruser_${number}` }))
  for (const { id: newcomer } of newcomers) groupIdsByUser?.set(newcomer, new Set())
  users.unshift(...newcomers)
  sandbox.clearFaults()
  expect(await runExport(sandbox, args)).toMatchObject({ code: 0 })
  expect(factsIn(rowsIn(await readFile(file, 'utf8')))).toEqual(before)
})

test('an export that is told to stop before it has begun leaves nothing', async () => {
  const { sandbox, file, output } = await start(0)
  // Without a provider it has the sandbox to start first.
  const nothing = { WORKOS_API_KEY: '', WORKOS_API_URL: '', SCALEKIT_ENVIRONMENT_URL: '' }
  const noScalekit = { SCALEKIT_CLIENT_ID: '', SCALEKIT_CLIENT_SECRET: '' }
  const { child, ended } = startExport(sandbox, ['--all', ...output], { ...nothing, ...noScalekit })
  await reach(`${file}.partial`, 0, child)
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 143, stderr: 'Stopped.\n' })
  expect(await readdir(dirname(file))).toEqual([])
})

test('only one export at a time writes a file, and one that was killed keeps nobody from it', async () => {
  const { sandbox, file, output } = await start(0)
  const { workosSmallDirectoryId: id } = sandbox.data.known
  sandbox.inject({ provider: 'workos', path: /directory_groups/, kind: 'hang' })
  const args = ['--directory', id, ...output]
  const { child, ended } = startExport(sandbox, args)
  await reach(`${file}.partial`, 1, child)
  const elsewhere = `${dirname(file)}/../${basename(dirname(file))}/${basename(file)}`
  const others = await Promise.all([
    runExport(sandbox, args),
    runExport(sandbox, ['--directory', id, '--format', 'jsonl', '--output', elsewhere, '--resume']),
  ])
  expect(others).toEqual(
    [file, elsewhere].map(path => {
      const stderr = `Another export is writing ${path}: let it end, or name another file.\n`
      return { code: 1, stdout: '', stderr }
    }),
  )
  child.kill('SIGKILL')
  await ended
  sandbox.clearFaults()
  expect(await runExport(sandbox, [...args, '--resume'])).toMatchObject({ code: 0 })
  expect(factsIn(rowsIn(await readFile(file, 'utf8')))).toEqual(truthOf(sandbox.data, [id]))
})

test('what is left of another export is neither gone on with nor overwritten, and tells nothing of credentials', async () => {
  const { sandbox, file, output } = await start(0)
  const { workosSmallDirectoryId: id } = sandbox.data.known
  sandbox.inject({ provider: 'workos', path: /directory_groups/, kind: 'status', status: 401 })
  const args = ['--directory', id, ...output]
  expect(await runExport(sandbox, args)).toMatchObject({ code: 3 })
  const left = (path: string) =>
    Promise.all(['.partial', '.partial.json'].map(end => readFile(path + end, 'utf8')))
  const before = await left(file)
  expect(before[1]).not.toContain(sandbox.workos.apiKey)
  expect(before[1]).not.toContain(sandbox.scalekit.clientId)
  const all = ['--all']
  const one = ['--directory', id]
  const noScalekit = { SCALEKIT_CLIENT_ID: '', SCALEKIT_ENVIRONMENT_URL: '', SCALEKIT_CLIENT_SECRET: '' }
  const same = 'give its options and --resume, or delete it and {}.partial.'
  const cases: [string[], string, Record<string, string>, string][] = [
    [
      one,
      'jsonl',
      {},
      'An export to this file has not ended: go on with it, or delete what there is of it to begin anew. {}.partial holds 1 row. Go on with: ',
    ],
    [all, 'jsonl', {}, `{}.partial.json is of an export of --directory ${id}: ${same}`],
    [[...all, '--resume'], 'jsonl', {}, `{}.partial.json is of an export of --directory ${id}: ${same}`],
    [[...one, '--resume'], 'csv', {}, `{}.partial.json is of an export of another format, jsonl: ${same}`],
    [
      [...one, '--resume'],
      'jsonl',
      noScalekit,
      `{}.partial.json is of an export of other providers: ${same}`,
    ],
    [
      [...one, '--resume'],
      'jsonl',
      { WORKOS_API_KEY: 'sk_another' },
      'WorkOS refuses the credentials that this server was given for it. {}.partial holds 1 row. Go on with: ',
    ],
  ]
  const runs = cases.map(async ([wanted, format, env, why], number) => {
    const copy = `${file}.${number}`
    await Promise.all(['.partial', '.partial.json'].map(end => copyFile(file + end, copy + end)))
    const args = [...wanted, '--format', format, '--output', copy]
    const words = args.filter(word => word !== '--resume')
    const ended = await runExport(sandbox, [...words, ...args.filter(word => word === '--resume')], env)
    const told = why.replaceAll('{}', copy) + (why.endsWith(': ') ? resumeCommand(words) : '')
    expect(ended).toEqual({ code: 1, stdout: '', stderr: `${told}\n` })
    expect(await left(copy)).toEqual(before)
  })
  await Promise.all(runs)
})

test('an export goes on with other credentials that find its directories, and with no others', async () => {
  const { sandbox, file, output } = await start(0)
  const { workosSmallDirectoryId: id } = sandbox.data.known
  sandbox.inject({ provider: 'workos', path: /directory_groups/, kind: 'status', status: 401, times: 1 })
  const args = ['--directory', id, ...output]
  expect(await runExport(sandbox, args)).toMatchObject({ code: 3 })
  const journal = JSON.parse(await readFile(`${file}.partial.json`, 'utf8'))
  // As if it had been begun with another key; that of another environment finds nothing of it.
  journal.fingerprint.of.workos = Buffer.from('another').toString('base64')
  await writeFile(`${file}.partial.json`, JSON.stringify(journal))
  const [directory] = journal.progress.directories
  directory.key = directory.key.replace(/.$/, (last: string) => (last === '0' ? '1' : '0'))
  const elsewhere = JSON.stringify(journal)
  await copyFile(`${file}.partial`, `${file}.other.partial`)
  await writeFile(`${file}.other.partial.json`, elsewhere)
  const other = await runExport(sandbox, [...args.slice(0, -1), `${file}.other`, '--resume'])
  expect(other).toMatchObject({ code: 1, stdout: '' })
  expect(other.stderr).toContain('and find none of its directories: set those of the same environment')
  expect(await readFile(`${file}.other.partial.json`, 'utf8')).toBe(elsewhere)
  expect(await runExport(sandbox, [...args, '--resume'])).toMatchObject({ code: 0 })
  expect(factsIn(rowsIn(await readFile(file, 'utf8')))).toEqual(truthOf(sandbox.data, [id]))
})

/** Numbers between 0 and 1 that are the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
