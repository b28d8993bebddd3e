import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { newFolder, runExport, startExport } from './export-child.ts'
import { factsIn, rowsIn, truthOf } from './truth.ts'

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
  const { sandbox, file, output } = await start(8)
  await writeFile(file, 'an older one')
  const moments: string[] = []
  let keptRows = 0
  for (let run = 0; run < 12; run += 1) {
    const { child, ended } = startExport(sandbox, ['--all', ...output, '--resume', '--quiet'])
    // Enough of them were stopped: this one may end.
    const isLast = moments.length >= 4 && keptRows > 0
    const delayMs = random() * 1_200
    const signal = random() < 0.7 ? 'SIGKILL' : 'SIGINT'
    if (!isLast) {
      while (!existsSync(`${file}.partial`) && child.exitCode === null) await wait(5)
      await wait(delayMs)
      child.kill(signal)
    }
    const { code, stderr } = await ended
    if (code === 0) break
    moments.push(`${signal} after ${Math.round(delayMs)} ms`)
    expect(await readFile(file, 'utf8')).toBe('an older one')
    const kept = await progressOf(file)
    keptRows = Math.max(keptRows, kept?.rows ?? 0)
    if (signal === 'SIGINT' && code !== null) {
      expect(code).toBe(130)
      expect(stderr).toMatch(/^Stopped\./)
      expect(stderr.includes('--resume')).toBe(kept !== null)
    }
  }
  const told = `seed ${seed}: ${moments.join(', ')}`
  expect(keptRows, told).toBeGreaterThan(0)
  expect(factsIn(rowsIn(await readFile(file, 'utf8'))), told).toEqual(truthOf(sandbox.data))
  expect([existsSync(`${file}.partial`), existsSync(`${file}.partial.json`)]).toEqual([false, false])
})

test('a directory whose place is not known any more is read anew, and what was written of it is taken back', async () => {
  const { sandbox, file, output } = await start(25)
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
