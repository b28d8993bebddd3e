import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { whyNoBrowser } from '../support/chromium.ts'
import { isLeftOut } from '../support/left-out.ts'
import { directoryId, organizationId, userId } from '../support/seeded-ids.ts'
import { expectAccessible, IN_BROWSER, startConsole, useChromium } from './start-console.ts'

const WHAT = 'Where one is in the console, in Chromium'
const ADMIN_TOKEN = 'admin_0123456789abcdef0123456789abcdef'

describe.skipIf(isLeftOut(WHAT, whyNoBrowser()))(WHAT, IN_BROWSER, () => {
  const open = useChromium()

  test('is the heading of each screen that one goes to, by focus and by the window’s title', async () => {
    const { origin } = await startConsole()
    const page = await open(`${origin}/console`)
    await page.getByRole('row').filter({ hasText: 'Nimbus Freight' }).waitFor()
    expect(await focused(page)).toBe('BODY: ')
    expect(await page.title()).toBe('Organizations · dirgraph')
    await page.getByRole('row').filter({ hasText: 'Nimbus Freight' }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toBe('H1: Nimbus Freight')
    expect(await page.title()).toBe('Nimbus Freight · dirgraph')
    // What stands in the bar does not keep it.
    await page.getByRole('link', { name: 'dirgraph' }).press('Enter')
    await expect.poll(() => focused(page)).toBe('H1: Organizations')
    await page.goBack()
    await expect.poll(() => focused(page)).toBe('H1: Nimbus Freight')

    await page.goto(`${origin}/console/no/such/place`)
    await page.getByRole('heading', { level: 1, name: 'There is no such page' }).waitFor()
    expect(await page.title()).toBe('There is no such page · dirgraph')
    await expectAccessible(page)
    await page.getByRole('link', { name: 'To all organizations' }).press('Enter')
    await expect.poll(() => focused(page)).toBe('H1: Organizations')
  })

  test('is said while it is on its way, and the focus goes on where a button goes away', async () => {
    const { origin, sandbox } = await startConsole()
    const settle = sandbox.inject({
      provider: 'scalekit',
      path: /organizations/,
      kind: 'delay',
      delayMs: 1_000,
    })
    const page = await open(`${origin}/console/organizations/${farrow(sandbox)}`)
    await page.getByRole('status').filter({ hasText: 'Loading the screen …' }).waitFor()
    settle()
    await page.getByRole('heading', { level: 1, name: 'Farrow & Lindqvist' }).waitFor()
    expect(await page.getByRole('status').filter({ hasText: 'Loading' }).count()).toBe(0)

    const off = sandbox.inject({ provider: 'scalekit', path: /directories/, kind: 'reset' })
    await page.reload()
    const again = page.getByRole('button', { name: 'Try again' })
    await again.waitFor()
    off()
    await again.press('Enter')
    await page.getByRole('grid', { name: 'Directories' }).getByRole('row').first().waitFor()
    await expect.poll(() => focused(page)).toBe('H2: Directories')
  })

  test('stays on the button that tries for people again until they are there', async () => {
    const { origin, sandbox } = await startConsole()
    const path = /directory_users/
    const heal = sandbox.inject({ provider: 'workos', path, kind: 'status', status: 400 })
    const id = directoryId(sandbox, sandbox.data.known.workosMediumDirectoryId)
    const page = await open(`${origin}/console/directories/${id}`)
    const failed = page.getByRole('alert').filter({ hasText: 'No people could be read' })
    await failed.waitFor()
    heal()
    const settle = sandbox.inject({ provider: 'workos', path, kind: 'delay', delayMs: 500 })
    const asked = page.waitForRequest(request => (request.postData() ?? '').includes('usersTabQuery'))
    await failed.getByRole('button', { name: 'Try again' }).press('Enter')
    await asked
    await page.evaluate(
      () => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    )
    expect(await focused(page)).toBe('BUTTON: Try again')
    settle()
    await page.getByRole('grid', { name: 'People' }).getByRole('row').nth(1).waitFor()
    await expect.poll(() => focused(page)).toBe('H1: Kestrel Entra ID')
  })

  test('is the heading again when something closes that its address had opened', async () => {
    const { origin, sandbox } = await startConsole()
    const { known, scalekit } = sandbox.data
    const id = known.scalekitMediumDirectoryId
    const somebody = scalekit.rosters.get(id)?.users[0]?.id ?? ''
    const path = `/console/directories/${directoryId(sandbox, id)}?tab=mappings&user=${userId(sandbox, somebody)}`
    const page = await open(`${origin}${path}`)
    const panel = page.getByRole('dialog', { name: 'Person' })
    await panel.getByRole('heading', { name: 'Groups' }).waitFor()
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    await expect.poll(() => focused(page)).toBe('H1: Farrow Entra ID')
  })

  test('takes a new token within an open dialog as well, and is where it was before', async () => {
    const { origin, sandbox } = await startConsole({ dirgraph: { adminToken: ADMIN_TOKEN } })
    const page = await open(`${origin}/console/organizations/${farrow(sandbox)}`, {
      expected: /status of 401/,
    })
    await page.getByRole('textbox', { name: 'Token' }).fill(ADMIN_TOKEN)
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toBe('H1: Farrow & Lindqvist')
    await page.getByRole('button', { name: 'Create directory' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Create a directory' })
    await page.route('**/graphql', route =>
      route.continue({ headers: { ...route.request().headers(), authorization: 'Bearer ended' } }),
    )
    await dialog.getByRole('button', { name: 'Create', exact: true }).press('Enter')
    const notice = dialog.getByRole('region', { name: 'Your token has ended' })
    await notice.waitFor()
    await page.getByRole('status').filter({ hasText: 'Paste a new one to go on.' }).waitFor()
    await expectAccessible(page)
    await page.unroute('**/graphql')
    expect(await focused(page)).toBe('BUTTON: Create')

    await page.keyboard.press('Tab')
    await page.keyboard.type(ADMIN_TOKEN)
    await page.keyboard.press('Enter')
    await notice.waitFor({ state: 'detached' })
    expect(await focused(page)).toBe('BUTTON: Create')
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    await expect.poll(() => focused(page)).toBe('BUTTON: Create directory')
  })
})

/** What has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement
    return `${element?.tagName}: ${element === document.body ? '' : element?.textContent}`
  })
}

function farrow({ data }: Awaited<ReturnType<typeof startConsole>>['sandbox']): string {
  const found = data.scalekit.organizations.find(({ display_name }) => display_name === 'Farrow & Lindqvist')
  return organizationId('scalekit', found?.id ?? '')
}
