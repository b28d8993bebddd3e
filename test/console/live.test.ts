import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { whyNoBrowser } from '../support/chromium.ts'
import { isLeftOut } from '../support/left-out.ts'
import { directoryId } from '../support/seeded-ids.ts'
import { expectAccessible, IN_BROWSER, startConsole, useChromium } from './start-console.ts'

const WHAT = 'Changes and costs in the console, in Chromium'
/** What the browser says itself of a server that is gone. */
const GONE = /net::ERR_|Failed to load resource/

describe.skipIf(isLeftOut(WHAT, whyNoBrowser()))(WHAT, IN_BROWSER, () => {
  const open = useChromium()

  test('mark the row that a change touched, and show the directory as it is now', async () => {
    const { origin, sandbox } = await startConsole()
    const page = await open(`${origin}/console`)
    await live(page)
    await page.getByText('Scalekit', { exact: true }).first().click()
    const { id, name } = activeDirectory(sandbox)
    const chip = chipOf(page, name)
    await chip.getByText('Active').waitFor()
    sandbox.change('user-retitled', id)
    const touched = page.locator('.row.touched').filter({ hasText: 'Farrow & Lindqvist' })
    await touched.getByText('changed', { exact: true }).waitFor()
    await expectAccessible(page)
    sandbox.change('directory-disabled', id)
    await chip.getByText('Paused').waitFor()
  })

  test('say that the connection is lost, heal by themselves, and bring what happened meanwhile', async () => {
    const { origin, sandbox, halt, resume, cut } = await startConsole()
    const page = await open(`${origin}/console`, { expected: GONE })
    await live(page)
    await page.getByText('Scalekit', { exact: true }).first().click()
    const { id, name } = activeDirectory(sandbox)
    await chipOf(page, name).getByText('Active').waitFor()
    await halt()
    await page.getByText('Not live: reconnecting …').waitFor()
    await rowOf(page, 'Farrow & Lindqvist').waitFor()
    await expectAccessible(page)
    const renamed = sandbox.data.scalekit.organizations.find(({ id }) => id === organizationOf(sandbox))
    if (renamed) renamed.display_name = 'Farrow, Lindqvist & Daughters'
    await resume()
    await live(page)
    await rowOf(page, 'Farrow, Lindqvist & Daughters').waitFor()

    const back = page.waitForRequest(isOfStream)
    await cut()
    await back
    await live(page)
    sandbox.change('directory-disabled', id)
    await chipOf(page, name).getByText('Paused').waitFor()
  })

  test('take a connection in which nothing is heard for lost', async () => {
    const { origin } = await startConsole()
    const page = await open('about:blank')
    await page.clock.install()
    await page.goto(`${origin}/console`)
    await live(page)
    const back = page.waitForRequest(isOfStream)
    await page.clock.fastForward(31_000)
    await back
    await live(page)
  })

  test('come back ever less often to a server that takes the connection and ends it', async () => {
    const { origin } = await startConsole()
    const page = await open('about:blank')
    await page.clock.install()
    let streams = 0
    await page.route('**/graphql', route => {
      if (!isOfStream(route.request())) return route.continue()
      streams += 1
      const body = 'event: complete\ndata:\n\n'
      return route.fulfill({ status: 200, headers: { 'content-type': 'text/event-stream' }, body })
    })
    await page.goto(`${origin}/console`)
    for (let seconds = 0; seconds < 30; seconds += 1) {
      await page.clock.runFor(1_000)
      await page.evaluate(() => fetch('/console/icon.svg'))
    }
    expect(streams).toBeGreaterThan(3)
    expect(streams).toBeLessThan(12)
  })

  test('show what a screen has cost, and what is left', async () => {
    const { origin, sandbox } = await startConsole({
      // It counts what comes from the cache, and each change ends the use of some of that.
      isCalm: true,
      dirgraph: { cacheTtlSeconds: 30 },
    })
    const page = await open(`${origin}/console`)
    await rowOf(page, 'Pinwheel Studio').waitFor()
    const button = page.getByRole('button', { name: /calls?\b/ })
    await expect.poll(() => button.textContent()).toMatch(/^[1-9]\d* calls? · \d+ from the cache$/)
    await button.click()
    const panel = page.getByRole('dialog', { name: 'What this screen cost' })
    await panel.getByText(/^Scalekit: [\d,]+ calls/).waitFor()
    await panel.getByText(/^WorkOS: [\d,]+ calls/).waitFor()
    await expectAccessible(page)
    await live(page)
    const operations = async () =>
      Number(await panel.locator('dt:text-is("Operations and changes") + dd').textContent())
    const before = await operations()
    sandbox.change('user-retitled', activeDirectory(sandbox).id)
    await expect.poll(operations).toBeGreaterThan(before)
    await page.keyboard.press('Escape')
    // Each tab is a screen of its own; what is left is left on all of them.
    await page.goto(
      `${origin}/console/directories/${directoryId(sandbox, activeDirectory(sandbox).id)}?tab=groups`,
    )
    await page.getByRole('grid', { name: 'Groups' }).getByRole('row').nth(1).waitFor()
    await page.getByRole('tab', { name: 'Users' }).click()
    await page.getByRole('grid', { name: 'People' }).getByRole('row').nth(1).waitFor()
    await page.getByRole('tab', { name: 'Groups' }).click()
    await button.click()
    expect(await operations()).toBeLessThan(2)
    await panel.getByText(/^Scalekit: [\d,]+ calls/).waitFor()
    await page.goto(`${origin}/console`)
    await page.reload()
    await rowOf(page, 'Pinwheel Studio').waitFor()
    await expect.poll(() => button.textContent()).toMatch(/^0 calls · [1-9]\d* from the cache$/)
  })
})

function rowOf(page: Page, name: string) {
  return page.getByRole('row').filter({ hasText: name })
}

function chipOf(page: Page, directory: string) {
  return page.locator('.chip').filter({ hasText: directory })
}

function live(page: Page): Promise<void> {
  return page.getByRole('status').getByText('Live', { exact: true }).waitFor()
}

function isOfStream(request: { headers(): Record<string, string> }): boolean {
  return request.headers().accept === 'text/event-stream'
}

function organizationOf({ data }: Sandbox): string {
  const found = data.scalekit.organizations.find(({ display_name }) => display_name.startsWith('Farrow'))
  if (found === undefined) throw new Error('the sandbox has no such organization')
  return found.id
}

function activeDirectory(sandbox: Sandbox): { readonly id: string; readonly name: string } {
  const id = organizationOf(sandbox)
  const found = sandbox.data.scalekit.directories.find(one => one.organization_id === id && one.enabled)
  if (found === undefined) throw new Error('the organization has no active directory')
  return found
}
