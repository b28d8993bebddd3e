import { setImmediate as nextTurn } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDirgraph } from '../../src/app.ts'
import { createEventFeed } from '../../src/events/event-feed.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { workosEvent } from '../providers/event-samples.ts'
import { forward, NO_ORGANIZATION_FILTER, openWorkos } from '../providers/start-ground.ts'
import { anyCall } from '../support/any-call.ts'
import { createSteeredEventLog, type SteeredEventLog } from '../support/steered-event-log.ts'

let sandbox: Sandbox
let workos: ReturnType<typeof openWorkos>
let eventLog: SteeredEventLog
let written: string[]
beforeEach(async () => {
  sandbox = await startSandbox()
  written = []
  const log = pino({ level: 'info' }, { write: line => written.push(line) })
  workos = openWorkos(sandbox, log, 300_000)
  eventLog = createSteeredEventLog()
  createEventFeed({ eventLog, receiver: workos, log })
})
afterEach(() => sandbox.stop())

async function callsForOrganizations(): Promise<number> {
  sandbox.clearCalls()
  await workos.listOrganizations({ ...NO_ORGANIZATION_FILTER, page: forward(3) }, anyCall())
  return sandbox.calls.length
}

describe('whoever follows the log', () => {
  test('reuses nothing while events may be missed, and all of it again when none was', async () => {
    await callsForOrganizations()
    eventLog.lose()
    expect([await callsForOrganizations(), await callsForOrganizations()]).toEqual([1, 1])
    eventLog.regain(false)
    await expect.poll(callsForOrganizations).toBe(0)
  })

  test('has forgotten everything when some were missed for good', async () => {
    await callsForOrganizations()
    eventLog.lose()
    eventLog.regain(true)
    await nextTurn()
    expect(await callsForOrganizations()).toBe(1)
    expect(await callsForOrganizations()).toBe(0)
  })

  test('goes on after an event that can not be read', async () => {
    const body = workosEvent('dsync.user.created', { email: 'hidden' })
    await eventLog.append('workos', 'event_1', body)
    await eventLog.settled()
    expect(written.map(line => JSON.parse(line))).toMatchObject([
      { level: 40, msg: 'unreadable event', provider: 'workos', field: 'data.id' },
    ])
    expect(written.join('')).not.toContain('hidden')
  })
})

test.each([[{ workosSecrets: [''] }], [{ workosSecrets: ['good', ''] }], [{ scalekitSecrets: ['secret'] }]])(
  'a server is not put together with a secret that anybody could sign with: %o',
  webhooks => {
    const { workos: account, scalekit } = sandbox
    const settings = { workos: { apiKey: account.apiKey, apiUrl: account.url }, scalekit, webhooks }
    expect(() => createDirgraph(settings)).toThrow(TypeError)
  },
)
