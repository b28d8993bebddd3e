import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { newFolder, runExport } from './export-child.ts'

/** Twice that many are exported, who take more than all of the heap as objects. */
const USERS = 10_000
const HEAP_MB = 48

test('an export of many people fits into a heap that they would not fit into', async () => {
  const sandbox = await startSandbox({ scale: { users: USERS } })
  onTestFinished(() => sandbox.stop())
  const file = join(await newFolder(), 'people.jsonl')
  const args = ['--all', '--format', 'jsonl', '--output', file, '--quiet']
  const heap = { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` }
  expect(await runExport(sandbox, args, heap)).toEqual({ code: 0, stdout: '', stderr: '' })
  const rows = (await readFile(file, 'utf8')).split('\n').length
  expect(rows).toBeGreaterThan(2 * USERS)
}, 60_000)
