import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { newFolder, runExport } from './export-child.ts'

/** They take more than all of the heap as objects. */
const USERS = 20_000
const HEAP_MB = 40

test('an export of many people fits into a heap that they would not fit into', async () => {
  const sandbox = await startSandbox({ scale: { users: USERS } })
  onTestFinished(() => sandbox.stop())
  const { id = '' } = sandbox.data.workos.directories.find(({ name }) => name === 'Scale') ?? {}
  const file = join(await newFolder(), 'people.jsonl')
  const args = ['--directory', id, '--format', 'jsonl', '--output', file, '--quiet']
  const heap = { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` }
  expect(await runExport(sandbox, args, heap)).toEqual({ code: 0, stdout: '', stderr: '' })
  const rows = (await readFile(file, 'utf8')).split('\n').length
  expect(rows).toBeGreaterThan(USERS)
}, 60_000)
