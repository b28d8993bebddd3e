import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { whyNoBrowser } from '../support/chromium.ts'
import { isLeftOut } from '../support/left-out.ts'
import { IN_BROWSER, startConsole, useChromium } from './start-console.ts'

const WHAT = 'The console as it is served, in Chromium'
const MAX_FIRST_LOAD_BYTES = 250 * 1_024

describe.skipIf(isLeftOut(WHAT, whyNoBrowser()))(WHAT, IN_BROWSER, () => {
  const open = useChromium()

  test('is small, comes from this server alone, and works where only known documents are taken', async () => {
    const { origin } = await startConsole({
      dirgraph: { persistedDocuments: { documents: {}, mode: 'only' } },
    })
    const page = await open('about:blank')
    const sent: { origin: string; body: string | null }[] = []
    page.on('request', request =>
      sent.push({ origin: new URL(request.url()).origin, body: request.postData() }),
    )
    await page.goto(`${origin}/console`)
    await page.getByRole('row').filter({ hasText: 'Nimbus Freight' }).waitFor()
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor()
    expect(await bytesLoaded(page)).toBeLessThan(MAX_FIRST_LOAD_BYTES)

    await page.getByRole('row').filter({ hasText: 'Nimbus Freight' }).click()
    await page.getByRole('button', { name: 'Create a portal link' }).click()
    await page.getByRole('button', { name: 'Copy the portal link' }).waitFor()
    expect(new Set(sent.map(request => request.origin))).toEqual(new Set([origin]))
    const bodies = sent.flatMap(({ body }) => (body === null ? [] : [JSON.parse(body)]))
    expect(bodies.length).toBeGreaterThan(3)
    expect(bodies.filter(body => 'query' in body || typeof body.documentId !== 'string')).toEqual([])
    const free = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
    })
    expect(free.status).toBe(403)
  })

  test('runs no script but its own, and asks nobody else', async () => {
    const { origin } = await startConsole()
    const page = await open(`${origin}/console`, { expected: /Content Security Policy/ })
    await page.getByRole('row').first().waitFor()
    const ran = await page.evaluate(async () => {
      const script = document.createElement('script')
      script.textContent = 'window.injected = true'
      document.body.append(script)
      const image = document.createElement('div')
      image.innerHTML = '<img src="data:," onerror="window.injected = true">'
      document.body.append(image)
      const style = document.createElement('style')
      style.textContent = 'body { display: none }'
      document.head.append(style)
      await new Promise(resolve => setTimeout(resolve, 200))
      const evaluated = await Promise.resolve()
        .then(() => new Function('return 1')())
        .catch((error: Error) => error.name)
      const asked = await fetch('http://127.0.0.1:9/').catch((error: Error) => error.name)
      return {
        isInjected: 'injected' in window,
        evaluated,
        asked,
        display: getComputedStyle(document.body).display,
      }
    })
    expect(ran).toEqual({ isInjected: false, evaluated: 'EvalError', asked: 'TypeError', display: 'block' })
  })

  test('opens at any place of its own, and says of others that they are none', async () => {
    const { origin } = await startConsole()
    const page = await open(`${origin}/console/no/such/place`)
    await page.getByRole('heading', { level: 1, name: 'There is no such page' }).waitFor()
    await page.getByRole('link', { name: 'To all organizations' }).click()
    await page.getByRole('row').filter({ hasText: 'Nimbus Freight' }).click()
    await page.getByRole('heading', { level: 1, name: 'Nimbus Freight' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Nimbus Freight' }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: 'Organizations' }).waitFor()
  })
})

/** What came over the network for the page itself, compressed as it was. */
function bytesLoaded(page: Page): Promise<number> {
  return page.evaluate(() => {
    const entries = [
      ...performance.getEntriesByType('navigation'),
      ...performance.getEntriesByType('resource'),
    ]
    return (entries as PerformanceResourceTiming[])
      .filter(({ name }) => new URL(name).pathname.startsWith('/console'))
      .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)
  })
}
