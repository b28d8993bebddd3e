import { describe, expect, onTestFinished, test } from 'vitest'
import { OPERATIONS } from '../../src/domain/provider-error.ts'
import type { Fault } from '../../src/sandbox/sandbox.ts'
import { directoryId, organizationId } from '../support/seeded-ids.ts'
import {
  EMAIL,
  expectNoPersonIn,
  expectNothingIn,
  KEY_IN_A_BODY,
  THEIR_WORDS,
  textOf,
} from './expect-secrecy.ts'
import { ADMIN_TOKEN, type GuardedApp, startGuarded } from './start-guarded.ts'

/** Enough for an attempt or two of each call. */
const TIMEOUT_MS = 700

const BODY = JSON.stringify({
  message: `${THEIR_WORDS} ${EMAIL}`,
  key: KEY_IN_A_BODY,
  errors: [{ code: EMAIL }],
})
const HEADERS = { 'set-cookie': `session=${KEY_IN_A_BODY}`, server: THEIR_WORDS, 'x-request-id': THEIR_WORDS }

/** Everything that can go wrong at a provider. */
const FAULTS: Record<string, Omit<Fault, 'provider'>> = {
  ...Object.fromEntries(
    [400, 401, 402, 403, 404, 408, 409, 422, 429, 500, 502, 503].map(status => [
      String(status),
      { kind: 'status', status, body: BODY, headers: HEADERS },
    ]),
  ),
  '429 for long': { kind: 'status', status: 429, headers: { ...HEADERS, 'retry-after': '3600' }, body: BODY },
  'a redirect': {
    kind: 'status',
    status: 302,
    headers: { location: `https://${THEIR_WORDS}.example/?${EMAIL}` },
  },
  HTML: { kind: 'html' },
  'HTML with a status': { kind: 'html', status: 502 },
  'a reset': { kind: 'reset' },
  'a reset in mid-body': { kind: 'reset-mid-body' },
  'a body cut short': { kind: 'truncated' },
  'no answer in time': { kind: 'hang' },
  'broken JSON': { kind: 'status', status: 200, body: `{"data": ["${EMAIL}" ${THEIR_WORDS}` },
  'JSON of another form': {
    kind: 'status',
    status: 200,
    body: JSON.stringify({ data: EMAIL, users: [{ id: EMAIL }] }),
  },
}

const READS = `query Reads($email: String!, $workos: ID!, $scalekit: ID!) {
  directoryUsersByEmail(email: $email) { id name }
  byExternalId: organizations(filter: { externalId: $email }) { nodes { name } }
  bySearch: organizations(filter: { search: $email }) { nodes { name } }
  atWorkos: node(id: $workos) { ...users }
  atScalekit: node(id: $scalekit) { ...users }
  directories(first: 2) { nodes { name } }
}
fragment users on Directory { name users(filter: { email: $email }) { nodes { name } } }`

const MUTATIONS: Record<string, string> = {
  ENABLE_SCIM: 'enableScim(input: { organizationId: $organization, clientMutationId: $email })',
  DISABLE_SCIM: 'disableScim(input: { organizationId: $organization })',
  ENABLE_DIRECTORY: 'enableDirectory(input: { directoryId: $directory })',
  DISABLE_DIRECTORY: 'disableDirectory(input: { directoryId: $directory })',
  CREATE_DIRECTORY:
    'createDirectory(input: { organizationId: $organization, identityProvider: OKTA, protocol: SCIM })',
  DELETE_DIRECTORY: 'deleteDirectory(input: { directoryId: $directory, force: true })',
  CREATE_PORTAL_LINK: 'createPortalLink(input: { organizationId: $organization })',
  CREATE_DIRECTORY_SECRET: 'createDirectorySecret(input: { directoryId: $directory })',
  SYNC_DIRECTORY: 'syncDirectory(input: { directoryId: $directory })',
}

async function start(settings: Parameters<typeof startGuarded>[0] = {}): Promise<GuardedApp> {
  const app = await startGuarded({ timeoutMs: TIMEOUT_MS, ...settings })
  onTestFinished(() => app.stop())
  return app
}

/** Every operation that there is, on both providers, as text with its headers. */
async function everything(app: GuardedApp, token: string): Promise<string[]> {
  const { known } = app.sandbox.data
  const directories = {
    workos: directoryId(app.sandbox, known.workosMediumDirectoryId),
    scalekit: directoryId(app.sandbox, known.scalekitMediumDirectoryId),
  }
  const organizations = {
    workos: organizationId('workos', known.workosTwoDirectoriesOrganizationId),
    scalekit: organizationId('scalekit', known.scalekitTwoDirectoriesOrganizationId),
  }
  const bodies: object[] = [{ query: READS, variables: { email: EMAIL, ...directories } }]
  for (const provider of ['workos', 'scalekit'] as const) {
    for (const field of Object.values(MUTATIONS)) {
      const declared = ['$email: String', '$organization: ID!', '$directory: ID!'].filter(one =>
        field.includes(one.slice(0, one.indexOf(':'))),
      )
      bodies.push({
        query: `mutation Change(${declared.join(', ')}) { ${field} { __typename ... on Error { message } } }`,
        variables: { email: EMAIL, organization: organizations[provider], directory: directories[provider] },
      })
    }
  }
  return Promise.all(
    bodies.map(async body => textOf(await app.post(body, token, { 'dirgraph-cost': 'true' }))),
  )
}

test('every operation is tried', () => {
  const searches = ['SEARCH_ORGANIZATIONS', 'SEARCH_DIRECTORIES']
  expect(Object.keys(MUTATIONS).toSorted()).toEqual(
    OPERATIONS.filter(one => !searches.includes(one)).toSorted(),
  )
})

describe('nothing secret or personal gets into answers, their headers or the log', () => {
  test.each(Object.entries(FAULTS))('when providers answer with %s', async (_title, fault) => {
    const app = await start()
    const token = await app.sign()
    app.sandbox.inject({ provider: 'workos', ...fault })
    app.sandbox.inject({ provider: 'scalekit', path: /^(?!\/oauth)/, ...fault })
    const answers = [...(await everything(app, ADMIN_TOKEN)), ...(await everything(app, token))].join('\n')
    const words = [...app.secrets(), token, EMAIL, KEY_IN_A_BODY, THEIR_WORDS]
    expect(app.secrets().length).toBeGreaterThan(3)
    expectNothingIn(answers, words)
    expectNothingIn(app.log(), words)
    expectNoPersonIn(app.log())
    expect(answers).toMatch(/UPSTREAM_UNAVAILABLE|RATE_LIMITED|FORBIDDEN|BAD_USER_INPUT|NOT_FOUND/)
    expect(app.log()).toContain('upstream call')
    expect(app.log()).not.toContain('unexpected error')
  })

  test.each([400, 401, 403, 500, 302])('when Scalekit answers %i to its credentials', async status => {
    const app = await start()
    app.sandbox.inject({
      provider: 'scalekit',
      path: /oauth/,
      kind: 'status',
      status,
      body: BODY,
      headers: HEADERS,
    })
    const answers = (await everything(app, ADMIN_TOKEN)).join('\n')
    expect(answers).toContain('UPSTREAM_UNAVAILABLE')
    expectNothingIn(answers, [...app.secrets(), EMAIL, KEY_IN_A_BODY, THEIR_WORDS])
    expectNothingIn(app.log(), [...app.secrets(), EMAIL, KEY_IN_A_BODY, THEIR_WORDS])
    expectNoPersonIn(app.log())
  })

  test('when nothing fails, but for what was asked for', async () => {
    const app = await start()
    const token = await app.sign()
    const answers = (await everything(app, token)).join('\n')
    expect(answers).toContain('CreatePortalLinkPayload')
    expectNothingIn(answers, [...app.secrets(), token])
    expectNothingIn(app.log(), [...app.secrets(), token, EMAIL])
    expectNoPersonIn(app.log())
  })

  test('when tokens are no good', async () => {
    const app = await start()
    const good = await app.sign({ sub: EMAIL, email: EMAIL })
    const other = await startGuarded()
    onTestFinished(() => other.stop())
    const tokens = [
      good.slice(0, -5),
      `${good}x`,
      await other.sign({ sub: EMAIL }),
      await app.sign({ exp: 1, sub: EMAIL }),
      await app.sign({ aud: EMAIL }),
      await app.sign({ iss: EMAIL }),
      await app.sign({ org_id: EMAIL }),
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${good.split('.')[1]}.`,
      `${ADMIN_TOKEN}x`,
      EMAIL,
    ]
    const answers = await Promise.all(
      tokens.map(async token => textOf(await app.post({ query: READS, variables: { email: EMAIL } }, token))),
    )
    for (const scheme of ['Basic', 'Digest', 'Bearer,']) {
      const headers = { authorization: `${scheme} ${ADMIN_TOKEN}` }
      answers.push(await textOf(await app.post({ query: READS }, null, headers)))
    }
    expect(answers.every(answer => answer.includes('UNAUTHENTICATED'))).toBe(true)
    expectNothingIn(answers.join('\n'), [...app.secrets(), ...tokens, EMAIL])
    expectNothingIn(app.log(), [...app.secrets(), ...tokens, EMAIL])
    expectNoPersonIn(app.log())
  })

  test.each(['error', 'reset', 'redirect'] as const)(
    'when the keys of tokens can not be had: %s',
    async answer => {
      const app = await start()
      app.issuer.answer = answer
      const token = await app.sign({ sub: EMAIL })
      const response = await app.post({ query: READS, variables: { email: EMAIL } }, token)
      expect(response.status).toBe(503)
      const text = await textOf(response)
      expect(text).toContain('UPSTREAM_UNAVAILABLE')
      const { host } = new URL(app.issuer.jwksUrl)
      expectNothingIn(text, [...app.secrets(), token, EMAIL, host])
      expectNothingIn(app.log(), [...app.secrets(), token, EMAIL])
      expectNoPersonIn(app.log())
    },
  )

  // What somebody sent may come back to the same, who has it already; the log is read by others.
  test('of the log, when input is bad', async () => {
    const app = await start()
    const token = await app.sign()
    const bodies: unknown[] = [
      { query: `{ directoryUsersByEmail(email: "${EMAIL}") { id ` },
      { query: `{ directoryUsersByEmail(email: "${EMAIL}") { nope } }` },
      { query: `{ directoryUsersByEmail(email: "${EMAIL} ") { id } }` },
      { query: '{ providers { provider } }', operationName: EMAIL },
      {
        query: 'query A { providers { provider } } query B { node(id: "x") { id } }',
        operationName: `A\n${EMAIL}`,
      },
      { query: `query($id: Int) { node(id: $id) { id } }`, variables: { id: EMAIL } },
      {
        query: 'query($first: Int) { organizations(first: $first) { nodes { id } } }',
        variables: { first: EMAIL },
      },
      { query: '{ providers { provider } }', variables: EMAIL },
      { query: '{ providers { provider } }', extensions: EMAIL },
      { query: '{ providers { provider } }', [EMAIL]: EMAIL },
      { documentId: EMAIL },
      { query: `{ node(id: "${EMAIL}") { id } }` },
      { query: `{ organizations(after: "${EMAIL}") { nodes { id } } }` },
      { query: `{ organizations(filter: { externalId: "${EMAIL}\ud800" }) { nodes { id } } }` },
      { query: `mutation { deleteDirectory(input: { directoryId: "${EMAIL}" }) { __typename } }` },
      { query: `# ${EMAIL} ${'x'.repeat(300_000)}` },
      [{ query: EMAIL }],
      EMAIL,
    ]
    for (const body of bodies) {
      const text = await textOf(await app.post(body as object, token))
      expect(text).toMatch(/"code":"|__typename/)
      expectNothingIn(text, [...app.secrets(), token])
    }
    const send = async (init: RequestInit, search = '') =>
      textOf(await app.fetch(new Request(`http://dirgraph.test/graphql${search}`, init)))
    const authorization = `Bearer ${token}`
    await send(
      { headers: { authorization } },
      `?query=${encodeURIComponent(`{ node(id: "${EMAIL}") { id } }`)}`,
    )
    await send(
      { headers: { authorization, 'apollo-require-preflight': '1' } },
      `?query=%7B&variables=${EMAIL}`,
    )
    await send({ method: 'POST', headers: { authorization }, body: `query=${EMAIL}` })
    await send({ method: 'PUT', headers: { authorization }, body: EMAIL }, `?email=${EMAIL}`)
    await send({
      method: 'POST',
      headers: {
        authorization,
        'content-type': 'application/json',
        accept: 'text/html',
        'x-request-id': EMAIL,
      },
      body: `{"query": "${EMAIL}`,
    })
    expect(app.lines().length).toBeGreaterThan(bodies.length)
    expectNothingIn(app.log(), [...app.secrets(), token, EMAIL])
    expectNoPersonIn(app.log())
  })
})
