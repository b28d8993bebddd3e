import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { listen } from '../../src/server/listen.ts'
import { ADMIN, startGuardedApp } from '../access/start-guarded-app.ts'
import { countOf } from '../budget/count-calls.ts'
import { post } from '../http/send.ts'
import { workosEvent, workosSubject } from '../providers/event-samples.ts'
import { subscribe } from '../subscription/subscribe.ts'
import { organizationId, userId } from '../support/seeded-ids.ts'
import { type ServedApp, serveApp } from '../support/serve-app.ts'
import { fromWorkos, WEBHOOKS } from '../support/sign-webhooks.ts'
import { readMetrics } from '../telemetry/read-metrics.ts'
import { type Supergraph, startSupergraph } from './start-supergraph.ts'

const SERVICE = { query: '{ _service { sdl } }' }

let app: ServedApp
let supergraph: Supergraph

async function sdlOf({ dirgraph }: Pick<ServedApp, 'dirgraph'>, headers = {}): Promise<string> {
  const { text } = await post(dirgraph, SERVICE, headers)
  return JSON.parse(text).data._service.sdl
}

beforeAll(async () => {
  app = await serveApp({ dirgraph: { federation: true, cacheTtlSeconds: 60 } })
  supergraph = await startSupergraph({ url: app.url, sdl: await sdlOf(app) })
})
beforeEach(() => app.sandbox.clearCalls())
afterAll(async () => {
  await supergraph?.stop()
  await app.stop()
})

describe('behind a gateway', () => {
  test('an organization has what another subgraph adds to it', async () => {
    const sentBefore = supergraph.toBilling.length
    const { data, errors } = await supergraph.query<{
      organizations: { nodes: { id: string; name: string; plan: string }[] }
    }>('{ organizations(first: 3) { nodes { id name plan } pageInfo { hasNextPage } } }')
    expect(errors).toBeUndefined()
    const nodes = data?.organizations.nodes ?? []
    expect(nodes).toHaveLength(3)
    for (const { id, plan } of nodes) expect(plan).toBe(`plan of ${id}`)
    expect(supergraph.toBilling.length - sentBefore).toBe(1)
    expect(countOf(app.sandbox.calls).calls).toEqual({ 'workos GET /organizations': 1 })
  })

  test('an organization that another subgraph refers to has its own fields', async () => {
    const { known } = app.sandbox.data
    const ids = [
      organizationId('workos', known.workosOrganizationId),
      organizationId('scalekit', known.scalekitOrganizationId),
    ]
    const answer = await supergraph.query(
      'query($ids: [ID!]!) { customers(ids: $ids) { name plan directories { nodes { name } } } }',
      { ids },
    )
    expect(answer).toEqual({
      data: {
        customers: [
          {
            name: 'Halden Robotics',
            plan: `plan of ${ids[0]}`,
            directories: { nodes: [{ name: 'Halden Okta' }] },
          },
          {
            name: 'Vantage Point Analytics',
            plan: `plan of ${ids[1]}`,
            directories: { nodes: [{ name: 'Vantage Okta' }] },
          },
        ],
      },
    })
  })

  test('a reference to nobody is null beside the others', async () => {
    const ids = [
      organizationId('workos', 'org_404'),
      organizationId('workos', app.sandbox.data.known.workosOrganizationId),
      'cus_of_their_own',
    ]
    const { data } = await supergraph.query('query($ids: [ID!]!) { customers(ids: $ids) { name } }', { ids })
    expect(data).toEqual({ customers: [null, { name: 'Halden Robotics' }, null] })
  })

  test('a hundred references are one request, as many calls as `nodes` makes, and none the second time', async () => {
    const { known, scalekit } = app.sandbox.data
    const users = scalekit.rosters.get(known.scalekitLargeDirectoryId)?.users.slice(0, 100) ?? []
    const ids = users.map(({ id }) => userId(app.sandbox, id))
    const ask = async () => {
      app.sandbox.clearCalls()
      const answer = await supergraph.query<{ approvers: { email: string }[] }>(
        'query($ids: [ID!]!) { approvers(ids: $ids) { email } }',
        { ids },
      )
      expect(answer.errors).toBeUndefined()
      expect(answer.data?.approvers.map(({ email }) => email)).toEqual(
        users.map(({ email }) => email || null),
      )
      return countOf(app.sandbox.calls).calls
    }
    expect(await ask()).toEqual({ 'scalekit GET /organizations/{id}/directories/{id}/users': 4 })
    expect(await ask()).toEqual({})
  })

  test('`node` is of the one subgraph that has it, and finds the objects of all', async () => {
    const { known } = app.sandbox.data
    const ids = [
      organizationId('workos', known.workosOrganizationId),
      userId(app.sandbox, known.workosUserId),
      'inv_1',
    ]
    const { data, errors } = await supergraph.query(
      `query($ids: [ID!]!) {
        nodes(ids: $ids) { id ... on Organization { name plan } ... on DirectoryUser { email } ... on Invoice { cents } }
      }`,
      { ids },
    )
    expect(errors).toBeUndefined()
    expect(data).toEqual({
      nodes: [
        { id: ids[0], name: 'Halden Robotics', plan: `plan of ${ids[0]}` },
        { id: ids[1], email: 'roselyn.mitchell@tanaka-seiki.example' },
        { id: ids[2], cents: 4_200 },
      ],
    })
  })

  test('pages of both subgraphs share their type', async () => {
    const { data, errors } = await supergraph.query(
      '{ invoices { pageInfo { endCursor } } organizations(first: 1) { pageInfo { hasNextPage } } }',
    )
    expect(errors).toBeUndefined()
    expect(data).toEqual({
      invoices: { pageInfo: { endCursor: '1' } },
      organizations: { pageInfo: { hasNextPage: true } },
    })
  })

  test('one way of several to name an object is still all that is taken', async () => {
    const by = { workosId: app.sandbox.data.known.workosOrganizationId, scalekitId: 'org_1' }
    const { data, errors } = await supergraph.query(
      'query($by: OrganizationBy!) { organization(by: $by) { name } }',
      { by },
    )
    expect(data).toBeFalsy()
    expect(errors?.[0]?.message).toMatch(/OrganizationBy/)
    expect(app.sandbox.calls).toEqual([])
  })
})

test('a subscription is told through the gateway, with what another subgraph adds, and ends with its client', async () => {
  const live = await serveApp({ dirgraph: { federation: true, webhooks: WEBHOOKS } })
  onTestFinished(() => live.stop())
  const behind = await startSupergraph({ url: live.url, sdl: await sdlOf(live) })
  onTestFinished(() => behind.stop())
  const open = async () => (await readMetrics(live.dirgraph)).by('dirgraph_subscriptions_open')['']
  const stream = await subscribe(
    behind.url,
    `subscription {
      directoryEvents(kinds: [GROUP_UPDATED]) {
        kind
        organization { id name plan }
        ... on DirectoryGroupUpdatedEvent { group { name } }
      }
    }`,
  )
  await expect.poll(open).toBe(1)
  const { group } = workosSubject(live.sandbox.data)
  const event = workosEvent('dsync.group.updated', group)
  expect((await live.dirgraph.fetch(fromWorkos(event))).status).toBe(200)
  const id = organizationId('workos', group.organization_id)
  expect((await stream.result()).data?.directoryEvents).toEqual({
    kind: 'GROUP_UPDATED',
    organization: { id, name: expect.any(String), plan: `plan of ${id}` },
    group: { name: group.name },
  })
  stream.leave()
  await expect.poll(open, { timeout: 5_000 }).toBe(0)
})

test('a user whose token the gateway hands on sees the own organization, whatever is referred to', async () => {
  const guarded = await startGuardedApp({ dirgraph: { federation: true } })
  const listener = await listen(guarded.dirgraph.fetch, { host: '127.0.0.1', port: 0 })
  onTestFinished(() => listener.close(0))
  const sdl = await sdlOf(guarded, ADMIN)
  const behind = await startSupergraph({ url: `${listener.url}/graphql`, sdl })
  onTestFinished(() => behind.stop())
  const { known } = guarded.sandbox.data
  const mine = organizationId('workos', known.workosOrganizationId)
  const theirs = organizationId('workos', known.workosTwoDirectoriesOrganizationId)
  const ask = async (headers: Record<string, string>) => {
    const { data } = await behind.query(
      'query($ids: [ID!]!) { customers(ids: $ids) { name } organizations { nodes { name plan } } }',
      { ids: [theirs, mine] },
      headers,
    )
    return data
  }
  expect(await ask(await guarded.as(known.workosOrganizationId))).toEqual({
    customers: [null, { name: 'Halden Robotics' }],
    organizations: { nodes: [{ name: 'Halden Robotics', plan: `plan of ${mine}` }] },
  })
  expect(await ask({})).toMatchObject({ organizations: null })
  expect(await ask(ADMIN)).toMatchObject({
    customers: [{ name: 'Kestrel & Finch LLP' }, { name: 'Halden Robotics' }],
  })
})
