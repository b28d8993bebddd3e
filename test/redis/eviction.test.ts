import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { textOf } from '../deploy/read-deployment.ts'
import { isLeftOut } from '../support/left-out.ts'
import { whyNoRedis } from '../support/redis.ts'
import { type Engine, type Engines, startEngines } from './start-engines.ts'

const WHAT = 'a Redis that is full'
/** As it is shipped. */
const [, policy = ''] = /--maxmemory-policy, ([\w-]+)\]/.exec(textOf('deploy/compose.yaml')) ?? []

describe.skipIf(isLeftOut(WHAT, whyNoRedis()))(WHAT, () => {
  let engines: Engines
  /** Somebody else's, who may take their time. */
  let client: Redis
  beforeEach(async () => {
    engines = await startEngines(['--maxmemory', '6mb', '--maxmemory-policy', policy])
    client = new Redis(engines.redis.url)
  })
  afterEach(async () => {
    client.disconnect()
    await engines.stop()
  })

  /** Writes so many answers of 5 KB as the replicas keep them. */
  async function keepAnswers({ keyspace }: Engine, name: string, count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      await client.set(keyspace('answer', 'workos', `${name}${index}`), 'x'.repeat(5_000), 'PX', 600_000)
    }
  }

  test('lets kept answers go, and neither events, nor which are known, nor how far was polled', async () => {
    const [one, other] = [await engines.start(), await engines.start()]
    for (const { eventLog } of [one, other]) {
      await eventLog.follow({ apply: async () => {}, deliver() {}, lost() {}, regained() {} })
    }
    const ids = Array.from({ length: 100 }, (_, index) => `e${index}`)
    for (const id of ids) await one.eventLog.append('workos', id, 'x'.repeat(300))
    await one.pollState.lead()
    await one.pollState.store('here')

    const numberIn = (text: string, name: string) => Number(new RegExp(`${name}:(\\d+)`).exec(text)?.[1])
    const evicted = async () => numberIn(await client.info('stats'), 'evicted_keys')
    // Redis measures by the second for how long a key was not used.
    for (let round = 0; (await evicted()) < 600; round += 1) {
      await keepAnswers(one, `round${round} `, 600)
      await sleep(1_200)
    }
    expect(await client.xlen(one.keyspace('events'))).toBeGreaterThanOrEqual(100)
    for (const id of ids) expect(await other.eventLog.append('workos', id, 'again')).toBe(false)
    expect(await other.pollState.load()).toBe('here')
  })
})
