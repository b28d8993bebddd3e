import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const MODULE = new URL('../../src/server/heap-growth.ts', import.meta.url)

const run = async (script: string) =>
  (await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])).stdout.trim()

/** How large the space for young objects becomes in a process that makes many of them. */
async function youngSpaceAfter(setUp: string): Promise<number> {
  const script = `
    import { getHeapSpaceStatistics } from 'node:v8'
    import { limitHeapGrowth } from ${JSON.stringify(MODULE.href)}
    ${setUp}
    const kept = []
    for (let count = 0; count < 2_000_000; count += 1) kept[count % 100_000] = { count }
    console.log(getHeapSpaceStatistics().find(space => space.space_name === 'new_space').space_size)
  `
  return Number(await run(script))
}

describe('the space for young objects', () => {
  test('stays as it is once growth is limited, where it would have become many times as large', async () => {
    const [free, limited] = await Promise.all([youngSpaceAfter(''), youngSpaceAfter('limitHeapGrowth()')])
    expect(free / limited).toBeGreaterThan(3)
  })
})

test('what was only needed to get started is collected at once, so that the limit is one of what is in use', async () => {
  const script = `
    import { setImmediate as nextTurn } from 'node:timers/promises'
    import { limitHeapGrowth } from ${JSON.stringify(MODULE.href)}
    const unused = new WeakRef({})
    await nextTurn()
    const before = unused.deref() !== undefined
    await nextTurn()
    limitHeapGrowth()
    console.log(before, unused.deref() !== undefined, typeof gc)
  `
  expect(await run(script)).toBe('true false undefined')
})
