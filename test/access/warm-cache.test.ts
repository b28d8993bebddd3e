import { afterEach, describe, expect, test, vi } from 'vitest'
import { ADMIN, callsOf, startGuardedApp } from './start-guarded-app.ts'
import {
  type Ask,
  answerTo,
  claimsOf,
  idsOf,
  type Meeting,
  meet,
  nobodyLike,
  PROVIDERS,
  type Tenant,
} from './tenants.ts'

afterEach(() => {
  vi.useRealTimers()
})

const EVERYTHING = {
  query: `{
    organizations { nodes { id name directories { nodes { id name users(first: 5) { nodes { id email } } } } } }
    directories { nodes { id name } }
  }`,
}

describe.for(PROVIDERS)('two tenants of %s on one cache', provider => {
  test('see their own each, and once they have, nobody is called for it again', async () => {
    const { app, mine, theirs } = await meet(provider, provider, { dirgraph: { cacheTtlSeconds: 60 } })
    await app.post(
      { query: EVERYTHING.query.replaceAll('organizations {', 'organizations(first: 50) {') },
      ADMIN,
    )
    const callers = [await app.as(mine.organization), await app.as(theirs.organization)] as const
    const askBoth = async () => {
      const [one, other] = await Promise.all(callers.map(caller => app.post(EVERYTHING, caller)))
      return [one?.text ?? '', other?.text ?? ''] as const
    }
    const first = await askBoth()
    app.sandbox.clearCalls()
    for (const [one, other] of [first, await askBoth(), await askBoth()]) {
      expect(one).toContain(mine.organizationName)
      expect(one).toContain(mine.directoryName)
      expect(one).not.toContain(theirs.organizationName)
      expect(one).not.toContain(theirs.directoryName)
      expect(other).toContain(theirs.organizationName)
      expect(other).not.toContain(mine.organizationName)
      expect(other).not.toContain(mine.directoryName)
      expect([one, other]).toEqual(first)
    }
    expect(callsOf(app)).toEqual([])
  })

  test('do not see by id what the other has just read', async () => {
    const { app, me, mine, theirs } = await meet(provider, provider, { dirgraph: { cacheTtlSeconds: 60 } })
    const them = await app.as(theirs.organization)
    const query = 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }'
    const ask = { query, variables: { ids: Object.values(idsOf(theirs)) } }
    expect(JSON.parse((await app.post(ask, them)).text).errors).toBeUndefined()
    expect((await app.post(ask, me)).text).toBe('{"data":{"nodes":[null,null,null,null]}}')
    const askMine = { query, variables: { ids: Object.values(idsOf(mine)) } }
    expect((await app.post(askMine, me)).text).toContain(idsOf(mine).DirectoryUser)
    expect((await app.post(askMine, them)).text).toBe('{"data":{"nodes":[null,null,null,null]}}')
  })
})

describe('what others have read', () => {
  const BY_ID = 'query($id: ID!) { node(id: $id) { id } }'
  const LISTS = [
    'query($id: ID!) { node(id: $id) { ... on Directory { users(first: 5) { nodes { id } } } } }',
    'query($id: ID!) { node(id: $id) { ... on Directory { groups(first: 5) { nodes { id } } } } }',
    'query($id: ID!) { node(id: $id) { ... on DirectoryGroup { users(first: 5) { nodes { id } } } } }',
    'query($id: ID!) { directory(by: { id: $id }) { users(first: 5, filter: { email: "a@b.example" }) { nodes { id } } } }',
  ]
  const BY_BARE_ID = 'query($id: ID!) { directory(by: { workosId: $id }) { id name } }'

  /** Asks each twice while all is well and once while WorkOS is down; the answers with the calls made for them. */
  async function probe(asks: readonly (readonly [Meeting, Ask])[]) {
    const answerAll = () => Promise.all(asks.map(([meeting, ask]) => answerTo(meeting, ask)))
    const answers = [await answerAll(), await answerAll()]
    const recoveries = asks.map(([{ app }]) =>
      app.sandbox.inject({ provider: 'workos', kind: 'status', status: 503 }),
    )
    vi.useFakeTimers({ toFake: ['performance'], now: performance.now() + 120_000 })
    answers.push(await answerAll())
    vi.useRealTimers()
    for (const recover of recoveries) recover()
    return asks.map((_, index) =>
      answers.map(all => ({
        text: all[index]?.text.replace(/"ageSeconds":\d+/, ''),
        calls: all[index]?.calls,
      })),
    )
  }

  test('does not show to a third, by calls or by outages, that there is an object', async () => {
    const settings = { dirgraph: { cacheTtlSeconds: 60 } }
    const [theirMeeting, nobodyMeeting] = [
      await meet('workos', 'workos', settings),
      await meet('workos', 'workos', settings),
    ]
    const asksOf = (mine: Tenant, whose: Tenant): Ask[] => [
      { query: BY_BARE_ID, variables: { id: whose.directory } },
      ...[BY_ID, ...LISTS].flatMap(query =>
        Object.values(claimsOf(mine, whose)).map(id => ({ query, variables: { id } })),
      ),
    ]
    const { app, mine, theirs } = theirMeeting
    const ids = Object.values(idsOf(theirs))
    await app.post({ query: 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }', variables: { ids } }, ADMIN)
    await app.post(
      { query: BY_BARE_ID, variables: { id: theirs.directory } },
      await app.as(theirs.organization),
    )
    const asksOfNobody = asksOf(nobodyMeeting.mine, nobodyLike(nobodyMeeting.theirs))
    for (const [index, ask] of asksOf(mine, theirs).entries()) {
      const [toThem, toNobody] = await probe([
        [theirMeeting, ask],
        [nobodyMeeting, asksOfNobody[index] as Ask],
      ])
      expect(toThem).toEqual(toNobody)
    }
  })
})

describe('an answer', () => {
  test('is never told to be what somebody else has already: no ETag, no 304', async () => {
    const app = await startGuardedApp({ dirgraph: { cacheTtlSeconds: 60 } })
    const { workosOrganizationId, workosTwoDirectoriesOrganizationId } = app.sandbox.data.known
    const one = await app.as(workosOrganizationId)
    const other = await app.as(workosTwoDirectoriesOrganizationId)
    const url = `http://dirgraph.test/graphql?${new URLSearchParams({ query: '{ organizations { nodes { upstreamId } } }' })}`
    const get = async (headers: Record<string, string>) => {
      const response = await app.dirgraph.fetch(
        new Request(url, { headers: { 'x-graphql-yoga-csrf': '1', ...headers } }),
      )
      return { response, text: await response.text() }
    }
    const first = await get(one)
    expect(first.response.headers.get('etag')).toBeNull()
    expect(first.response.headers.get('last-modified')).toBeNull()
    expect(first.response.headers.get('cache-control')).toBe('no-store')
    for (const validator of [{ 'if-none-match': '*' }, { 'if-modified-since': new Date().toUTCString() }]) {
      const { response, text } = await get({ ...other, ...validator })
      expect(response.status).toBe(200)
      expect(text).toContain(workosTwoDirectoriesOrganizationId)
      expect(text).not.toContain(workosOrganizationId)
    }
  })

  test('to a mutation is never 304, and the mutation is carried out', async () => {
    const { app, me, mine } = await meet('scalekit')
    const query = `mutation { createPortalLink(input: { organizationId: "${idsOf(mine).Organization}" }) { __typename } }`
    const { status, text } = await app.post({ query }, { ...me, 'if-none-match': '*' })
    expect({ status, text }).toEqual({
      status: 200,
      text: '{"data":{"createPortalLink":{"__typename":"CreatePortalLinkPayload"}}}',
    })
    expect(app.sandbox.data.scalekit.portalLinks).toHaveLength(1)
  })
})
