import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ADMIN_TOKEN, type GuardedApp, startGuarded } from './start-guarded.ts'

let app: GuardedApp
let user: string
beforeEach(async () => {
  app = await startGuarded({ timeoutMs: 1_000 })
  user = await app.sign()
})
afterEach(() => app.stop())

const operations = () => app.lines().filter(({ msg }) => msg !== 'upstream call' && msg !== 'audit')

const LIST = 'query List { organizations(first: 1) { nodes { id } } }'
/** Each outcome, by a document that comes to it. */
const OUTCOMES = {
  ok: { query: LIST, codes: [], errors: 0, upstreamCalls: 1 },
  partial: {
    query: 'query List { providers { provider } node(id: "x") { id } }',
    codes: ['BAD_USER_INPUT'],
    errors: 1,
    upstreamCalls: 0,
  },
} as const

describe.each(['admin', 'user'] as const)('an operation of the %s', kind => {
  test.each(Object.entries(OUTCOMES))('that ends %s is one line', async (outcome, { query, ...counts }) => {
    const token = kind === 'admin' ? ADMIN_TOKEN : user
    await app.post({ query }, token)
    await app.post({ query }, token)
    const expected = {
      level: 30,
      msg: 'operation',
      operation: 'List',
      hash: expect.stringMatching(/^[0-9a-f]{16}$/),
      caller: kind,
      organization: kind === 'admin' ? null : `workos:${app.organization}`,
      durationMs: expect.any(Number),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      outcome,
      ...counts,
    }
    expect(operations()).toMatchObject([expected, expected])
    const [first, second] = operations()
    expect(first?.hash).toBe(second?.hash)
    expect(first?.requestId).not.toBe(second?.requestId)
  })

  test('whose provider fails is one line with the code', async () => {
    app.sandbox.inject({ provider: 'workos', kind: 'status', status: 501 })
    await app.post({ query: LIST }, kind === 'admin' ? ADMIN_TOKEN : user)
    expect(operations()).toMatchObject([
      { msg: 'operation', caller: kind, outcome: 'partial', codes: ['UPSTREAM_UNAVAILABLE'] },
    ])
  })

  test('whose time is over is one line', async () => {
    app.sandbox.inject({ provider: 'workos', kind: 'hang' })
    await app.post({ query: LIST }, kind === 'admin' ? ADMIN_TOKEN : user)
    expect(operations()).toMatchObject([{ caller: kind, operation: 'List' }])
  })
})

describe('an operation that lacks a permission', () => {
  test('is one line with FORBIDDEN', async () => {
    await app.post({ query: LIST }, await app.sign({ permissions: [] }))
    expect(operations()).toMatchObject([{ msg: 'operation', caller: 'user', codes: ['FORBIDDEN'] }])
    expect(app.sandbox.calls).toEqual([])
  })
})

const post = (body: string, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: `Bearer ${user}`, ...headers },
  body,
})

/** Requests that are refused before anything of them is run, with the status and who is known to have sent them. */
const REFUSED: Record<string, () => readonly [RequestInit, number, string | null, string?]> = {
  'no token': () => [{ ...post('{}'), headers: { 'content-type': 'application/json' } }, 401, null],
  'a bad token': () => [post('{}', { authorization: 'Bearer x' }), 401, null],
  'a form': () => [post('query=x', { 'content-type': 'application/x-www-form-urlencoded' }), 415, null],
  'another method': () => [{ ...post('{}'), method: 'PUT' }, 405, null],
  'a GET without a CSRF header': () => [
    { headers: { authorization: `Bearer ${user}` } },
    403,
    null,
    '?query={a}',
  ],
  'a mutation by GET': () => [
    { headers: { authorization: `Bearer ${user}` } },
    405,
    null,
    '?query=mutation{a}',
  ],
  'an answer that it could not read': () => [post('{}', { accept: 'image/png' }), 406, null],
  'a batch': () => [post('[{"query":"{a}"}]'), 400, 'user'],
  'broken JSON': () => [post('{"query":'), 400, 'user'],
  'no document': () => [post('{}'), 400, 'user'],
  'a document that is none': () => [post('{"query":"{ a"}'), 400, 'user'],
  'a document that does not fit': () => [post('{"query":"{ nope }"}'), 400, 'user'],
  'variables that do not fit': () => [
    post('{"query":"query($id: ID!) { node(id: $id) { id } }","variables":{"id":{}}}'),
    400,
    'user',
  ],
  'a document that is too large': () => [
    post(JSON.stringify({ query: `{ ${'a '.repeat(2_000)} }` })),
    400,
    'user',
  ],
  'a body that is too large': () => [post(JSON.stringify({ query: 'a'.repeat(300_000) })), 413, 'user'],
  'a document that costs too much': () => [post(JSON.stringify({ query: COSTLY })), 400, 'user'],
}

const COSTLY =
  '{ organizations(first: 100) { nodes { directories(first: 100) { nodes { users(first: 100) { nodes { id } } } } } } }'

test.each(Object.entries(REFUSED))('a request that is refused for %s is one line', async (_what, request) => {
  const [init, status, caller, search = ''] = request()
  const accept = { accept: 'application/graphql-response+json' }
  const headers = { ...accept, ...(init.headers as Record<string, string>) }
  const response = await app.fetch(new Request(`http://dirgraph.test/graphql${search}`, { ...init, headers }))
  expect(response.status).toBe(status)
  const organization = caller === 'user' ? `workos:${app.organization}` : null
  expect(operations()).toMatchObject([
    {
      level: 30,
      msg: 'operation refused',
      caller,
      organization,
      outcome: 'failed',
      errors: expect.any(Number),
    },
  ])
  expect(operations()[0]?.codes).not.toEqual([])
  expect(app.sandbox.calls).toEqual([])
})

describe('a line of the log', () => {
  test.each([
    'ada@private.example',
    'List\n{"level":60,"msg":"forged"}',
    'List\r\nforged',
    '\u001b[31mforged',
    '"},{"msg":"forged"',
    '\u2028forged',
  ])('takes no name from beside the document: %j', async operationName => {
    await app.post({ query: `${LIST} query Other { providers { provider } }`, operationName }, user)
    await app.post({ query: LIST, operationName }, user)
    await app.post({ query: LIST, variables: { [operationName]: operationName } }, user)
    expect(app.lines().every(({ msg }) => /^(operation( refused)?|upstream call)$/.test(String(msg)))).toBe(
      true,
    )
    expect(app.log()).not.toMatch(/forged|@private/)
    expect(operations()).toHaveLength(3)
  })

  test('is one line of JSON whatever the document is', async () => {
    await app.post({ query: `# forged\n\r\u2028"}\n{"msg":"forged"}\n${LIST}` }, user)
    await app.post({ query: 'query List { node(id: "\\n{\\"msg\\":\\"forged\\"}") { id } }' }, user)
    for (const line of app.log().trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow()
    expect(app.log()).not.toContain('forged')
  })

  test('has a name of a hundred characters at most', async () => {
    await app.post({ query: LIST.replace('List', 'L'.repeat(5_000)) }, user)
    expect(operations()).toMatchObject([{ operation: 'L'.repeat(100) }])
  })
})
