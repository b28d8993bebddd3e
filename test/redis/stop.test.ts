import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { isLeftOut } from '../support/left-out.ts'
import { startRedis, startRedisProxy, whyNoRedis } from '../support/redis.ts'

const WHAT = 'the end of a process that has stopped its dirgraph'
const APP = fileURLToPath(new URL('../../src/app.ts', import.meta.url))

/** Asks once, waits for a word on its input, and stops; that it ends is up to what is still open. */
const SCRIPT = `
  import { once } from 'node:events'
  import { createDirgraph } from ${JSON.stringify(APP)}
  const dirgraph = createDirgraph({ ...JSON.parse(process.env.SETTINGS), logLevel: 'silent' })
  const query = '{ organizations(first: 1) { nodes { name } } }'
  const url = 'http://localhost/graphql?query=' + encodeURIComponent(query)
  const response = await dirgraph.fetch(new Request(url, { headers: { 'apollo-require-preflight': 'true' } }))
  console.log(await response.text())
  await once(process.stdin, 'data')
  process.stdin.destroy()
  await dirgraph.stop()
`

async function start() {
  const [sandbox, redis] = await Promise.all([startSandbox(), startRedis()])
  const proxy = await startRedisProxy(redis.port)
  onTestFinished(async () => {
    await proxy.stop()
    await redis.stop()
    await sandbox.stop()
  })
  const { apiKey, url: apiUrl } = sandbox.workos
  const settings = { workos: { apiKey, apiUrl }, redisUrl: proxy.url, workosEventsPollSeconds: 1 }
  const running = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', SCRIPT], {
    env: { SETTINGS: JSON.stringify(settings) },
    timeout: 15_000,
  })
  const { child } = running
  // It has asked, so it has what it needs of Redis.
  await new Promise(resolve => child.stdout?.once('data', resolve))
  return {
    proxy,
    sandbox,
    stop() {
      child.stdin?.end('stop\n')
      return running
    },
  }
}

describe.skipIf(isLeftOut(WHAT, whyNoRedis()))(WHAT, () => {
  test.each(['up', 'a black hole'])('comes by itself while Redis is %s', async state => {
    const { proxy, sandbox, stop } = await start()
    await expect.poll(() => sandbox.calls.some(({ path }) => path.startsWith('/events'))).toBe(true)
    if (state !== 'up') proxy.delayMs = Number.POSITIVE_INFINITY
    // Rejects with the signal of the time-out where it does not end.
    const { stdout, stderr } = await stop()
    expect(stdout).toContain('Nimbus Freight')
    expect(stderr).toBe('')
  })
})
