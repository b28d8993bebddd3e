import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { isLeftOut } from '../support/left-out.ts'
import { whyNoRedis } from '../support/redis.ts'

const PROGRAM = fileURLToPath(new URL('../../soak/main.ts', import.meta.url))
const WHAT = 'a minute under load'

interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function soak(...args: readonly string[]): Promise<Run> {
  return new Promise(resolve => {
    const child = execFile(process.execPath, [PROGRAM, ...args], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

test('a soak that is too short to say anything is refused', async () => {
  const { code, stderr } = await soak('--seconds', '5')
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Usage: npm run soak/)
})

describe.skipIf(isLeftOut(WHAT, whyNoRedis()))(WHAT, () => {
  test('while replicas, Redis and providers fail in turn, leaves nothing wrong behind', {
    timeout: 180_000,
  }, async () => {
    const { code, stdout, stderr } = await soak('--seconds', '60')
    expect(stdout).toContain('| What has to hold')
    // The report says what does not.
    if (code !== 0) expect.fail(`${stdout}\n${stderr}`)
  })
})
