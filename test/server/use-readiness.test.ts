import { afterEach, describe, expect, test, vi } from 'vitest'
import { startApp, type TestApp, type TestAppSettings } from '../support/start-app.ts'

let app: TestApp
afterEach(async () => {
  vi.useRealTimers()
  await app.stop()
})

const ready = (provider: string) => ({ provider, ready: true })

describe('/ready', () => {
  test('says that both providers can be used, by one cheap call to each', async () => {
    await start()
    expect(await get('/ready')).toEqual({
      status: 200,
      report: { status: 'ready', providers: [ready('WORKOS'), ready('SCALEKIT')] },
    })
    expect(callsMade()).toEqual([
      'scalekit GET /api/v1/organizations',
      'scalekit POST /oauth/token',
      'workos GET /organizations',
    ])
  })

  test('asks them no more often than every ten seconds, however often it is asked', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    await start()
    await Promise.all([get('/ready'), get('/ready'), get('/ready')])
    vi.advanceTimersByTime(9_000)
    await get('/ready')
    expect(callsMade('workos')).toHaveLength(1)
    expect(callsMade('scalekit')).toHaveLength(2)
    vi.advanceTimersByTime(1_001)
    await get('/ready')
    expect(callsMade('workos')).toHaveLength(2)
    expect(callsMade('scalekit')).toHaveLength(3)
  })

  test.each([
    ['workos', [{ provider: 'WORKOS', ready: false }, ready('SCALEKIT')]],
    ['scalekit', [ready('WORKOS'), { provider: 'SCALEKIT', ready: false }]],
  ] as const)('is degraded, and still 200, while %s is down', async (provider, providers) => {
    await start()
    app.sandbox.inject({ provider, path: /organizations/, kind: 'malformed-json' })
    const { status, report } = await get('/ready')
    expect(status).toBe(200)
    expect(report).toMatchObject({ status: 'degraded', providers })
    expect(report.providers.find(entry => !entry.ready)).toMatchObject({
      reason: 'bad-response',
      message: expect.any(String),
    })
  })

  test('is degraded, and still 200, while no provider answers any more, and ready once they do', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    await start()
    expect(await get('/ready')).toMatchObject({ status: 200, report: { status: 'ready' } })
    breakBoth()
    vi.advanceTimersByTime(10_001)
    const reason = 'bad-response'
    expect(await get('/ready')).toMatchObject({
      status: 200,
      report: {
        status: 'degraded',
        providers: [
          { provider: 'WORKOS', ready: false, reason },
          { provider: 'SCALEKIT', ready: false, reason },
        ],
      },
    })
    app.sandbox.clearFaults()
    vi.advanceTimersByTime(10_001)
    expect(await get('/ready')).toMatchObject({ status: 200, report: { status: 'ready' } })
  })

  test('is 503 until a provider has answered for the first time', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    await start()
    breakBoth()
    expect(await get('/ready')).toMatchObject({ status: 503, report: { status: 'unavailable' } })
    vi.advanceTimersByTime(10_001)
    expect(await get('/ready')).toMatchObject({ status: 503, report: { status: 'unavailable' } })
    app.sandbox.clearFaults()
    vi.advanceTimersByTime(10_001)
    expect(await get('/ready')).toMatchObject({ status: 200, report: { status: 'ready' } })
  })

  test('goes by the only provider where there is one', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    await start({ providers: ['workos'] })
    const providers = [{ provider: 'WORKOS', ready: false }]
    app.sandbox.inject({ provider: 'workos', kind: 'html' })
    expect(await get('/ready')).toMatchObject({ status: 503, report: { status: 'unavailable', providers } })
    app.sandbox.clearFaults()
    vi.advanceTimersByTime(10_001)
    expect(await get('/ready')).toMatchObject({ status: 200, report: { status: 'ready' } })
    app.sandbox.inject({ provider: 'workos', kind: 'html' })
    vi.advanceTimersByTime(10_001)
    expect(await get('/ready')).toMatchObject({ status: 200, report: { status: 'degraded', providers } })
  })

  test.each([
    ['workos', 'WorkOS'],
    ['scalekit', 'Scalekit'],
  ] as const)('is 503 and names %s when it refuses its credentials', async (provider, title) => {
    await start({ refused: [provider] })
    const { status, report } = await get('/ready')
    expect(status).toBe(503)
    expect(report.status).toBe('unavailable')
    expect(report.providers.find(entry => !entry.ready)).toEqual({
      provider: provider.toUpperCase(),
      ready: false,
      reason: 'credentials-refused',
      message: `${title} refuses the credentials that this server was given for it.`,
    })
    expect(report.providers.filter(entry => entry.ready)).toHaveLength(1)
  })

  test('is never kept by a cache on the way', async () => {
    await start()
    const response = await app.dirgraph.fetch(new Request('http://dirgraph.test/ready'))
    expect(response.headers.get('cache-control')).toBe('no-store')
  })
})

describe('/ready, where replicas share a Redis that can not be reached', () => {
  const redis = { ready: false, reason: 'unreachable', message: expect.any(String) }
  const redisUrl = 'redis://:hunter2@127.0.0.1:1'

  async function startWithout(settings: TestAppSettings = {}): Promise<void> {
    await start({ ...settings, dirgraph: { redisUrl } })
    await expect.poll(async () => (await get('/ready')).report.redis?.reason).toBe('unreachable')
  }

  test('is degraded, and still 200, with an entry that says why and shows no password', async () => {
    await startWithout()
    const { status, report } = await get('/ready')
    expect(status).toBe(200)
    expect(report).toEqual({ status: 'degraded', providers: [ready('WORKOS'), ready('SCALEKIT')], redis })
    expect(JSON.stringify(report)).not.toContain('hunter2')
  })

  test('is 503 as ever where no provider can be used', async () => {
    await startWithout({ refused: ['workos', 'scalekit'] })
    expect(await get('/ready')).toMatchObject({ status: 503, report: { status: 'unavailable', redis } })
  })
})

describe('/health', () => {
  test('is 200 while the server lives, whatever the providers do, and asks them nothing', async () => {
    await start({ refused: ['workos', 'scalekit'] })
    const response = await app.dirgraph.fetch(new Request('http://dirgraph.test/health'))
    expect(response.status).toBe(200)
    expect(app.sandbox.calls).toEqual([])
  })
})

interface Report {
  readonly status: string
  readonly providers: readonly { readonly provider: string; readonly ready: boolean }[]
  readonly redis?: { readonly ready: boolean; readonly reason?: string }
}

async function start(settings: TestAppSettings = {}): Promise<void> {
  app = await startApp(settings)
}

async function get(path: string): Promise<{ status: number; report: Report }> {
  const response = await app.dirgraph.fetch(new Request(`http://dirgraph.test${path}`))
  return { status: response.status, report: (await response.json()) as Report }
}

function breakBoth(): void {
  for (const provider of ['workos', 'scalekit'] as const) {
    app.sandbox.inject({ provider, path: /organizations/, kind: 'html' })
  }
}

function callsMade(only?: string): string[] {
  return app.sandbox.calls
    .filter(({ provider }) => only === undefined || provider === only)
    .map(({ provider, method, path }) => `${provider} ${method} ${path}`)
    .sort()
}
