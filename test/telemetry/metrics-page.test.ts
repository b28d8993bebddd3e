import { describe, expect, onTestFinished, test } from 'vitest'
import type { DIRECTORY_EVENT_KINDS } from '../../src/domain/directory-event.ts'
import { createPrometheusMetrics } from '../../src/telemetry/prometheus.ts'
import { ADMIN, ADMIN_TOKEN, startGuardedApp } from '../access/start-guarded-app.ts'
import { directoryId, organizationId, userId } from '../support/seeded-ids.ts'
import { startApp } from '../support/start-app.ts'
import { parseMetrics, readMetrics } from './read-metrics.ts'

const METRICS = 'http://dirgraph.test/metrics'

describe('/metrics', () => {
  test('is in the text format of Prometheus, with what Node measures of itself', async () => {
    const { dirgraph, stop } = await startApp()
    onTestFinished(stop)
    const response = await dirgraph.fetch(new Request(METRICS))
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const { names } = parseMetrics(await response.text())
    for (const name of ['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes'])
      expect(names).toContain(name)
  })

  test('is read by GET alone', async () => {
    const { dirgraph, stop } = await startApp()
    onTestFinished(stop)
    const response = await dirgraph.fetch(new Request(METRICS, { method: 'POST' }))
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  test('is for the admin, where tokens are set up', async () => {
    const { dirgraph, as, sandbox } = await startGuardedApp()
    const get = (headers: Record<string, string>) => dirgraph.fetch(new Request(METRICS, { headers }))
    const statusOf = async (headers: Record<string, string>) => (await get(headers)).status
    const refused = await get({})
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="dirgraph"')
    expect(await refused.text()).not.toContain('dirgraph_')
    expect(await statusOf({ authorization: 'Bearer wrong' })).toBe(401)
    expect(await statusOf(await as(sandbox.data.known.workosOrganizationId))).toBe(403)
    expect(await statusOf(ADMIN)).toBe(200)
  })

  test('answers to localhost only, on a server that does', async () => {
    const { dirgraph, stop } = await startApp({ dirgraph: { loopbackOnly: true } })
    onTestFinished(stop)
    const statusAt = async (origin: string) => (await dirgraph.fetch(new Request(`${origin}/metrics`))).status
    expect(await statusAt('http://rebound.example')).toBe(421)
    expect(await statusAt('http://localhost')).toBe(200)
  })

  test('belongs to one dirgraph, also where several are in one process', async () => {
    const [one, other] = [await startApp(), await startApp()]
    onTestFinished(one.stop)
    onTestFinished(other.stop)
    await one.query('{ __typename }')
    const count = async ({ dirgraph }: typeof one) =>
      (await readMetrics(dirgraph)).by('dirgraph_operations_total', 'outcome')
    expect([await count(one), await count(other)]).toEqual([{ ok: 1 }, {}])
  })

  test('has nothing of a person, an id or a secret, and no more series for more of them', async () => {
    const { dirgraph, post, sandbox, as } = await startGuardedApp({ dirgraph: { cacheTtlSeconds: 30 } })
    const { known, workos } = sandbox.data
    const byEmail =
      'query($email: String!) { directoryUsersByEmail(email: $email) { id email groups { nodes { name } } } }'
    const external = 'query($email: ID!) { organization(by: { workosExternalId: $email }) { name } }'
    const node =
      'query($id: ID!) { node(id: $id) { id ... on Directory { name } ... on DirectoryUser { email } } }'
    const ask = async (from: number, to: number) => {
      await post({ query: byEmail, variables: { email: known.sharedEmail } }, ADMIN)
      for (let number = from; number < to; number += 1) {
        const email = `somebody${number}@private.example`
        await post({ query: byEmail, variables: { email } }, ADMIN)
        await post({ query: external, variables: { email } }, ADMIN)
        await post(
          { query: `query Q${number} { node(id: "${email}") { id } }`, operationName: `Q${number}` },
          ADMIN,
        )
        const organization = workos.organizations[number % workos.organizations.length]?.id ?? ''
        await post({ query: node, variables: { id: organizationId('workos', organization) } }, ADMIN)
        await post({ query: '{ organizations { nodes { name } } }' }, await as(organization))
        await post(
          { query: '{ __typename }' },
          { authorization: `Bearer ${email}`, 'x-request-id': `id-${number}` },
        )
      }
      for (const { id } of workos.directories.slice(0, to))
        await post({ query: node, variables: { id: directoryId(sandbox, id) } }, ADMIN)
    }
    const read = () => readMetrics(dirgraph, ADMIN)
    await ask(0, 4)
    const before = await read()
    await ask(4, 12)
    const after = await read()
    const ours = ({ series }: typeof before) =>
      series
        .filter(({ name }) => name.startsWith('dirgraph_'))
        .map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`)
    expect(ours(after)).toEqual(ours(before))
    expect(after.text).not.toMatch(/@|%40|private|somebody|Bearer|id-\d|\bQ\d/)
    const roster = [...workos.rosters.values()].flatMap(({ users }) => users)
    const secrets = [ADMIN_TOKEN, sandbox.workos.apiKey, sandbox.scalekit.clientSecret]
    const ids = [...workos.organizations, ...workos.directories, ...roster].map(({ id }) => id)
    expect([...secrets, ...ids].filter(word => after.text.includes(word))).toEqual([])
    // A user’s global id is none of those.
    expect(after.text).not.toContain(userId(sandbox, roster[0]?.id ?? ''))
  })
})

describe('what others tell', () => {
  test('of events, webhooks, subscriptions and Redis has its place', async () => {
    const metrics = createPrometheusMetrics({ operationNames: [] })
    metrics.event('workos', 'USER_CREATED', 'accepted')
    metrics.event('workos', null, 'unknown')
    metrics.delivered('workos', 0.3)
    metrics.delivered('scalekit', -5)
    metrics.webhook('workos', 'accepted')
    metrics.webhook('scalekit', 'bad-signature')
    metrics.watchSubscriptions(() => 7)
    let isUp = true
    metrics.watchRedis(() => isUp)
    const read = async () => parseMetrics((await metrics.page()).text)
    const first = await read()
    expect(first.by('dirgraph_events_total', 'provider', 'kind', 'verdict')).toEqual({
      'workos USER_CREATED accepted': 1,
      'workos unknown unknown': 1,
    })
    expect(first.by('dirgraph_event_lag_seconds_sum', 'provider')).toEqual({ workos: 0.3, scalekit: 0 })
    expect(first.by('dirgraph_webhooks_total', 'provider', 'outcome')).toEqual({
      'workos accepted': 1,
      'scalekit bad-signature': 1,
    })
    expect(first.by('dirgraph_subscriptions_open')).toEqual({ '': 7 })
    expect(first.by('dirgraph_redis_up')).toEqual({ '': 1 })
    isUp = false
    expect((await read()).by('dirgraph_redis_up')).toEqual({ '': 0 })
  })
})

describe('labels', () => {
  test('are of so many values at most, whatever is told', async () => {
    const names = Array.from({ length: 1_000 }, (_, number) => `Name${number}`)
    const metrics = createPrometheusMetrics({ operationNames: names })
    for (const name of [...names, 'unheard of', null])
      metrics.operation({ name, kind: 'query', outcome: 'ok', seconds: 0 })
    for (const [number, name] of names.entries()) {
      metrics.upstreamCall({ provider: 'workos', method: 'get', route: `/${name}`, status: 200, seconds: 0 })
      metrics.error(`CODE_${number}`)
      metrics.event('workos', name as (typeof DIRECTORY_EVENT_KINDS)[number], 'accepted')
    }
    const read = parseMetrics((await metrics.page()).text)
    const sizeOf = (name: string, label: string) => Object.keys(read.by(name, label)).length
    expect(sizeOf('dirgraph_operations_total', 'operation')).toBe(200 + 2)
    expect(sizeOf('dirgraph_upstream_calls_total', 'route')).toBe(100 + 1)
    expect(sizeOf('dirgraph_errors_total', 'code')).toBe(20 + 1)
    expect(read.by('dirgraph_events_total', 'kind')).toEqual({ unknown: 1_000 })
  })
})
