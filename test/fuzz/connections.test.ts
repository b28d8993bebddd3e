import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Listener, listen } from '../../src/server/listen.ts'
import { ADMIN_TOKEN } from '../security/start-guarded.ts'
import { anyText, holds, mutated } from './fuzz.ts'
import { startTarget, type Target } from './start-target.ts'

let target: Target
let listener: Listener
beforeAll(async () => {
  target = await startTarget()
  listener = await listen(target.app.fetch, { host: '127.0.0.1', port: 0 })
})
afterEach(() => target.checkTraces())
afterAll(async () => {
  await listener.close(0)
  await target.stop()
})

const BODY = JSON.stringify({ query: '{ organizations(first: 1) { nodes { id } } }' })
const PATIENCE_MS = 3_000
const HANGS_UP_AFTER_MS = 40

function written(head: readonly string[], body = BODY): string {
  return [...head, `content-length: ${Buffer.byteLength(body)}`, 'connection: close', '', body].join('\r\n')
}

function goodRequests(): string[] {
  const usual = [
    'host: localhost',
    'content-type: application/json',
    `authorization: Bearer ${target.tokens.user}`,
  ]
  const chunks = (BODY.match(/.{1,9}/g) ?? []).map(chunk => `${chunk.length.toString(16)}\r\n${chunk}\r\n`)
  return [
    written(['POST /graphql HTTP/1.1', ...usual]),
    written(
      ['GET /graphql?query=%7Bproviders%7Bprovider%7D%7D HTTP/1.1', 'apollo-require-preflight: 1', ...usual],
      '',
    ),
    written(['POST http://localhost/graphql HTTP/1.1', ...usual]),
    `POST /graphql HTTP/1.1\r\n${usual.join('\r\n')}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n${chunks.join('')}0\r\n\r\n`,
  ]
}

/** What comes back for some bytes until the server hangs up. */
function exchange(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(listener.url).port), '127.0.0.1')
    const chunks: Buffer[] = []
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error(`neither answered nor hung up: ${JSON.stringify(Buffer.concat(chunks).toString())}`))
    }, PATIENCE_MS)
    socket.on('data', chunk => void chunks.push(chunk))
    // Node gives up on clients that hang up before they are answered, so this one waits a little.
    setTimeout(() => socket.end(), HANGS_UP_AFTER_MS)
    // Whom the server resets has been hung up on as well.
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(chunks).toString())
    })
    socket.write(Buffer.from(bytes, 'latin1'))
  })
}

test('whatever bytes somebody sends over a connection, it is answered or closed', {
  timeout: 240_000,
}, async () => {
  const path = fc.oneof(
    fc.constantFrom(
      '*',
      '//',
      '//graphql',
      '/graphql/../../etc/passwd',
      'http://[',
      'http://h:99999/',
      '\\\\h',
      '/%00',
      '/%',
      'localhost:80',
      '?',
      'x',
    ),
    anyText.map(text => text.slice(0, 500)),
  )
  const method = fc.constantFrom('GET', 'POST', 'OPTIONS', 'HEAD', 'TRACE', 'CONNECT', 'PRI', 'get', 'X', '')
  const host = fc.oneof(
    fc.constantFrom(
      '',
      'a b',
      '[',
      '[::1',
      'h:99999',
      'h/x',
      'a@b',
      '%',
      'x'.repeat(5_000),
      'localhost, evil',
    ),
    anyText,
  )
  const token = target.tokens.user
  const requestLine = fc
    .record({ method, path, host, version: fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', '') })
    .map(one =>
      written([
        `${one.method} ${one.path} ${one.version}`,
        `host: ${one.host}`,
        'content-type: application/json',
        `authorization: Bearer ${token}`,
      ]),
    )
  const header = fc.constantFrom(
    'transfer-encoding: chunked',
    'content-length: 5',
    'expect: 100-continue',
    'upgrade: websocket',
    'x: \0',
    `x: ${'x'.repeat(20_000)}`,
    ' folded',
    'no colon',
    'host: other',
    'x-forwarded-host: [',
    'x-forwarded-proto: javascript',
    'x-forwarded-proto: a b',
  )
  const withHeader = fc
    .tuple(fc.constantFrom(...goodRequests()), header)
    .map(([request, extra]) => request.replace('\r\nhost', `\r\n${extra}\r\nhost`))
  const cut = fc
    .tuple(fc.constantFrom(...goodRequests()), fc.nat({ max: 700 }))
    .map(([one, at]) => one.slice(0, at))
  const bytes = fc.oneof(
    requestLine,
    withHeader,
    cut,
    mutated(goodRequests()),
    fc.constantFrom(...goodRequests()),
    anyText,
  )
  const statuses = new Set<string>()
  await holds('connections', bytes, async one => {
    const answer = await exchange(one)
    for (const [, status = ''] of answer.matchAll(/^HTTP\/1\.1 (\d+)/gm)) {
      statuses.add(status)
      expect(status).toMatch(/^[1-4]/)
    }
    for (const secret of target.app.secrets()) expect(answer).not.toContain(secret)
    expect(answer).not.toMatch(/INTERNAL_SERVER_ERROR|at .*\.[jt]s:\d+/)
  })
  expect([...statuses]).toEqual(expect.arrayContaining(['200', '400', '401', '405']))
  const response = await fetch(`${listener.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
    body: BODY,
  })
  expect(await response.json()).toMatchObject({ data: { organizations: { nodes: [{}] } } })
})
