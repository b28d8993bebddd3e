import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/start-app.ts'

let app: TestApp
let bare: TestApp
beforeAll(async () => {
  app = await startApp({ graphiql: true })
  bare = await startApp()
})
afterAll(async () => {
  await app.stop()
  await bare.stop()
})

describe('GraphiQL', () => {
  test('is what a browser gets at /graphql', async () => {
    const response = await open(app)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/html')
    const page = await response.text()
    expect(page).toContain('<title>dirgraph</title>')
    expect(page).toContain('query Organizations')
  })

  test('brings everything along: the page fetches nothing from anywhere else', async () => {
    const page = await (await open(app)).text()
    const scripts = [...page.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)]
    expect(Math.max(...scripts.map(([, script = '']) => script.length))).toBeGreaterThan(1_000_000)
    const markup = page.replaceAll(/(<script[^>]*>)[\s\S]*?(?=<\/script>)/g, '$1')
    expect(markup).toContain('<script')
    const fetched = [...markup.matchAll(/(?:src|href|action|data)\s*=\s*["']?([^"'\s>]+)/gi)].map(
      ([, url]) => url,
    )
    expect(fetched.filter(url => !/^(data:|#)/.test(url ?? ''))).toEqual([])
    expect(markup).not.toMatch(/@import|url\(\s*["']?(?!data:)(https?:)?\/\//i)
    expect(page).not.toMatch(/(?:\bimport|importScripts|Worker)\s*\(\s*["'`](?:https?:)?\/\//)
    expect(page).not.toMatch(
      /unpkg\.com|jsdelivr\.net|esm\.sh|esm\.run|cdnjs\.cloudflare\.com|fonts\.googleapis/,
    )
  })

  test('has a policy by which the script that it brings may run, and no other', async () => {
    for (const encoding of ['identity', 'gzip']) {
      const response = await open(app, { 'accept-encoding': encoding })
      const policy = response.headers.get('content-security-policy') ?? ''
      const page = await (await open(app)).text()
      const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script = '']) => script)
      const hashes = scripts.map(script => `'sha256-${createHash('sha256').update(script).digest('base64')}'`)
      expect(hashes).toHaveLength(1)
      expect(policy).toContain(`script-src ${hashes[0]};`)
      expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|\*|https?:/)
      await response.body?.cancel()
    }
  })

  test('is the same page for all: nothing of a request gets into it', async () => {
    const headers = { accept: 'text/html' }
    const url = 'http://dirgraph.test/graphql?query=%3C/script%3E%3Cscript%3Ealert(1)%3C/script%3E'
    const response = await app.dirgraph.fetch(new Request(url, { headers }))
    expect(await response.text()).toBe(await (await open(app)).text())
  })

  test('travels gzipped to a browser that takes it so', async () => {
    const plain = await (await open(app)).text()
    const response = await open(app, { 'accept-encoding': 'gzip, deflate, br' })
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(response.headers.get('vary')).toContain('accept-encoding')
    const bytes = new Uint8Array(await response.arrayBuffer())
    expect(bytes.length).toBeLessThan(plain.length / 2)
    const unzipped = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
    expect(await new Response(unzipped).text()).toBe(plain)
  })

  test('does not get in the way of clients: JSON is never gzipped, nor answered with the page', async () => {
    const request = new Request('http://dirgraph.test/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-encoding': 'gzip', accept: '*/*' },
      body: '{"query":"{ __typename }"}',
    })
    const response = await app.dirgraph.fetch(request)
    expect(response.headers.get('content-encoding')).toBeNull()
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } })
  })

  test('is not served where it is not switched on', async () => {
    const response = await open(bare)
    expect(response.headers.get('content-type')).toContain('application/json')
    expect(await response.text()).not.toContain('<script')
  })
})

function open({ dirgraph }: TestApp, headers: Record<string, string> = {}): Promise<Response> {
  const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
  return dirgraph.fetch(new Request('http://dirgraph.test/graphql', { headers: { accept, ...headers } }))
}
