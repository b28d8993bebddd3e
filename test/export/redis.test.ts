import { expect, onTestFinished, test } from 'vitest'
import { createSharedEngine } from '../../src/redis/shared-engine.ts'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { isLeftOut } from '../support/left-out.ts'
import { startRedis, whyNoRedis } from '../support/redis.ts'
import { startExport } from './export-child.ts'
import { factsIn, rowsIn, truthOf } from './truth.ts'

const WHAT = 'exports that share limits by Redis'

test.skipIf(isLeftOut(WHAT, whyNoRedis()))(
  'two exports and a server keep one limit together, and the server waits for no export to hear of anything',
  async () => {
    const [sandbox, redis] = await Promise.all([startSandbox({ enforceLimits: true }), startRedis()])
    const { workos, scalekit } = sandbox
    const engine = createSharedEngine({
      url: redis.url,
      credentials: [
        workos.url,
        workos.apiKey,
        scalekit.environmentUrl,
        scalekit.clientId,
        scalekit.clientSecret,
      ],
      cacheTtlMs: 30_000,
      oldestRequestMs: () => 0,
      log: createLogger('silent'),
    })
    onTestFinished(async () => {
      await engine.stop()
      await redis.stop()
      await sandbox.stop()
    })
    const id = sandbox.data.known.workosSmallDirectoryId
    const published = { WORKOS_REQUESTS_PER_MINUTE: '', WORKOS_DIRECTORY_USERS_PER_SECOND: '' }
    const args = ['--directory', id, '--format', 'jsonl', '--output', '-', '--quiet']
    const exports = [1, 2].map(() => startExport(sandbox, args, { ...published, REDIS_URL: redis.url }))
    const ended = Promise.all(exports.map(one => one.ended))
    await expect.poll(() => engine.replicas.liveCount(), { timeout: 15_000 }).toBe(3)
    expect(engine.replicas.others()).toEqual([])
    for (const { code, stdout } of await ended) {
      expect(code).toBe(0)
      expect(factsIn(rowsIn(stdout))).toEqual(truthOf(sandbox.data, [id]))
    }
    expect(sandbox.calls.filter(({ status }) => status === 429)).toEqual([])
    await expect.poll(() => engine.replicas.liveCount()).toBe(1)
  },
)
