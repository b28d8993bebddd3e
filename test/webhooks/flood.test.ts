import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { workosEvent, workosSubject } from '../providers/event-samples.ts'
import { fromWorkos, WEBHOOKS } from '../support/sign-webhooks.ts'
import { startApp } from '../support/start-app.ts'

const DELIVERIES = 10_000
/** As many at a time as a provider might send. */
const AT_ONCE = 50

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function heapMib(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed / 1_024 / 1_024
}

test('ten thousand webhooks are all acknowledged, and leave no more behind than the log may hold', async () => {
  const app = await startApp({
    providers: ['workos'],
    dirgraph: { cacheTtlSeconds: 300, webhooks: WEBHOOKS },
  })
  const { user } = workosSubject(app.sandbox.data)
  let sent = 0
  let acknowledged = 0
  async function deliverSome(upTo: number): Promise<void> {
    while (sent < upTo) {
      sent += 1
      const event = workosEvent('dsync.user.updated', user, { id: `event_${sent}` })
      const response = await app.dirgraph.fetch(fromWorkos(event))
      if (response.status === 200) acknowledged += 1
    }
  }
  const deliver = (upTo: number) => Promise.all(Array.from({ length: AT_ONCE }, () => deliverSome(upTo)))
  try {
    await deliver(DELIVERIES / 2)
    const half = heapMib()
    await deliver(DELIVERIES)
    const whole = heapMib()
    expect(acknowledged).toBe(DELIVERIES)
    expect(app.sandbox.calls).toEqual([])
    // Ids are remembered for long; bodies are not.
    expect(whole - half).toBeLessThan(6)
  } finally {
    await app.stop()
  }
}, 60_000)
