import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  InvalidInputError,
  ProviderError,
  RateLimitedError,
  UnavailableError,
} from '../../src/domain/provider-error.ts'
import { createBudget } from '../../src/upstream/budget.ts'
import { urlPath } from '../../src/upstream/url-path.ts'
import { failureOf } from '../providers/start-ground.ts'
import { anyCall } from '../support/any-call.ts'
import { API_KEY, openClient } from './open-client.ts'
import { type ReceivedRequest, type Server, sendJson, startServer } from './start-server.ts'

let server: Server
let answer: Parameters<typeof startServer>[0]

beforeEach(async () => {
  answer = (_request, response) => sendJson(response, { ok: true })
  server = await startServer((request, response) => answer(request, response))
})

afterEach(() => server.stop())

const send = (request: object = {}, call = anyCall()) =>
  openClient(server.url).send({ method: 'get', path: 'things', ...request }, call)

describe('a request', () => {
  test('carries its credentials, its parameters without those that are null, and no cookie', async () => {
    await send({ query: { limit: 5, email: 'a+b@x.example', after: null, exact: true } })
    const [{ search, headers }] = server.requests as [ReceivedRequest]
    expect([...search]).toEqual([
      ['limit', '5'],
      ['email', 'a+b@x.example'],
      ['exact', 'true'],
    ])
    expect(headers).toMatchObject({ authorization: `Bearer ${API_KEY}`, accept: 'application/json' })
    expect(headers).not.toHaveProperty('cookie')
  })

  test('carries JSON or a form', async () => {
    await send({ method: 'post', json: { name: 'ü' } })
    await send({ method: 'post', form: { secret: 'a&b=c' } })
    const [json, form] = server.requests as [ReceivedRequest, ReceivedRequest]
    expect(JSON.parse(json.body)).toEqual({ name: 'ü' })
    expect(form.headers['content-type']).toMatch(/urlencoded/)
    expect(new URLSearchParams(form.body).get('secret')).toBe('a&b=c')
  })

  test.each([
    ['a/b', '/things/a%2Fb'],
    ['a?b=c', '/things/a%3Fb%3Dc'],
    ['a#b', '/things/a%23b'],
    ['../b', '/things/..%2Fb'],
    ['a%2fb', '/things/a%252fb'],
    ['crm/3310:eu', '/things/crm%2F3310%3Aeu'],
    ['ü ', '/things/%C3%BC%20'],
    ['a\0b', '/things/a%00b'],
  ])('for the id %j stays in the place of the id', async (id, path) => {
    await send(urlPath`/things/${id}`)
    expect(server.requests.map(request => request.path)).toEqual([path])
  })

  test.each(['', '.', '..'])('for the id %j is refused, since a URL would resolve it', id => {
    expect(() => urlPath`/things/${id}/more`).toThrow(InvalidInputError)
  })
})

describe('an answer', () => {
  test.each([204, 200, 202])('without a body and with status %i has none', async status => {
    answer = (_request, response) => response.writeHead(status).end()
    expect(await send()).toEqual({ status, body: undefined, text: '' })
  })

  test('whose body nobody reads may have any form', async () => {
    answer = (_request, response) => response.writeHead(202, { 'content-type': 'text/plain' }).end('Accepted')
    expect(await send({ method: 'delete', ignoreBody: true })).toEqual({
      status: 202,
      body: undefined,
      text: '',
    })
  })

  test.each(['application/json', 'application/json; charset=utf-8', 'application/problem+json', 'text/json'])(
    'of type %s is JSON',
    async type => {
      answer = (_request, response) => response.writeHead(200, { 'content-type': type }).end('{"a":1}')
      expect(await send()).toEqual({ status: 200, body: { a: 1 }, text: '{"a":1}' })
    },
  )

  test.each(['text/html', 'text/plain', 'application/jsonp', ''])('of type %j is none', async type => {
    answer = (_request, response) =>
      response.writeHead(200, type ? { 'content-type': type } : {}).end('{"a":1}')
    expect(await failureOf(send())).toMatchObject({ reason: 'bad-response' })
  })

  test('with a status that is expected is no failure', async () => {
    answer = (_request, response) => sendJson(response, { code: 'entity_not_found' }, 404)
    expect(await send({ answers: [404] })).toMatchObject({
      status: 404,
      body: { code: 'entity_not_found' },
    })
    expect(await failureOf(send())).toMatchObject({ code: 'NOT_FOUND' })
  })

  test.each([301, 302, 303, 307, 308])(
    'that leads elsewhere (%i) is not followed, and takes no key along',
    async status => {
      const elsewhere = await startServer((_request, response) => sendJson(response, {}))
      answer = (_request, response) => response.writeHead(status, { location: elsewhere.url }).end()
      expect(await failureOf(send({ method: 'post', json: {} }))).toMatchObject({ reason: 'bad-response' })
      expect(await failureOf(send())).toMatchObject({ reason: 'bad-response' })
      expect([server.requests.length, elsewhere.requests.length]).toEqual([2, 0])
      await elsewhere.stop()
    },
  )

  test('larger than sixteen megabytes is cut off, and the line hung up on', async () => {
    let sentBytes = 0
    let isEnded = false
    answer = (_request, response) => {
      const chunk = Buffer.alloc(1_048_576, 'x')
      response.writeHead(200, { 'content-type': 'application/json' })
      const more = () => {
        if (response.destroyed || sentBytes > 200 * chunk.length) return
        sentBytes += chunk.length
        response.write(chunk, more)
      }
      response.on('close', () => {
        isEnded = true
      })
      more()
    }
    expect(await failureOf(send())).toMatchObject({ reason: 'bad-response' })
    await expect.poll(() => isEnded).toBe(true)
    expect(sentBytes).toBeLessThan(100 * 1_048_576)
    expect(server.requests).toHaveLength(1)
  })

  test('with 401 is not asked for again by the same key', async () => {
    answer = (_request, response) => sendJson(response, { message: 'Unauthorized' }, 401)
    expect(await failureOf(send())).toMatchObject({ reason: 'credentials-refused' })
    expect(server.requests).toHaveLength(1)
  })
})

describe('a caller who goes away', () => {
  test('ends the request at the provider as well', async () => {
    const caller = new AbortController()
    let isClosed = false
    answer = (_request, response) => {
      response.on('close', () => {
        isClosed = true
      })
      caller.abort()
    }
    const failure = await failureOf(send({}, anyCall({ signal: caller.signal, requestId: 'gone' })))
    expect(failure).toBeInstanceOf(UnavailableError)
    await expect.poll(() => isClosed).toBe(true)
    expect(server.requests).toHaveLength(1)
  })

  test('before the first byte makes no request', async () => {
    const call = anyCall({ signal: AbortSignal.abort(), requestId: 'gone' })
    expect(await failureOf(send({}, call))).toBeInstanceOf(ProviderError)
    expect(server.requests).toHaveLength(0)
  })

  test('between two attempts is not repeated for', async () => {
    const caller = new AbortController()
    answer = (_request, response) => {
      sendJson(response, {}, 500)
      setImmediate(() => caller.abort())
    }
    expect(await failureOf(send({}, anyCall({ signal: caller.signal, requestId: 'gone' })))).toBeInstanceOf(
      ProviderError,
    )
    expect(server.requests).toHaveLength(1)
  })

  test('in a write that was sent leaves it open whether that was carried out', async () => {
    const caller = new AbortController()
    answer = () => caller.abort()
    const call = anyCall({ signal: caller.signal, requestId: 'gone' })
    const failure = await failureOf(send({ method: 'post', json: {} }, call))
    expect((failure as Error).message).toMatch(/not known whether/)
  })
})

describe('an operation whose time ends', () => {
  const timeOver = () => new DOMException('over', 'TimeoutError')

  test('while it waits for its turn was limited: the provider was not asked', async () => {
    const limit = { limit: 1, windowMs: 60_000 }
    const budget = createBudget({ provider: 'workos', total: limit, perScope: null })
    const client = openClient(server.url, undefined, budget)
    const ask = (path: string, signal = new AbortController().signal) =>
      client.send({ method: 'get', path }, anyCall({ signal, deadlineMs: performance.now() + 120_000 }))
    await ask('first')
    const [one, other] = [new AbortController(), new AbortController()]
    const failures = [failureOf(ask('second', one.signal)), failureOf(ask('second', other.signal))]
    await expect.poll(() => budget.load().waiting).toBe(1)
    // The first of them leaves another waiting for the same call, the second ends it.
    for (const controller of [one, other]) controller.abort(timeOver())
    for (const failure of await Promise.all(failures)) expect(failure).toBeInstanceOf(RateLimitedError)
    expect(server.requests).toHaveLength(1)
  })

  test('while it waits for the answer says that the provider took too long', async () => {
    const controller = new AbortController()
    answer = () => controller.abort(timeOver())
    const failure = await failureOf(send({}, anyCall({ signal: controller.signal })))
    expect(failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', reason: 'timeout' })
  })
})

describe('the provider', () => {
  test('is reachable by the last answer, though that be a refusal', async () => {
    const client = openClient(server.url)
    const ask = () => client.send({ method: 'get', path: 'things' }, anyCall()).catch(() => null)
    expect(client.isReachable()).toBeNull()
    await ask()
    expect(client.isReachable()).toBe(true)
    answer = (_request, response) => sendJson(response, {}, 501)
    await ask()
    expect(client.isReachable()).toBe(false)
    answer = (_request, response) => sendJson(response, {}, 404)
    await ask()
    expect(client.isReachable()).toBe(true)
  })

  test('is asked once for what is asked of it many times at once, by whatever operations', async () => {
    answer = (_request, response) => void setTimeout(() => sendJson(response, { ok: true }), 20)
    const client = openClient(server.url)
    const ask = (query: object = {}) =>
      client.send({ method: 'get', path: 'things', query: { limit: 5, order: 'asc', ...query } }, anyCall())
    const answers = await Promise.all([...Array.from({ length: 30 }, () => ask()), ask({ order: 'desc' })])
    expect(new Set(answers.map(({ body }) => JSON.stringify(body)))).toEqual(new Set(['{"ok":true}']))
    expect(server.requests.map(({ search }) => search.get('order')).toSorted()).toEqual(['asc', 'desc'])
    await ask()
    expect(server.requests).toHaveLength(3)
  })

  test('is told of every one of many equal writes', async () => {
    const client = openClient(server.url)
    await Promise.all(
      Array.from({ length: 5 }, () => client.send({ method: 'post', path: 'things', json: {} }, anyCall())),
    )
    expect(server.requests).toHaveLength(5)
  })

  test('is asked at most forty-eight things at once', async () => {
    let open = 0
    let most = 0
    answer = (_request, response) => {
      open += 1
      most = Math.max(most, open)
      setTimeout(() => {
        open -= 1
        sendJson(response, {})
      }, 20)
    }
    const client = openClient(server.url)
    await Promise.all(
      Array.from({ length: 120 }, (_, index) =>
        client.send({ method: 'get', path: `things/${index}` }, anyCall()),
      ),
    )
    expect(server.requests).toHaveLength(120)
    expect(most).toBeLessThanOrEqual(48)
    expect(most).toBeGreaterThan(16)
  })
})
