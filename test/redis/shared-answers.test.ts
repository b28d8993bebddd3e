import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { listen } from '../../src/server/listen.ts'
import { workosEvent, workosSubject } from '../providers/event-samples.ts'
import { subscribe } from '../subscription/subscribe.ts'
import { isLeftOut } from '../support/left-out.ts'
import { whyNoRedis } from '../support/redis.ts'
import { directoryId, organizationId } from '../support/seeded-ids.ts'
import { fromWorkos, WEBHOOKS } from '../support/sign-webhooks.ts'
import { spawnDirgraph } from '../support/spawn-dirgraph.ts'
import { type Replica, type Replicas, type ReplicasSettings, startReplicas } from './start-replicas.ts'

const WHAT = 'answers that replicas share'

// On a machine that is busy enough a replica finds Redis too slow to wait for, and rightly goes on without it.
describe.skipIf(isLeftOut(WHAT, whyNoRedis()))(WHAT, { retry: 2 }, () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  let replicas: Replicas

  beforeAll(() => void process.on('unhandledRejection', note))
  afterAll(() => void process.off('unhandledRejection', note))
  afterEach(async () => {
    await replicas.stop()
    expect(unhandled).toEqual([])
  })
  const start = async (settings?: ReplicasSettings) => {
    replicas = await startReplicas(settings)
  }

  const ORGANIZATIONS = '{ organizations(first: 5) { nodes { id name scimEnabled } } }'
  const ORGANIZATION = 'query($id: ID!) { organization(by: { id: $id }) { name scimEnabled } }'
  const ENABLE = 'mutation($id: ID!) { enableScim(input: { organizationId: $id }) { __typename } }'
  const USERS =
    'query($id: ID!) { directory(by: { id: $id }) { users(first: 5) { nodes { upstreamId name } } } }'
  const DIRECTORY =
    'query($id: ID!) { directory(by: { id: $id }) { name users(first: 20) { nodes { name groups { nodes { name } } } } groups(first: 5) { nodes { name } } } }'

  /** Takes the first user whom all replicas show out of a directory, and the delivery that tells of it. */
  async function removeFirst(id: string) {
    const { roster } = workosSubject(replicas.sandbox.data)
    const shown = await Promise.all(replicas.all.map(replica => usersOf(replica, id)))
    const [gone = ''] = shown[0] ?? []
    for (const users of shown) expect(users[0]).toBe(gone)
    const [user = { id: '' }] = roster.users.splice(
      roster.users.findIndex(one => one.id === gone),
      1,
    )
    expect(user.id).toBe(gone)
    return { gone, delivery: fromWorkos(workosEvent('dsync.user.deleted', user)) }
  }

  async function usersOf(replica: Replica, id: string): Promise<string[]> {
    const { data } = await replica.query(USERS, { id })
    const { directory } = data as { directory: { users: { nodes: { upstreamId: string }[] } } }
    return directory.users.nodes.map(({ upstreamId }) => upstreamId)
  }

  test('cost the second replica no call', async () => {
    await start()
    const { one, other, sandbox } = replicas
    const id = directoryId(sandbox, sandbox.data.known.workosMediumDirectoryId)
    const first = await one.query(DIRECTORY, { id })
    const calls = sandbox.calls.length
    expect(calls).toBeGreaterThan(1)
    const second = await other.query(DIRECTORY, { id })
    expect(sandbox.calls).toHaveLength(calls)
    expect(second.data).toEqual(first.data)
    expect(second.extensions?.dirgraph).toMatchObject({ upstreamCalls: 0, cacheHits: calls, coalesced: 0 })
  })

  test('are one call where replicas ask at the same time, and what is waited for counts as coalesced', async () => {
    await start({ count: 3, latencyMs: 150 })
    const costs = await Promise.all(replicas.all.map(replica => replica.costOf(ORGANIZATIONS)))
    expect(replicas.sandbox.calls.filter(({ method }) => method === 'GET')).toHaveLength(1)
    expect(costs.map(({ coalesced }) => coalesced).toSorted()).toEqual([0, 1, 1])
  })

  test('show on every replica what one of them has changed', async () => {
    await start()
    const { one, other, sandbox } = replicas
    const id = organizationId('scalekit', sandbox.data.known.scalekitScimOffOrganizationId)
    for (const replica of replicas.all) {
      expect((await replica.query(ORGANIZATION, { id })).data).toMatchObject({
        organization: { scimEnabled: false },
      })
    }
    expect((await one.query(ENABLE, { id })).data).toEqual({
      enableScim: { __typename: 'EnableScimPayload' },
    })
    expect((await other.query(ORGANIZATION, { id })).data).toMatchObject({
      organization: { scimEnabled: true },
    })
    sandbox.clearCalls()
    await one.query(ORGANIZATION, { id })
    expect((await one.costOf(ORGANIZATION, { id })).cacheHits).toBe(1)
    expect(sandbox.calls).toEqual([])
  })

  test('are asked for again where they were on their way while another replica changed something', async () => {
    await start()
    const { one, other, sandbox } = replicas
    const id = organizationId('scalekit', sandbox.data.known.scalekitScimOffOrganizationId)
    const list = '{ organizations(first: 20, filter: { provider: SCALEKIT }) { nodes { id scimEnabled } } }'
    const reads = () => sandbox.calls.filter(({ method }) => method === 'GET')
    sandbox.inject({ provider: 'scalekit', method: 'GET', times: 1, kind: 'delay', delayMs: 300 })
    const slow = other.query(list)
    await expect.poll(reads).toHaveLength(1)
    await one.query(ENABLE, { id })
    await slow
    sandbox.clearCalls()
    await other.query(list)
    expect(reads()).toHaveLength(1)
    await one.query(list)
    expect(reads()).toHaveLength(1)
  })

  test('end on every replica by an event that one of them has heard of, and no others do', async () => {
    await start({ dirgraph: { webhooks: WEBHOOKS } })
    const { one, other, sandbox } = replicas
    const { directory } = workosSubject(sandbox.data)
    const [id = '', otherId = ''] = [directory.id, sandbox.data.known.workosLargeDirectoryId].map(
      upstreamId => directoryId(sandbox, upstreamId),
    )
    for (const replica of replicas.all) await replica.query(USERS, { id: otherId })
    const { gone, delivery } = await removeFirst(id)
    for (const replica of replicas.all) expect(await usersOf(replica, id)).toContain(gone)
    sandbox.clearCalls()
    expect((await one.dirgraph.fetch(delivery)).status).toBe(200)
    for (const replica of [other, one]) {
      await expect.poll(() => usersOf(replica, id)).not.toContain(gone)
      await replica.query(USERS, { id: otherId })
    }
    expect(new Set(sandbox.calls.map(({ query }) => query.directory))).toEqual(new Set([directory.id]))
  })

  test('are gone on every replica before anybody who listens to any of them hears why', async () => {
    await start({ dirgraph: { webhooks: WEBHOOKS } })
    const { one, other, sandbox } = replicas
    const id = directoryId(sandbox, workosSubject(sandbox.data).directory.id)
    const listener = await listen(one.dirgraph.fetch, { host: '127.0.0.1', port: 0 })
    const stream = await subscribe(`${listener.url}/graphql`)
    const { gone, delivery } = await removeFirst(id)
    other.proxy.delayMs = 60
    expect((await one.dirgraph.fetch(delivery)).status).toBe(200)
    await stream.next()
    expect(await usersOf(other, id)).not.toContain(gone)
    stream.leave()
    await listener.close(0)
  })

  test('of before stand in on every replica while the provider fails, and say how old they are', async () => {
    await start({ dirgraph: { cacheTtlSeconds: 1 } })
    const { one, other, sandbox } = replicas
    const first = await one.query(ORGANIZATIONS)
    await sleep(1_100)
    sandbox.inject({ provider: 'workos', kind: 'status', status: 501 })
    const second = await other.query(ORGANIZATIONS)
    expect(second.data).toEqual(first.data)
    expect(second.extensions?.dirgraph).toMatchObject({ stale: [{ provider: 'WORKOS', ageSeconds: 1 }] })
  })

  test('are given up by a replica that does not hear the others any more, and taken up again', async () => {
    await start()
    const { one, other, sandbox } = replicas
    const id = organizationId('scalekit', sandbox.data.known.scalekitScimOffOrganizationId)
    for (const replica of replicas.all) await replica.query(ORGANIZATION, { id })
    other.proxy.delayMs = Number.POSITIVE_INFINITY
    // On a busy machine it takes a while to give up a Redis that stands still.
    await expect
      .poll(async () => (await other.costOf(ORGANIZATION, { id })).upstreamCalls, { timeout: 8_000 })
      .toBe(1)
    await one.query(ENABLE, { id })
    expect((await other.query(ORGANIZATION, { id })).data).toMatchObject({
      organization: { scimEnabled: true },
    })
    other.proxy.delayMs = 0
    other.proxy.break()
    await replicas.areConnected()
    await other.query(ORGANIZATION, { id })
    expect((await other.costOf(ORGANIZATION, { id })).upstreamCalls).toBe(0)
  })

  test.each(['killed', 'stopped'] as const)('are right while Redis is %s, and after it', async how => {
    await start()
    const { one, other, redis, sandbox } = replicas
    const id = organizationId('scalekit', sandbox.data.known.scalekitScimOffOrganizationId)
    const scimOf = async (replica: Replica) =>
      ((await replica.query(ORGANIZATION, { id })).data as { organization: { scimEnabled: boolean } })
        .organization.scimEnabled
    expect([await scimOf(one), await scimOf(other)]).toEqual([false, false])
    if (how === 'killed') await redis.kill()
    else redis.pause()
    // On a busy machine it takes a while to give up a Redis that stands still.
    await expect
      .poll(async () => (await other.costOf(ORGANIZATION, { id })).upstreamCalls, { timeout: 8_000 })
      .toBe(1)
    await one.query(ENABLE, { id })
    expect([await scimOf(one), await scimOf(other)]).toEqual([true, true])
    if (how === 'killed') await redis.start()
    else redis.resume()
    expect([await scimOf(one), await scimOf(other)]).toEqual([true, true])
    await replicas.areConnected()
    expect([await scimOf(one), await scimOf(other)]).toEqual([true, true])
  })

  test('are asked for by another one at once where the replica that was asking is killed', async () => {
    await start({ count: 1 })
    const { one, redis, sandbox } = replicas
    const killed = await spawnDirgraph({
      env: {
        REDIS_URL: redis.url,
        WORKOS_API_KEY: sandbox.workos.apiKey,
        WORKOS_API_URL: sandbox.workos.url,
        SCALEKIT_ENVIRONMENT_URL: sandbox.scalekit.environmentUrl,
        SCALEKIT_CLIENT_ID: sandbox.scalekit.clientId,
        SCALEKIT_CLIENT_SECRET: sandbox.scalekit.clientSecret,
      },
    })
    const ask = (query: string) =>
      fetch(killed.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      })
    await replicas.areConnected(async probe => {
      const before = sandbox.calls.length
      await (await ask(probe)).text()
      return sandbox.calls.length - before
    })
    sandbox.inject({ provider: 'workos', times: 1, kind: 'delay', delayMs: 20_000 })
    ask(ORGANIZATIONS).catch(() => {})
    await expect.poll(() => sandbox.calls.length, { timeout: 8_000 }).toBe(1)
    const waiting = one.query(ORGANIZATIONS)
    await sleep(100)
    expect(sandbox.calls).toHaveLength(1)
    await killed.stop('SIGKILL')
    const killedMs = performance.now()
    expect((await waiting).errors).toBeUndefined()
    expect(performance.now() - killedMs).toBeLessThan(2_000)
    expect(sandbox.calls).toHaveLength(2)
  })
})
