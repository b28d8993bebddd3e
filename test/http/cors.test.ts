import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium, whyNoBrowser } from '../support/chromium.ts'
import { isLeftOut } from '../support/left-out.ts'
import { type ServedApp, serveApp } from '../support/serve-app.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { post, send } from './send.ts'

const ALLOWED = 'https://app.example.com'
const OTHERS = [
  'https://evil.example',
  'null',
  'http://app.example.com',
  'https://app.example.com:8443',
  'https://app.example.com.evil.example',
  'https://evil.app.example.com',
  'https://APP.example.com',
  'https://app.example.com/',
  `${ALLOWED}, https://evil.example`,
]

describe('the answer to a page', () => {
  let app: TestApp
  afterEach(() => app.stop())

  const preflight = (origin: string) =>
    send(app.dirgraph, '/graphql', {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type',
      },
    })

  const corsHeaders = (headers: Headers) =>
    [...headers.keys()].filter(name => name.startsWith('access-control-'))

  test.each([ALLOWED, ...OTHERS])('says nothing to %s while no origin is named', async origin => {
    app = await startApp()
    for (const { headers } of [
      await preflight(origin),
      await post(app.dirgraph, { query: '{ __typename }' }, { origin }),
    ]) {
      expect(corsHeaders(headers)).toEqual([])
    }
  })

  test.each(OTHERS)('says nothing to %s while another origin is named', async origin => {
    app = await startApp({ dirgraph: { allowedOrigins: [ALLOWED, 'https://admin.example.com'] } })
    for (const { headers } of [
      await preflight(origin),
      await post(app.dirgraph, { query: '{ __typename }' }, { origin }),
    ]) {
      expect(corsHeaders(headers)).toEqual([])
      expect(headers.get('vary')).toMatch(/origin/i)
    }
  })

  test('lets the named origin send a token, and read the answer, without cookies', async () => {
    app = await startApp({
      dirgraph: { allowedOrigins: ['https://admin.example.com', ALLOWED], adminToken: 'secret' },
    })
    const asked = await preflight(ALLOWED)
    expect(asked.status).toBe(204)
    expect(asked.headers.get('access-control-allow-origin')).toBe(ALLOWED)
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization')
    expect(asked.headers.get('access-control-allow-methods')).toMatch(/^GET, ?POST$/)
    expect(asked.headers.get('access-control-allow-credentials')).not.toBe('true')
    const headers = { origin: ALLOWED, authorization: 'Bearer secret' }
    const answered = await post(app.dirgraph, { query: '{ __typename }' }, headers)
    expect(answered.json).toEqual({ data: { __typename: 'Query' } })
    expect(answered.headers.get('access-control-allow-origin')).toBe(ALLOWED)
    expect(answered.headers.get('vary')).toMatch(/origin/i)
    // A page can tell a refused token from a server that is away.
    const refused = await post(app.dirgraph, { query: '{ __typename }' }, { origin: ALLOWED })
    expect(refused.status).toBe(401)
    expect(refused.headers.get('access-control-allow-origin')).toBe(ALLOWED)
  })
})

const WHAT = 'CORS in Chromium'

describe.skipIf(isLeftOut(WHAT, whyNoBrowser()))(WHAT, () => {
  let app: ServedApp
  let context: BrowserContext
  let closeBrowser: (() => Promise<void>) | undefined
  const sites: Awaited<ReturnType<typeof startSite>>[] = []

  beforeAll(async () => {
    sites.push(await startSite(), await startSite())
    app = await serveApp({ dirgraph: { allowedOrigins: [originOf(0)], adminToken: 'secret' } })
    const browser = await launchChromium()
    context = browser.context
    closeBrowser = browser.close
  }, 60_000)
  afterAll(async () => {
    await closeBrowser?.()
    await app?.stop()
    for (const site of sites) await site.stop()
  })

  const originOf = (index: number) => sites[index]?.origin ?? ''

  /** What a script on a page gets for an operation with a token: the answer, or the browser's refusal. */
  async function askFrom(address: string, init: typeof OPERATION): Promise<string> {
    const page = await context.newPage()
    await page.goto(address)
    const answer = await page.evaluate(
      ({ url, init }) =>
        fetch(url, init)
          .then(response => response.text())
          .catch(error => `refused: ${error.name}`),
      { url: app.url, init },
    )
    await page.close()
    return answer
  }

  const OPERATION = {
    method: 'POST',
    headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
    body: '{"query":"{ organizations(first: 1) { nodes { name } } }"}',
  }

  test('a page of the named origin sends its token and reads the answer', async () => {
    const answer = await askFrom(originOf(0), OPERATION)
    expect(JSON.parse(answer)).toEqual({ data: { organizations: { nodes: [{ name: 'Nimbus Freight' }] } } })
  })

  test('a page of another origin gets no answer, and nothing is asked upstream for it', async () => {
    app.sandbox.clearCalls()
    expect(await askFrom(originOf(1), OPERATION)).toBe('refused: TypeError')
    expect(app.sandbox.calls).toEqual([])
  })

  test('nor does a page without an origin of its own', async () => {
    app.sandbox.clearCalls()
    expect(await askFrom('data:text/html,<p>page</p>', OPERATION)).toBe('refused: TypeError')
    expect(app.sandbox.calls).toEqual([])
  })

  test('what a page may send unasked is refused: text, forms and plain GETs do nothing', async () => {
    app.sandbox.clearCalls()
    const page = await context.newPage()
    await page.goto(originOf(1))
    const statuses: number[] = []
    page.on('response', response => statuses.push(response.status()))
    await page.evaluate(async url => {
      const body = '{"query":"{ organizations { totalCount } }"}'
      const text = { 'content-type': 'text/plain' }
      await fetch(url, { method: 'POST', mode: 'no-cors', headers: text, body })
      await fetch(url, {
        method: 'POST',
        mode: 'no-cors',
        body: new URLSearchParams({ query: '{ providers { provider } }' }),
      })
      await fetch(`${url}?query={organizations{totalCount}}`, { mode: 'no-cors' })
    }, app.url)
    await page.close()
    expect(statuses).toEqual([415, 415, 403])
    expect(app.sandbox.calls).toEqual([])
  })
})

/** A web site of its own, with one empty page. */
async function startSite() {
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end('<p>site</p>'),
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise(resolve => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  }
}
