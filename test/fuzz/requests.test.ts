import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ADMIN_TOKEN } from '../security/start-guarded.ts'
import { anyText, holds, mutated } from './fuzz.ts'
import { startTarget, type Target, toRequest, WHO } from './start-target.ts'

let target: Target
beforeAll(async () => {
  target = await startTarget()
})
afterEach(() => target.checkTraces())
afterAll(() => target.stop())

const who = fc.constantFrom(...WHO)
const QUERY = '{ organizations(first: 2) { nodes { id name } } providers { provider } }'

const METHODS = ['GET', 'POST', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD']
const PATHS = [
  ...Array(20).fill('/graphql'),
  '/graphql/',
  '//graphql',
  '/graphql/..',
  '/health',
  '/ready',
  '/',
  '/%',
  '/nope',
]

const MEDIA_TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json; charset=utf-16',
  'application/graphql+json',
  'application/graphql',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain',
  'text/event-stream',
  'multipart/mixed',
  'text/html',
  'application/graphql-response+json',
  'application/json;q=0',
  '*/*',
  '*',
  ',;,',
  'a'.repeat(9_000),
]

/** Header values as HTTP has them; whatever else no client can send. */
const anyValue = anyText.map(text =>
  text
    .replace(/[^\x20-\x7e]/g, '')
    .trim()
    .slice(0, 9_000),
)

function anyHeaders(): fc.Arbitrary<Record<string, string>> {
  const good = Object.values(target.tokens).map(token => `Bearer ${token}`)
  const mediaType = fc.oneof(fc.constantFrom(...MEDIA_TYPES), anyValue)
  const known: Record<string, fc.Arbitrary<string>> = {
    authorization: fc.oneof(fc.constantFrom(...good), mutated(good).map(printable), anyValue),
    'content-type': mediaType,
    accept: mediaType,
    origin: fc.oneof(fc.constantFrom('null', 'https://evil.example', 'http://localhost'), anyValue),
    'x-graphql-yoga-csrf': anyValue,
    'apollo-require-preflight': anyValue,
    'dirgraph-cost': fc.oneof(fc.constantFrom('true', 'TRUE', '1'), anyValue),
    'access-control-request-method': fc.constantFrom('POST', 'DELETE', 'x'),
    'access-control-request-headers': anyValue,
    'content-length': fc.constantFrom('0', '1', '-1', '99999999', 'x'),
    'content-encoding': fc.constantFrom('gzip', 'br', 'x'),
    'accept-encoding': fc.constantFrom('gzip', 'br', ''),
    'if-none-match': fc.constantFrom('*', '"x"'),
    cookie: anyValue,
    host: anyValue,
    'x-forwarded-host': anyValue,
    'x-forwarded-proto': anyValue,
    'x-http-method-override': fc.constantFrom('DELETE', 'GET'),
    traceparent: anyValue,
    'x-request-id': anyValue,
  }
  // Half of them differ from a good request in a few headers only.
  const few = fc.subarray(Object.keys(known), { minLength: 1, maxLength: 3 })
  const all = fc.record(known)
  const pick = ([names, values]: [string[], Record<string, string>]) =>
    Object.fromEntries(names.map(name => [name, values[name] ?? '']))
  const usual = { 'content-type': 'application/json', authorization: `Bearer ${target.tokens.user}` }
  const differing = fc.tuple(few, all).map(one => ({ ...usual, ...pick(one) }))
  const some = fc.tuple(fc.subarray(Object.keys(known)), all).map(pick)
  return fc.oneof(differing, some)
}

const printable = (text: string) => text.replace(/[^\x20-\x7e]/g, '').trim()

describe('whatever request somebody makes', { timeout: 240_000 }, () => {
  test('by its headers, method and path is answered or refused', async () => {
    const request = fc.record({
      headers: anyHeaders(),
      method: fc.constantFrom(...METHODS),
      path: fc.constantFrom(...PATHS),
      search: fc.oneof(
        fc.constant(''),
        fc.constant(`?query=${encodeURIComponent(QUERY)}`),
        fc.constant('?query=mutation{syncDirectory(input:{directoryId:"x"}){__typename}}'),
        fc.constantFrom(
          '?query=%',
          '?variables={',
          '?query={a}&variables=[',
          '?extensions=1',
          '?%00=%ff',
          '?query=&query=',
        ),
        anyText.map(text => `?query=${encodeURIComponent(text.toWellFormed())}`),
      ),
    })
    await holds('headers', request, ({ headers, method, path, search }) => {
      const isBodiless = method === 'GET' || method === 'HEAD'
      return target.check(
        new Request(`http://dirgraph.test${path}${isBodiless ? search : ''}`, {
          method,
          headers,
          body: isBodiless ? null : JSON.stringify({ query: QUERY }),
        }),
      )
    })
  })

  test('by its body is answered or refused', async () => {
    const good = JSON.stringify({ query: QUERY, variables: {}, operationName: null, extensions: {} })
    const anyJson = fc.jsonValue({ maxDepth: 3 })
    const key = fc.constantFrom(
      'query',
      'variables',
      'operationName',
      'extensions',
      'documentId',
      '__proto__',
      'x',
    )
    const body = fc.oneof(
      mutated([good]),
      fc.nat({ max: good.length }).map(length => good.slice(0, length)),
      fc.constantFrom(
        `\ufeff${good}`,
        `[${good}]`,
        `[${Array(10).fill(good)}]`,
        `${good}${good}`,
        '',
        'null',
        '"x"',
        '1',
      ),
      fc
        .tuple(fc.constant(QUERY), anyJson)
        .map(([query, extra]) => JSON.stringify({ query, extensions: extra })),
      fc.array(fc.tuple(key, fc.oneof(anyJson, fc.constant(QUERY))), { maxLength: 5 }).map(duplicates),
      fc
        .integer({ min: 1, max: 120_000 })
        .map(depth => `{"query":"{a}","extensions":${'['.repeat(depth)}${']'.repeat(depth)}}`),
      fc.integer({ min: 250_000, max: 400_000 }).map(length => JSON.stringify({ query: 'x'.repeat(length) })),
      anyText,
    )
    const form = fc.constantFrom('utf8', 'utf16le', 'latin1', 'chunked', 'broken')
    await holds('bodies', fc.record({ body, form, who }), ({ body, form, who }) => {
      const { headers, url } = toRequest('', target.tokens[who])
      const init = { method: 'POST', headers, duplex: 'half', body: encoded(body, form) }
      return target.check(new Request(url, init as RequestInit))
    })
  })

  test('and a good one is answered as ever', async () => {
    const { status, text } = await target.check(toRequest(JSON.stringify({ query: QUERY }), ADMIN_TOKEN))
    expect(status).toBe(200)
    expect(JSON.parse(text).errors).toBeUndefined()
  })
})

/** JSON in which names may come twice. */
function duplicates(entries: readonly (readonly [string, unknown])[]): string {
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`
}

function encoded(text: string, form: string): BodyInit {
  switch (form) {
    case 'utf16le':
    case 'latin1':
      return new Uint8Array(Buffer.from(text, form))
    case 'chunked':
      return streamOf(text.match(/.{1,7000}/gs) ?? [], null)
    case 'broken':
      return streamOf([text.slice(0, 20)], new Error('the connection broke'))
    default:
      return text
  }
}

/** A body that comes in pieces, and ends well or not. */
function streamOf(pieces: readonly string[], error: Error | null): ReadableStream<Uint8Array> {
  const left = [...pieces]
  return new ReadableStream({
    pull(controller) {
      const piece = left.shift()
      if (piece !== undefined) controller.enqueue(new TextEncoder().encode(piece))
      else if (error) controller.error(error)
      else controller.close()
    },
  })
}
