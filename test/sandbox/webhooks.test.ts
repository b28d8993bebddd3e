import { describe, expect, onTestFinished, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import type { WebhookSettings } from '../../src/sandbox/webhooks.ts'
import { createWorkosVerify } from '../../src/webhooks/verify-workos.ts'
import { type Receiver, receiveWebhooks } from './receive-webhooks.ts'
import { requestScalekit, requestWorkos } from './sandbox-requests.ts'

const SECRET = 'whsec_c2FuZGJveA=='

async function start({ url }: { url: string }, settings: WebhookSettings = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({
    webhooks: {
      endpoints: [
        { provider: 'workos', url: `${url}/workos`, secret: SECRET },
        { provider: 'scalekit', url: `${url}/scalekit`, secret: SECRET },
      ],
      firstRetryMs: 10,
      lastRetryMs: 40,
      ...settings,
    },
  })
  onTestFinished(() => sandbox.stop())
  return sandbox
}

/** Things that WorkOS tells by one event each; gives the ids of the events. */
function retitle(sandbox: Sandbox, times: number): string[] {
  return Array.from({ length: times }, () => {
    const { events } = sandbox.change('user-retitled', sandbox.data.known.workosSmallDirectoryId)
    return events.map(({ id }) => id)
  }).flat()
}

const idsOf = ({ received }: Receiver) => received.map(({ event }) => event.id)

describe('deliveries', () => {
  test('come in the order of happening, once each', async () => {
    const receiver = await receiveWebhooks()
    const sandbox = await start(receiver)
    const ids = retitle(sandbox, 30)
    await sandbox.webhooks.settled()
    expect(idsOf(receiver)).toEqual(ids)
    expect(sandbox.webhooks.counts).toEqual({ delivered: 30, failed: 0, lost: 0, waiting: 0 })
  })

  test('that are not answered with 2xx come again before all later ones, with longer and longer pauses', async () => {
    const statuses = [503, 500, 400, 404, 302, 200]
    const receiver = await receiveWebhooks(number => statuses[number] ?? 202)
    const sandbox = await start(receiver)
    const [first, second] = retitle(sandbox, 2)
    await sandbox.webhooks.settled()
    expect(idsOf(receiver)).toEqual([...statuses.map(() => first), second])
    const times = receiver.received.map(({ atMs }) => atMs)
    const pauses = times.slice(1, 6).map((atMs, place) => atMs - (times[place] ?? 0))
    // A timer may be a millisecond early by the clock that this goes by.
    const least = [10, 20, 40, 40, 40]
    expect(pauses.every((pause, place) => pause >= (least[place] ?? 0) - 1)).toBe(true)
    expect(sandbox.webhooks.counts).toMatchObject({ delivered: 2, failed: 5 })
  })

  test('are signed anew each time, since the time counts', async () => {
    const receiver = await receiveWebhooks(number => (number < 2 ? 503 : 204))
    const sandbox = await start(receiver)
    retitle(sandbox, 1)
    await sandbox.webhooks.settled()
    const headers = receiver.received.map(one => one.headers.get('workos-signature'))
    expect(new Set(headers).size).toBe(3)
    for (const one of receiver.received) createWorkosVerify([SECRET])(one)
  })

  test('wait for a receiver that is not there', async () => {
    const gone = await receiveWebhooks()
    await gone.close()
    const sandbox = await start(gone)
    const ids = retitle(sandbox, 3)
    await expect.poll(() => sandbox.webhooks.counts.failed, { interval: 5 }).toBeGreaterThan(1)
    const back = await receiveWebhooks(undefined, gone.port)
    await sandbox.webhooks.settled()
    expect(idsOf(back)).toEqual(ids)
  })

  test('that are not answered in time come again', async () => {
    const receiver = await receiveWebhooks(number => (number === 0 ? null : 204))
    const sandbox = await start(receiver, { timeoutMs: 30 })
    const [id] = retitle(sandbox, 1)
    await sandbox.webhooks.settled()
    expect(idsOf(receiver)).toEqual([id, id])
  })

  test('of one provider do not wait for those of the other', async () => {
    const [stuck, quick] = await Promise.all([receiveWebhooks(() => null), receiveWebhooks()])
    const sandbox = await start(stuck)
    sandbox.webhooks.deliverTo({ provider: 'scalekit', url: quick.url, secret: SECRET })
    retitle(sandbox, 1)
    const { events } = sandbox.change('user-retitled', sandbox.data.known.scalekitMediumDirectoryId)
    await quick.waitFor(1)
    expect(idsOf(quick)).toEqual(events.map(({ id }) => id))
  })

  test('are given up after a while, so that the next ones get through', async () => {
    let isBroken = true
    const receiver = await receiveWebhooks(() => (isBroken ? 400 : 204))
    const sandbox = await start(receiver, { giveUpAfterMs: 30 })
    retitle(sandbox, 1)
    await sandbox.webhooks.settled()
    expect(sandbox.webhooks.counts).toMatchObject({ delivered: 0, lost: 1, waiting: 0 })
    isBroken = false
    const [next] = retitle(sandbox, 1)
    await sandbox.webhooks.settled()
    expect(idsOf(receiver).at(-1)).toBe(next)
  })

  test('wait in a queue that does not grow beyond its bound: the oldest are lost', async () => {
    let isBroken = true
    const receiver = await receiveWebhooks(() => (isBroken ? 503 : 204))
    const sandbox = await start(receiver, { maxWaiting: 5 })
    const [first] = retitle(sandbox, 1)
    await receiver.waitFor(1)
    const ids = retitle(sandbox, 20)
    expect(sandbox.webhooks.counts).toMatchObject({ lost: 15, waiting: 6 })
    isBroken = false
    await sandbox.webhooks.settled()
    expect([...new Set(idsOf(receiver))]).toEqual([first, ...ids.slice(-5)])
  })

  test('come twice or in another order where a test wants them to', async () => {
    const [doubled, swapped] = await Promise.all([receiveWebhooks(), receiveWebhooks()])
    const [twice, crossed] = await Promise.all([
      start(doubled, { duplicateEvery: 3 }),
      start(swapped, { swapEvery: 2 }),
    ])
    const [a, b, c, d] = retitle(twice, 4)
    const [e, f, g, h] = retitle(crossed, 4)
    await Promise.all([twice.webhooks.settled(), crossed.webhooks.settled()])
    expect(idsOf(doubled)).toEqual([a, b, c, c, d])
    expect(idsOf(swapped)).toEqual([e, g, f, h])
  })

  test('end with the sandbox, also those that hang or wait', async () => {
    const [hanging, failing] = await Promise.all([receiveWebhooks(() => null), receiveWebhooks(() => 503)])
    const sandbox = await start(hanging)
    sandbox.webhooks.deliverTo({ provider: 'workos', url: failing.url, secret: SECRET })
    retitle(sandbox, 5)
    await Promise.all([hanging.waitFor(1), failing.waitFor(2)])
    await sandbox.stop()
    const count = failing.received.length
    await sandbox.webhooks.settled()
    retitle(sandbox, 1)
    // Longer than the longest pause.
    await new Promise(resolve => setTimeout(resolve, 60))
    expect(failing.received.length - count).toBeLessThanOrEqual(1)
    expect([hanging.received.length, sandbox.webhooks.counts.waiting]).toEqual([1, 0])
  })
})

describe('what is asked for through the APIs', () => {
  test('is told by WorkOS: a directory that is deleted, once', async () => {
    const receiver = await receiveWebhooks()
    const sandbox = await start(receiver)
    const { workosMediumDirectoryId: id } = sandbox.data.known
    await requestWorkos(sandbox, `/directories/${id}`, { method: 'DELETE' })
    await requestWorkos(sandbox, `/directories/${id}`, { method: 'DELETE' })
    await sandbox.webhooks.settled()
    expect(receiver.received.map(({ path, event }) => [path, event])).toEqual([
      ['/workos', expect.objectContaining({ event: 'dsync.deleted', data: expect.objectContaining({ id }) })],
    ])
    const log = await requestWorkos<{ data: unknown[] }>(sandbox, '/events?events=dsync.deleted')
    expect(log.body.data).toEqual(receiver.received.map(({ event }) => event))
  })

  test('is told by Scalekit: what is switched on or off, and only where it was not so before', async () => {
    const receiver = await receiveWebhooks()
    const sandbox = await start(receiver)
    const { scalekitOrganizationId: organization, scalekitLargeDirectoryId: id } = sandbox.data.known
    const list = `/api/v1/organizations/${organization}/directories`
    const patch = (path: string, body = '') => requestScalekit(sandbox, path, { method: 'PATCH', body })
    await patch(`${list}/${id}:disable`)
    await patch(`${list}/${id}:disable`)
    await patch(`${list}/${id}:enable`)
    await patch(`${list}/${id}`, '{"enabled":false}')
    await patch(`${list}/${id}`, '{"enabled":false}')
    await patch(`${list}/${id}`, '{"name":"Okta"}')
    await requestScalekit(sandbox, list, { method: 'POST', body: '{"directory_type":"SCIM"}' })
    const features = [{ name: 'dir_sync', enabled: false }]
    await patch(`/api/v1/organizations/${organization}/settings`, JSON.stringify({ features }))
    await sandbox.webhooks.settled()
    const told = receiver.received.map(
      ({ event }) => event as { type?: string; organization_id?: string } & typeof event,
    )
    expect(told.map(({ type, data }) => [type, data.enabled])).toEqual([
      ['organization.directory_disabled', false],
      ['organization.directory_enabled', true],
      ['organization.directory_disabled', false],
      ['organization.directory_enabled', true],
      ['organization.updated', undefined],
    ])
    expect(told.slice(0, 3).map(({ data }) => data.id)).toEqual([id, id, id])
    expect(new Set(told.map(({ organization_id }) => organization_id))).toEqual(new Set([organization]))
    expect(told.at(-1)?.data).toMatchObject({ settings: { features: expect.arrayContaining(features) } })
  })
})
