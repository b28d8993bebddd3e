import { getIntrospectionQuery } from 'graphql'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { startIssuer } from '../support/issue-tokens.ts'
import { startApp, type TestApp, type TestAppSettings } from '../support/start-app.ts'
import { type Answer, get, post } from './send.ts'

const ADMIN = { authorization: 'Bearer admin-token' }

let app: TestApp
afterEach(() => app.stop())

const start = async (dirgraph: NonNullable<TestAppSettings['dirgraph']>, graphiql = false) => {
  app = await startApp({ graphiql, dirgraph })
}

const INTROSPECTIONS = [
  getIntrospectionQuery(),
  '{ __schema { queryType { name } } }',
  '{ __type(name: "Query") { name } }',
  'query { a: __schema { __typename } }',
  '{ ...S } fragment S on Query { __schema { __typename } }',
  '{ ... { __type(name: "Organization") { fields { name } } } }',
]

/** Each is one letter away from a word of the schema. */
const MISTAKES: [string, object][] = [
  ['a field', { query: '{ organization { nodes { id } } }' }],
  ['a field below', { query: '{ organizations { nodes { nam } } }' }],
  ['an argument', { query: '{ organizations(firs: 1) { totalCount } }' }],
  ['a type', { query: '{ node(id: "x") { ... on Organizatio { id } } }' }],
  [
    'a type of a variable',
    { query: 'query($f: OrganizationFilte) { organizations(filter: $f) { totalCount } }' },
  ],
  ['a directive', { query: '{ __typename @ski(if: true) }' }],
  ['a word of an enum', { query: '{ organizations(filter: { provider: WORKO }) { totalCount } }' }],
  ['a field of an input', { query: '{ organizations(filter: { provide: WORKOS }) { totalCount } }' }],
  ['a selection on an interface', { query: '{ node(id: "x") { name } }' }],
  [
    'a word of an enum in variables',
    {
      query: 'query($f: OrganizationFilter) { organizations(filter: $f) { totalCount } }',
      variables: { f: { provider: 'WORKO' } },
    },
  ],
  [
    'a field of an input in variables',
    {
      query: 'query($f: OrganizationFilter) { organizations(filter: $f) { totalCount } }',
      variables: { f: { provide: 'WORKOS' } },
    },
  ],
  [
    'a field of a choice in variables',
    {
      query: 'query($by: OrganizationBy!) { organization(by: $by) { id } }',
      variables: { by: { workosI: 'x' } },
    },
  ],
  [
    'an input of a mutation in variables',
    {
      query: 'mutation($i: DeleteDirectoryInput!) { deleteDirectory(input: $i) { __typename } }',
      variables: { i: { directoryI: 'x' } },
    },
  ],
]

/** For those a server that is open has a suggestion. */
const SUGGESTED = new Set(['a field', 'a field below', 'an argument', 'a word of an enum in variables'])

const isRefused = ({ json, codes }: Answer) =>
  json?.data === undefined && codes.length > 0 && codes.every(code => code === 'BAD_USER_INPUT')

describe('the schema, where it is not open', () => {
  test.each(INTROSPECTIONS)('is not told to who has no admin token: %s', async query => {
    await start({})
    for (const answer of [await post(app.dirgraph, { query }), await get(app.dirgraph, { query })]) {
      expect(isRefused(answer)).toBe(true)
      expect(answer.text).not.toContain('DirectoryUser')
    }
  })

  test.each([
    ['an admin', true],
    ['an end user', false],
  ])('is told to admins only, whoever sent the same document first: %s', async (_who, isAdminFirst) => {
    const issuer = await startIssuer()
    onTestFinished(() => issuer.stop())
    const userTokens = {
      jwksUrl: issuer.jwksUrl,
      issuer: issuer.issuer,
      audience: issuer.audience,
      provider: 'workos' as const,
    }
    await start({ adminToken: 'admin-token', userTokens })
    const organization = app.sandbox.data.known.workosOrganizationId
    const claims = { org_id: organization, permissions: ['directories:read'] }
    const user = { authorization: `Bearer ${await issuer.sign(claims)}` }
    const ask = async (body: object) => {
      const first = await post(app.dirgraph, body, isAdminFirst ? ADMIN : user)
      const second = await post(app.dirgraph, body, isAdminFirst ? user : ADMIN)
      const [toAdmin, toUser] = isAdminFirst ? [first, second] : [second, first]
      expect(isRefused(toUser)).toBe(true)
      expect(toUser.text).not.toMatch(/did you mean/i)
      return toAdmin
    }
    for (const query of INTROSPECTIONS) {
      const { json } = await ask({ query })
      expect(json?.errors).toBeUndefined()
    }
    for (const [, body] of MISTAKES.filter(([what]) => SUGGESTED.has(what))) {
      const { text } = await ask(body)
      expect(text).toContain('Did you mean')
    }
  })

  test.each(MISTAKES)(
    'is not told word by word: a mistake in %s brings no suggestion',
    async (_what, body) => {
      await start({})
      const answer = await post(app.dirgraph, body)
      expect(isRefused(answer)).toBe(true)
      expect(answer.text).not.toMatch(/did you mean|perhaps|suggest/i)
    },
  )
})

describe('the schema, where it is open', () => {
  test.each([
    ['by its own setting', { introspection: true }, false],
    ['since GraphiQL is', {}, true],
  ])('%s, is told to all', async (_how, settings, graphiql) => {
    await start(settings, graphiql)
    for (const query of INTROSPECTIONS) {
      const { json } = await post(app.dirgraph, { query })
      expect(json?.errors).toBeUndefined()
    }
    expect((await post(app.dirgraph, MISTAKES[0]?.[1] ?? {})).text).toMatch(/Did you mean/)
  })

  test('is closed by its setting though GraphiQL is served', async () => {
    await start({ introspection: false }, true)
    expect(isRefused(await post(app.dirgraph, { query: '{ __schema { __typename } }' }))).toBe(true)
  })
})
