import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { isLeftOut } from '../support/left-out.ts'
import { whyNoRedis } from '../support/redis.ts'
import { directoryId, organizationId } from '../support/seeded-ids.ts'
import { type Replicas, type ReplicasSettings, startReplicas } from './start-replicas.ts'

const WHAT = 'answers that replicas share'

describe.skipIf(isLeftOut(WHAT, whyNoRedis()))(WHAT, () => {
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
  const DIRECTORY =
    'query($id: ID!) { directory(by: { id: $id }) { name users(first: 20) { nodes { name groups { nodes { name } } } } groups(first: 5) { nodes { name } } } }'

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
  })
})
