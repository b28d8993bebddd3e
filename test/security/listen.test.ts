import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../../src/server/listen.ts'

async function start(handle: (request: Request) => Promise<Response>) {
  const listener = await listen(handle, { host: '127.0.0.1', port: 0 })
  onTestFinished(() => listener.close(0))
  const port = Number(new URL(listener.url).port)
  return (path: string, host: string): Promise<string> =>
    new Promise(resolve => {
      const socket = connect(port, '127.0.0.1')
      let answer = ''
      socket.on('data', data => {
        answer += data
      })
      socket.on('close', () => resolve(answer))
      socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)
    })
}

test.each([
  ['/graphql', 'a b'],
  ['/graphql', '['],
  ['/graphql', '[::1'],
  ['/graphql', '%'],
  ['/graphql', 'h:99999'],
  ['/graphql', 'localhost, evil.example'],
  ['/graphql', 'localhost/x'],
  ['/graphql', 'evil.example@localhost'],
  ['*', ''],
  ['http://evil.example/graphql', 'localhost'],
])('a request for %s of the host %j is answered with 400, and nothing of ours', async (path, host) => {
  const requests: string[] = []
  const ask = await start(async ({ url }) => {
    requests.push(url)
    return new Response()
  })
  const answer = await ask(path, host)
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  expect(answer).not.toMatch(/ {4}at |file:/)
  expect(requests).toEqual([])
})

test.each([
  'localhost',
  'localhost:4000',
  '127.0.0.1:4000',
  '[::1]:4000',
  'api.example.com',
  'API_1.internal',
])('a request of the host %j is handed on with its URL', async host => {
  const ask = await start(async ({ url }) => new Response(url))
  expect(await ask('/graphql?query={a}', host)).toContain(`http://${host}/graphql?query={a}`)
})

test('what is thrown at it is answered with 500, and nothing of what it was', async () => {
  const ask = await start(() => Promise.reject(new Error('sk_live_hidden')))
  const answers = [await ask('/graphql', 'localhost'), await ask('/graphql', 'localhost')]
  for (const answer of answers) {
    expect(answer).toMatch(/^HTTP\/1\.1 500 /)
    expect(answer).toContain('dirgraph could not answer this.')
    expect(answer).not.toMatch(/hidden| {4}at |file:/)
  }
})
