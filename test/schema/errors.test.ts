import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Fault, FaultKind } from '../../src/sandbox/sandbox.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

let app: TestApp
beforeEach(async () => {
  app = await startApp()
})
afterEach(() => app.stop())

/** The list of an organization's directories, which is one call at either provider. */
const LIST = { workos: /^\/directories\?/, scalekit: /\/directories$/ }
const LISTS = `query($workos: ID!, $scalekit: ID!) {
  workos: organization(by: { workosId: $workos }) { name directories { nodes { name } } }
  scalekit: organization(by: { scalekitId: $scalekit }) { name directories { nodes { name } } }
}`
const HEALTHY = {
  workos: { name: 'Halden Robotics', directories: { nodes: [{ name: 'Halden Okta' }] } },
  scalekit: { name: 'Vantage Point Analytics', directories: { nodes: [{ name: 'Vantage Okta' }] } },
}

const FAILURES: readonly (readonly [string, { kind: FaultKind } & Partial<Fault>, object])[] = [
  ['401', { kind: 'status', status: 401 }, unavailable('credentials-refused')],
  ['403', { kind: 'status', status: 403 }, { code: 'FORBIDDEN' }],
  [
    '429 that says when to come back',
    { kind: 'status', status: 429, headers: { 'retry-after': '30' } },
    { code: 'RATE_LIMITED', retryAfterSeconds: 30 },
  ],
  ['429 that does not', { kind: 'status', status: 429 }, { code: 'RATE_LIMITED', retryAfterSeconds: null }],
  ['500', { kind: 'status', status: 500 }, unavailable('server-error')],
  ['503', { kind: 'status', status: 503 }, unavailable('server-error')],
  ['a cut connection', { kind: 'reset' }, unavailable('unreachable')],
  ['an answer that breaks off', { kind: 'reset-mid-body' }, unavailable('unreachable')],
  ['malformed JSON', { kind: 'malformed-json' }, unavailable('bad-response')],
  ['a page of HTML', { kind: 'html' }, unavailable('bad-response')],
  [
    'JSON of another form',
    { kind: 'status', status: 200, body: '{"data":7,"directories":7}' },
    unavailable('bad-response'),
  ],
  ['an endless answer', { kind: 'huge' }, unavailable('bad-response')],
]

describe.each(['workos', 'scalekit'] as const)('a failure of %s', provider => {
  test.each(FAILURES)(
    'by %s is a null field with its reason, and all else stands',
    async (_what, fault, expected) => {
      app.sandbox.inject({ provider, path: LIST[provider], ...fault })
      const { data, errors } = await app.query(LISTS, ids())
      expect(data).toEqual({ ...HEALTHY, [provider]: { ...HEALTHY[provider], directories: null } })
      expect(errors).toEqual([
        {
          message: expect.stringMatching(/^(WorkOS|Scalekit) [^{}<>]+\.$/),
          path: [provider, 'directories'],
          locations: [expect.anything()],
          extensions: { provider: provider.toUpperCase(), ...expected, requestId: expect.any(String) },
        },
      ])
    },
  )

  test('in a list over both is one null edge with an error, and the other’s items stand', async () => {
    app.sandbox.inject({ provider, kind: 'status', status: 403 })
    interface Organizations {
      organizations: { edges: ({ node: { provider: string } } | null)[]; nodes: (object | null)[] }
    }
    const { data, errors } = await app.query<Organizations>(
      '{ organizations { edges { cursor node { provider } } nodes { name } pageInfo { hasNextPage } } }',
    )
    const lost = provider === 'workos' ? 0 : 7
    const others = provider === 'workos' ? 5 : 7
    const { edges = [], nodes = [] } = data?.organizations ?? {}
    expect(edges.indexOf(null)).toBe(lost)
    expect(nodes.indexOf(null)).toBe(lost)
    expect(edges.filter(edge => edge !== null && edge.node.provider !== provider.toUpperCase())).toHaveLength(
      others,
    )
    expect(nodes).toHaveLength(others + 1)
    const extensions = { provider: provider.toUpperCase() }
    expect(errors).toMatchObject([
      { path: ['organizations', 'edges', lost], extensions },
      { path: ['organizations', 'nodes', lost], extensions },
    ])
  })

  test('in a search by e-mail is one null with an error, and the other’s people stand', async () => {
    app.sandbox.inject({ provider, path: /^\/(?!oauth)/, kind: 'status', status: 403 })
    const { sharedEmail } = app.sandbox.data.known
    const { data, errors } = await app.query<{ directoryUsersByEmail: (object | null)[] }>(
      'query($email: String!) { directoryUsersByEmail(email: $email) { provider } }',
      { email: sharedEmail },
    )
    const other = { provider: provider === 'workos' ? 'SCALEKIT' : 'WORKOS' }
    expect(data?.directoryUsersByEmail).toEqual(provider === 'workos' ? [null, other] : [other, null])
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', provider: provider.toUpperCase() } }])
  })

  test('of one record is a null edge with an error, and the page stands', async () => {
    const { known } = app.sandbox.data
    const directory = { workos: known.workosSmallDirectoryId, scalekit: known.scalekitMediumDirectoryId }[
      provider
    ]
    const { users = [] } = app.sandbox.data[provider].rosters.get(directory) ?? {}
    const broken = provider === 'workos' ? users.at(-2) : users[1]
    Object.assign(broken ?? {}, { emails: 'not a list' })
    const { data, errors } = await app.query(
      `query($id: ID!) {
        organization(by: { ${provider}Id: $id }) {
          directories(last: 1) {
            nodes { users(first: 3) { nodes { rawAttributes provider } pageInfo { hasNextPage } } }
          }
        }
      }`,
      { id: ownerOf(provider, directory) },
    )
    const user = { provider: provider.toUpperCase(), rawAttributes: expect.any(Object) }
    expect(data).toEqual({
      organization: {
        directories: { nodes: [{ users: { nodes: [user, null, user], pageInfo: { hasNextPage: true } } }] },
      },
    })
    expect(errors).toMatchObject([
      {
        path: ['organization', 'directories', 'nodes', 0, 'users', 'nodes', 1],
        extensions: {
          code: 'UPSTREAM_UNAVAILABLE',
          reason: 'bad-response',
          provider: provider.toUpperCase(),
        },
      },
    ])
  })

  test('by credentials that it refuses names it, wherever it is asked', async () => {
    const misconfigured = await startApp({ refused: [provider] })
    const { data, errors } = await misconfigured.query(LISTS, ids())
    await misconfigured.stop()
    expect(data).toEqual({ ...HEALTHY, [provider]: null })
    expect(errors).toMatchObject([
      {
        message: expect.stringMatching(/^(WorkOS|Scalekit) refuses the credentials/),
        path: [provider],
        extensions: { ...unavailable('credentials-refused'), provider: provider.toUpperCase() },
      },
    ])
  })
})

describe('a provider that does not answer', () => {
  test('is given up after a while, and the other’s data stand', async () => {
    app.sandbox.inject({ provider: 'scalekit', path: LIST.scalekit, kind: 'hang' })
    const { data, errors } = await app.query(LISTS, ids())
    expect(data).toEqual({ ...HEALTHY, scalekit: { ...HEALTHY.scalekit, directories: null } })
    expect(errors).toMatchObject([{ extensions: { ...unavailable('timeout'), provider: 'SCALEKIT' } }])
  })
})

describe('providers', () => {
  test('tell whether they answered when they were last asked', async () => {
    const status = '{ providers { provider reachable } }'
    expect(await app.query(status)).toMatchObject({
      data: {
        providers: [
          { provider: 'WORKOS', reachable: null },
          { provider: 'SCALEKIT', reachable: null },
        ],
      },
    })
    app.sandbox.inject({ provider: 'scalekit', path: /^\/api/, kind: 'malformed-json' })
    await app.query('{ organizations { nodes { id } } }')
    expect(await app.query(status)).toMatchObject({
      data: { providers: [{ reachable: true }, { reachable: false }] },
    })
    app.sandbox.clearFaults()
    await app.query('{ organizations { nodes { id } } }')
    expect(await app.query(status)).toMatchObject({
      data: { providers: [{ reachable: true }, { reachable: true }] },
    })
  })
})

function ids() {
  const { workosOrganizationId: workos, scalekitOrganizationId: scalekit } = app.sandbox.data.known
  return { workos, scalekit }
}

function unavailable(reason: string) {
  return { code: 'UPSTREAM_UNAVAILABLE', reason }
}

function ownerOf(provider: 'workos' | 'scalekit', directory: string): string | undefined {
  const directories: readonly { id: string; organization_id: string }[] =
    app.sandbox.data[provider].directories
  return directories.find(({ id }) => id === directory)?.organization_id
}
