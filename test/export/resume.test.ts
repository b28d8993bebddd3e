import type { ChildProcess } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { newFolder, runExport, startExport } from './export-child.ts'
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
  const moments: string[] = []
  let kept = 0
  for (let kills = 0; kills <= MAX_KILLS; kills += 1) {
    const { child, ended } = startExport(sandbox, ['--all', ...output, '--resume', '--quiet'])
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
    expect(stderr, told).toBe(
      progress === null ? 'Stopped.\n' : 'Stopped. What there is so far is kept: go on with --resume.\n',
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
  while ((await progressOf(file))?.at == null && child.exitCode === null) await wait(5)
  child.kill('SIGKILL')
  await ended
  const { at } = await progressOf(file)
  // Whoever stands at that place leaves.
  const roster = sandbox.data.workos.rosters.get(id)
  roster?.users.splice(
    roster.users.findIndex(user => user.id === at.resumeAt),
    1,
  )
  expect(await runExport(sandbox, args)).toMatchObject({ code: 0 })
  expect(factsIn(rowsIn(await readFile(file, 'utf8')))).toEqual(truthOf(sandbox.data, [id]))
})

test('what is left of another export is neither gone on with nor overwritten', async () => {
  const { sandbox, file, output } = await start(0)
  const journal = {
    form: 1,
    order: {
      selection: { of: 'all' },
      format: 'jsonl',
      sources: { workos: sandbox.workos.url, scalekit: sandbox.scalekit.environmentUrl },
    },
    progress: { size: 8, rows: 1, directories: [], missing: [], at: null },
  }
  await writeFile(`${file}.partial`, 'one row\n')
  await writeFile(`${file}.partial.json`, JSON.stringify(journal))
  const organization = ['--organization', sandbox.data.known.scalekitOrganizationId]
  const csv = ['--format', 'csv', '--output', file]
  const runs = await Promise.all([
    runExport(sandbox, ['--all', ...output]),
    runExport(sandbox, [...organization, ...output, '--resume']),
    runExport(sandbox, ['--all', ...csv, '--resume']),
    runExport(sandbox, ['--all', ...output, '--resume'], { WORKOS_API_KEY: '', WORKOS_API_URL: '' }),
  ])
  const partial = `${file}.partial`
  const same = 'give the same options, or delete it.\n'
  expect(runs).toEqual(
    [
      `${partial} is there, of an export that has not ended: go on with it by --resume, or delete it to begin anew.\n`,
      `${partial}.json is of an export of something else: ${same}`,
      `${partial}.json is of an export of another format, jsonl: ${same}`,
      `${partial}.json is of an export of other providers: ${same}`,
    ].map(stderr => ({ code: 1, stdout: '', stderr })),
  )
  expect(await readFile(partial, 'utf8')).toBe('one row\n')
  expect(JSON.parse(await readFile(`${partial}.json`, 'utf8'))).toEqual(journal)
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
