import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { directoryId } from '../support/seeded-ids.ts'
import { type ServedApp, serveApp } from '../support/serve-app.ts'
import { get, post, send } from './send.ts'

let app: ServedApp
beforeAll(async () => {
  app = await serveApp()
})
afterAll(() => app.stop())
beforeEach(() => {
  app.sandbox.clearCalls()
})

const QUERY = '{ __typename }'
const mutation = () => {
  const id = directoryId(app.sandbox, app.sandbox.data.known.workosSmallDirectoryId)
  return `mutation Delete { deleteDirectory(input: { directoryId: "${id}" }) { __typename } }`
}

describe('a GET', () => {
  test.each(['x-graphql-yoga-csrf', 'apollo-require-preflight'])(
    'with the header %s is answered',
    async header => {
      const answer = await get(app.dirgraph, { query: QUERY }, { [header]: '1' })
      expect(answer).toMatchObject({ status: 200, json: { data: { __typename: 'Query' } } })
    },
  )

  test.each([
    ['as a page’s image or script sends it', {}],
    ['with cookies and an origin', { cookie: 'a=b', origin: 'https://evil.example' }],
    ['with a type that needs no preflight', { 'content-type': 'text/plain; application/json' }],
    ['with a token, since a browser might hold it', { authorization: 'Bearer x' }],
  ])('%s is refused', async (_how, headers) => {
    const answer = await get(app.dirgraph, { query: '{ organizations { totalCount } }' }, headers)
    expect(answer).toMatchObject({ status: 403, codes: ['BAD_USER_INPUT'] })
    expect(app.sandbox.calls).toEqual([])
  })

  test('carries no mutation out, also not the second of two operations, nor one with many words before it', async () => {
    const long = 'fragment F on Query { __typename } '.repeat(120)
    for (const parameters of [
      { query: mutation() },
      { query: `query Read { __typename } ${mutation()}`, operationName: 'Delete' },
      { query: `# ${'mutation '.repeat(50)}\n${mutation()}` },
      { query: `${mutation()} ${long}`.slice(0, 8_000) },
    ]) {
      const answer = await get(app.dirgraph, parameters)
      expect(answer.json?.data).toBeUndefined()
      expect(answer.codes).toEqual(['BAD_USER_INPUT'])
    }
    const refused = await get(app.dirgraph, { query: mutation() })
    expect(refused).toMatchObject({ status: 405, codes: ['BAD_USER_INPUT'] })
    expect(refused.headers.get('allow')).toBe('POST')
    expect(app.sandbox.calls).toEqual([])
  })

  test.each([
    ['variables that are no JSON', { query: QUERY, variables: '{' }],
    ['extensions that are no JSON', { query: QUERY, extensions: 'x' }],
    ['variables that are a number', { query: QUERY, variables: '7' }],
    ['extensions that are a list', { query: QUERY, extensions: '[]' }],
  ])('with %s is a 400', async (_what, parameters) => {
    expect(await get(app.dirgraph, parameters)).toMatchObject({ status: 400, codes: ['BAD_USER_INPUT'] })
  })
})

describe('a POST', () => {
  test.each([
    [
      'a form',
      'application/x-www-form-urlencoded',
      (query: string) => new URLSearchParams({ query }).toString(),
    ],
    ['plain text', 'text/plain', (query: string) => JSON.stringify({ query })],
    [
      'plain text that mentions JSON',
      'text/plain; application/json',
      (query: string) => JSON.stringify({ query }),
    ],
    ['GraphQL', 'application/graphql', (query: string) => query],
    ['XML', 'application/xml', () => '<query/>'],
    ['two types', 'application/json, text/plain', (query: string) => JSON.stringify({ query })],
    [
      'a form of files',
      'multipart/form-data; boundary=x',
      (query: string) =>
        `--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${JSON.stringify({ query })}\r\n--x--`,
    ],
  ])('of %s is a 415', async (_what, type, toBody) => {
    const answer = await send(app.dirgraph, '/graphql', {
      method: 'POST',
      headers: { 'content-type': type, 'x-graphql-yoga-csrf': '1' },
      body: toBody(mutation()),
    })
    expect(answer).toMatchObject({ status: 415, codes: ['BAD_USER_INPUT'] })
    expect(app.sandbox.calls).toEqual([])
  })

  test('without a type is a 415', async () => {
    const body = new TextEncoder().encode(JSON.stringify({ query: mutation() }))
    const answer = await send(app.dirgraph, '/graphql', { method: 'POST', body })
    expect(answer).toMatchObject({ status: 415, codes: ['BAD_USER_INPUT'] })
    expect(app.sandbox.calls).toEqual([])
  })

  test.each([0, 1, 2, 10])('of a batch of %s operations is a 400', async count => {
    const answer = await post(
      app.dirgraph,
      Array.from({ length: count }, () => ({ query: mutation() })),
    )
    expect(answer).toMatchObject({ status: 400, codes: ['BAD_USER_INPUT'] })
    expect(app.sandbox.calls).toEqual([])
  })

  test.each(['text/html', 'image/png', 'application/xml', 'application/json;charset=utf-16'])(
    'that accepts nothing but %s is refused before anything is done',
    async accept => {
      const answer = await post(app.dirgraph, { query: mutation() }, { accept })
      expect(answer).toMatchObject({ status: 406, codes: ['BAD_USER_INPUT'] })
      expect(app.sandbox.calls).toEqual([])
    },
  )
})

describe('a body that is too large', () => {
  test('is a 413 when it comes in pieces, without saying how long it will be', async () => {
    const piece = new TextEncoder().encode(' '.repeat(16_384))
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += piece.length
        if (sent > 50_000_000) controller.close()
        else controller.enqueue(piece)
      },
    })
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body, duplex: 'half' }
    const answer = await send(app.dirgraph, '/graphql', init as RequestInit)
    expect(answer).toMatchObject({ status: 413, codes: ['BAD_USER_INPUT'] })
    expect(sent).toBeLessThan(1_000_000)
  })

  test('is a 413 before it is sent, when it says how long it will be', async () => {
    expect(await sendHead(`content-length: 300000\r\n`)).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('is a 413 when it comes in chunks over a real connection', async () => {
    const chunk = `4000\r\n${' '.repeat(0x4000)}\r\n`
    expect(await sendHead('transfer-encoding: chunked\r\n', chunk.repeat(20))).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('is not smuggled in packed', async () => {
    const packed = new Blob([JSON.stringify({ query: QUERY }) + ' '.repeat(1_000_000)])
      .stream()
      .pipeThrough(new CompressionStream('gzip'))
    const answer = await send(app.dirgraph, '/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: await new Response(packed).arrayBuffer(),
    })
    expect(answer.codes).toEqual(['BAD_USER_INPUT'])
  })
})

test.each(['PUT', 'PATCH', 'DELETE', 'HEAD', 'PROPFIND'])(
  '%s is a 405 that names what is allowed',
  async method => {
    const { status, headers } = await send(app.dirgraph, '/graphql', { method })
    expect(status).toBe(405)
    expect(headers.get('allow')).toBe('GET, POST')
  },
)

/** Writes the head of a request and some of its body to the port, and gives back the beginning of the answer. */
function sendHead(headers: string, body = ''): Promise<string> {
  const { hostname, port } = new URL(app.origin)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `POST /graphql HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\n${headers}\r\n${body}`,
      )
    })
    socket.setEncoding('utf8')
    socket.once('data', text => {
      socket.destroy()
      resolve(String(text))
    })
    socket.once('error', reject)
  })
}
