import { expect, onTestFinished, test, vi } from 'vitest'
import { workosEvent, workosSubject } from '../providers/event-samples.ts'
import { fromScalekit, fromWorkos, WEBHOOKS } from '../support/sign-webhooks.ts'
import { startApp } from '../support/start-app.ts'
import { readMetrics } from './read-metrics.ts'

const SECOND_MS = 1_000

async function start() {
  const app = await startApp({ dirgraph: { webhooks: WEBHOOKS } })
  onTestFinished(app.stop)
  const { user } = workosSubject(app.sandbox.data)
  const happened = (id: string, agoMs: number, kind = 'dsync.user.updated') =>
    workosEvent(kind, user, { id, created_at: new Date(Date.now() - agoMs).toISOString() })
  return { ...app, happened }
}

test('deliveries are counted by what became of them', async () => {
  const { dirgraph, happened } = await start()
  const event = happened('event_1', SECOND_MS)
  await dirgraph.fetch(fromWorkos(event))
  await dirgraph.fetch(fromWorkos(event))
  await dirgraph.fetch(fromWorkos(happened('event_2', SECOND_MS, 'dsync.of.tomorrow')))
  await dirgraph.fetch(fromWorkos(event, { secret: 'another' }))
  await dirgraph.fetch(fromWorkos(event, { atMs: Date.now() - 3_600_000 }))
  await dirgraph.fetch(fromWorkos('no JSON'))
  await dirgraph.fetch(fromScalekit({}))
  await dirgraph.fetch(fromScalekit('x'.repeat(300_000)))
  await dirgraph.fetch(new Request('http://dirgraph.test/webhooks/workos'))
  expect((await readMetrics(dirgraph)).by('dirgraph_webhooks_total', 'provider', 'outcome')).toEqual({
    'workos accepted': 1,
    'workos duplicate': 1,
    'workos ignored': 1,
    'workos bad-signature': 2,
    'workos malformed': 1,
    'scalekit malformed': 1,
    'scalekit too-large': 1,
  })
})

test('events are counted by kind and verdict, and timed from when they happened', async () => {
  const { dirgraph, happened } = await start()
  await dirgraph.fetch(fromWorkos(happened('event_1', 4 * SECOND_MS)))
  await dirgraph.fetch(fromWorkos(happened('event_2', 30 * SECOND_MS)))
  await dirgraph.fetch(fromWorkos(happened('event_3', SECOND_MS, 'dsync.of.tomorrow')))
  await vi.waitFor(async () =>
    expect((await readMetrics(dirgraph)).by('dirgraph_events_total', 'provider', 'kind', 'verdict')).toEqual({
      'workos USER_UPDATED accepted': 1,
      'workos USER_UPDATED stale': 1,
      'workos unknown unknown': 1,
    }),
  )
  const metrics = await readMetrics(dirgraph)
  expect(metrics.by('dirgraph_event_lag_seconds_count', 'provider')).toEqual({ workos: 1 })
  expect(metrics.by('dirgraph_event_lag_seconds_sum', 'provider').workos).toBeGreaterThan(3.9)
  expect(metrics.by('dirgraph_event_lag_seconds_sum', 'provider').workos).toBeLessThan(20)
})

test('subscriptions are counted while they are open', async () => {
  const { dirgraph } = await start()
  const open = async () => (await readMetrics(dirgraph)).by('dirgraph_subscriptions_open')['']
  const leaving = new AbortController()
  const response = await dirgraph.fetch(
    new Request('http://dirgraph.test/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { directoryEvents { kind } }' }),
      signal: leaving.signal,
    }),
  )
  await vi.waitFor(async () => expect(await open()).toBe(1))
  await response.body?.cancel()
  leaving.abort()
  await vi.waitFor(async () => expect(await open()).toBe(0))
  expect((await readMetrics(dirgraph)).by('dirgraph_operations_total', 'kind', 'outcome')).toEqual({
    'subscription stream': 1,
  })
})
