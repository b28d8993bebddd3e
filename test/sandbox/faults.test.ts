import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Fault, type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { requestScalekit, requestToken, requestWorkos } from './sandbox-requests.ts'

let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await startSandbox()
})

afterEach(() => sandbox.clearFaults())

afterAll(() => sandbox.stop())

const path = '/organizations?limit=100'

function inject(kind: Fault['kind'], more: Partial<Fault> = {}) {
  return sandbox.inject({ provider: 'workos', kind, ...more })
}

function send(signal?: AbortSignal): Promise<Response> {
  const headers = { authorization: `Bearer ${sandbox.workos.apiKey}` }
  return fetch(sandbox.workos.url + path, { headers, ...(signal && { signal }) })
}

function codeOf(error: unknown): string | undefined {
  return (error as { cause?: { code?: string } }).cause?.code
}

describe('a fault', () => {
  test('of kind status takes the place of the answer, in the form of the provider', async () => {
    inject('status', { status: 429, headers: { 'retry-after': '7' } })
    const workos = await requestWorkos(sandbox, path)
    expect([workos.status, workos.headers.get('retry-after')]).toEqual([429, '7'])
    expect(workos.body).toHaveProperty('message')
    sandbox.inject({ provider: 'scalekit', kind: 'status', status: 503, path: /organizations/ })
    const scalekit = await requestScalekit(sandbox, '/api/v1/organizations')
    expect([scalekit.status, scalekit.body]).toMatchObject([503, { code: 14 }])
    sandbox.clearFaults()
    inject('status', { status: 401, body: 'no' })
    const own = await send()
    expect([own.status, await own.text()]).toEqual([401, 'no'])
  })

  test('of kind delay waits, then answers as always', async () => {
    inject('delay', { delayMs: 300 })
    const startedAt = performance.now()
    expect((await requestWorkos(sandbox, path)).status).toBe(200)
    expect(performance.now() - startedAt).toBeGreaterThan(290)
  })

  test('of kind hang never answers', async () => {
    inject('hang')
    sandbox.clearCalls()
    await expect(send(AbortSignal.timeout(400))).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(sandbox.calls.map(({ status }) => status)).toEqual([null])
  })

  test('of kind reset cuts the connection before an answer', async () => {
    inject('reset')
    const error = await send().catch((cause: unknown) => cause)
    expect(codeOf(error)).toBe('ECONNRESET')
  })

  test.each([
    ['reset-mid-body', 'ECONNRESET'],
    ['truncated', 'UND_ERR_SOCKET'],
  ] as const)('of kind %s ends half way through the body', async (kind, code) => {
    const whole = await (await send()).text()
    inject(kind)
    const response = await send()
    expect(response.status).toBe(200)
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(0.9 * Buffer.byteLength(whole))
    const error = await response.text().catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(TypeError)
    expect(codeOf(error)).toBe(code)
  })

  test('of kind malformed-json is a whole answer that does not parse', async () => {
    inject('malformed-json')
    const response = await send()
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json'])
    await expect(response.json()).rejects.toBeInstanceOf(SyntaxError)
  })

  test('of kind html is a page with status 200', async () => {
    inject('html')
    const response = await send()
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html'])
    expect(await response.text()).toContain('<html>')
  })

  test('of kind huge sends a hundred megabytes, or as many as the client takes', async () => {
    inject('huge', { times: 1 })
    let size = 0
    for await (const chunk of (await send()).body ?? []) size += chunk.byteLength
    expect(size).toBeGreaterThan(100 * 1024 * 1024)
    inject('huge', { times: 1 })
    const response = await send()
    await response.body?.cancel()
    expect((await requestWorkos(sandbox, path)).status).toBe(200)
  })

  test('meets only the provider, method and path it names', async () => {
    inject('status', { status: 500, method: 'delete', path: /^\/organizations\?limit=1$/g })
    expect((await requestWorkos(sandbox, '/organizations?limit=1')).status).toBe(200)
    expect((await requestWorkos(sandbox, '/organizations?limit=2', { method: 'DELETE' })).status).toBe(404)
    for (const _ of [1, 2]) {
      expect((await requestWorkos(sandbox, '/organizations?limit=1', { method: 'DELETE' })).status).toBe(500)
    }
    expect((await requestScalekit(sandbox, '/api/v1/organizations')).status).toBe(200)
    sandbox.inject({ provider: 'scalekit', kind: 'status', path: /^\/oauth\/token/ })
    expect((await requestToken(sandbox)).status).toBe(500)
  })

  test('goes after the times it was given, or when it is taken back', async () => {
    inject('status', { status: 502, times: 2 })
    const remove = inject('status', { status: 503 })
    const statuses = []
    for (const _ of [1, 2, 3]) statuses.push((await requestWorkos(sandbox, path)).status)
    expect(statuses).toEqual([502, 502, 503])
    remove()
    remove()
    expect((await requestWorkos(sandbox, path)).status).toBe(200)
  })

  test('that passes meets every nth request, and not who asks for the same again', async () => {
    inject('status', { status: 503, every: 3 })
    const statuses = []
    for (const limit of [1, 2, 3, 3, 3, 4, 5]) {
      statuses.push((await requestWorkos(sandbox, `/organizations?limit=${limit}`)).status)
    }
    expect(statuses).toEqual([200, 200, 503, 200, 200, 200, 503])
  })

  test('mid-body on a deletion leaves the deletion done', async () => {
    const own = await startSandbox()
    const id = own.data.known.workosSmallDirectoryId
    own.inject({ provider: 'workos', kind: 'reset-mid-body', method: 'DELETE' })
    await requestWorkos(own, `/directories/${id}`, { method: 'DELETE' }).catch(() => undefined)
    expect((await requestWorkos(own, `/directories/${id}`)).body).toMatchObject({ state: 'deleting' })
    await own.stop()
  })
})
