import { describe, expect, test } from 'vitest'
import { workosEvent, workosSubject } from '../providers/event-samples.ts'
import { isLeftOut } from '../support/left-out.ts'
import { whyNoRedis } from '../support/redis.ts'
import { fromWorkos, WEBHOOKS } from '../support/sign-webhooks.ts'
import { startReplicas } from './start-replicas.ts'

const DELIVERIES = 3_000
/** More at a time than Redis answers promptly while everybody is busy. */
const AT_ONCE = 200
const WHAT = 'webhooks with Redis'

describe.skipIf(isLeftOut(WHAT, whyNoRedis()))(WHAT, () => {
  test('are all acknowledged, however fast they come to two replicas', async () => {
    const replicas = await startReplicas({ dirgraph: { webhooks: WEBHOOKS } })
    const { user } = workosSubject(replicas.sandbox.data)
    const statuses = new Map<number, number>()
    let sent = 0
    async function deliver(): Promise<void> {
      while (sent < DELIVERIES) {
        sent += 1
        const { dirgraph } = sent % 2 === 0 ? replicas.one : replicas.other
        const event = workosEvent('dsync.user.updated', user, { id: `event_${sent}` })
        const { status } = await dirgraph.fetch(fromWorkos(event))
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    }
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, deliver))
      expect([...statuses]).toEqual([[200, DELIVERIES]])
    } finally {
      await replicas.stop()
    }
  }, 60_000)
})
