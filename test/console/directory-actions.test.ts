import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { whyNoBrowser } from '../support/chromium.ts'
import { isLeftOut } from '../support/left-out.ts'
import { directoryId } from '../support/seeded-ids.ts'
import { globalId } from '../support/start-app.ts'
import { ask } from './ask-console.ts'
import {
  expectAccessible,
  IN_BROWSER,
  type ServedConsole,
  startConsole,
  useChromium,
} from './start-console.ts'

const WHAT = 'What can be done to a directory in Chromium'
const FORBIDDEN = { provider: 'scalekit', kind: 'status', status: 403 } as const

describe.skipIf(isLeftOut(WHAT, whyNoBrowser()))(WHAT, IN_BROWSER, () => {
  const open = useChromium()

  function addressOf({ sandbox, origin }: ServedConsole, upstreamId: string, search = ''): string {
    return `${origin}/console/directories/${encodeURIComponent(directoryId(sandbox, upstreamId))}${search}`
  }

  /** In the tab that has the least to read. */
  async function openFarrow(tab = 'mappings'): Promise<{ served: ServedConsole; page: Page }> {
    const served = await startConsole()
    const { scalekitMediumDirectoryId } = served.sandbox.data.known
    const page = await open(addressOf(served, scalekitMediumDirectoryId, `?tab=${tab}`))
    await page.getByRole('heading', { level: 1, name: 'Farrow Entra ID' }).waitFor()
    return { served, page }
  }

  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
  const isSwitchedOn = (page: Page) => page.locator('dt:text-is("Switched on") + dd')
  const record = ({ sandbox }: ServedConsole) =>
    sandbox.data.scalekit.directories.find(({ id }) => id === sandbox.data.known.scalekitMediumDirectoryId)

  test('pauses it before the provider has answered, and resumes it', async () => {
    const { served, page } = await openFarrow()
    const settle = served.sandbox.inject({
      provider: 'scalekit',
      path: /:disable/,
      kind: 'delay',
      delayMs: 1_500,
    })
    await button(page, 'Pause').press('Enter')
    await isSwitchedOn(page).getByText('No').waitFor()
    expect(record(served)?.enabled).toBe(true)
    settle()
    await page.getByText('It is paused.', { exact: true }).waitFor()
    expect(record(served)?.enabled).toBe(false)
    await expectAccessible(page)
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Resume')
    await page.keyboard.press('Enter')
    await page.getByText('It is on again.').waitFor()
    expect(record(served)?.enabled).toBe(true)
  })

  test('takes back what the provider refuses, and says why', async () => {
    const { served, page } = await openFarrow()
    await page.evaluate(() => {
      const seen: string[] = []
      const note = () => {
        const terms = [...document.querySelectorAll('dt')]
        const now =
          terms.find(({ textContent }) => textContent === 'Switched on')?.nextSibling?.textContent ?? ''
        if (seen.at(-1) !== now) seen.push(now)
      }
      note()
      new MutationObserver(note).observe(document.body, {
        subtree: true,
        childList: true,
        characterData: true,
      })
      Object.assign(window, { switched: seen })
    })
    served.sandbox.inject({ ...FORBIDDEN, path: /:disable/ })
    await button(page, 'Pause').click()
    await page.getByRole('alert').getByText('You may not do this').waitFor()
    expect(await page.evaluate('switched')).toEqual(['Yes', 'No', 'Yes'])
    await button(page, 'Pause').waitFor()
  })

  test('asks for a sync, and says when to try again where there is a limit', async () => {
    const { served, page } = await openFarrow()
    await button(page, 'Sync now').click()
    await page.getByText('The provider has begun to sync').waitFor()
    served.sandbox.inject({
      provider: 'scalekit',
      path: /:sync/,
      kind: 'status',
      status: 429,
      headers: { 'retry-after': '77' },
    })
    await button(page, 'Sync now').click()
    const alert = page.getByRole('alert')
    await alert.getByText('The provider’s limit is reached').waitFor()
    expect(await alert.textContent()).toMatch(/Try again in 7\d s\./)
    await expectAccessible(page)
  })

  test('of WorkOS offers only what WorkOS can', async () => {
    const served = await startConsole()
    const page = await open(
      addressOf(served, served.sandbox.data.known.workosInvalidCredentialsDirectoryId, '?tab=secrets'),
    )
    await page.getByText('The identity provider refuses the credentials').waitFor()
    await page.getByRole('link', { name: 'Make a portal link' }).waitFor()
    await page.getByText('WorkOS hands out secrets in its portal only').waitFor()
    expect(await page.getByRole('region', { name: 'Actions' }).getByRole('button').allTextContents()).toEqual(
      ['Delete …'],
    )
    await expectAccessible(page)
  })

  test('shows a new secret once, and keeps it nowhere', async () => {
    const { page } = await openFarrow('secrets')
    await button(page, 'Create a secret').press('Enter')
    const first = page.getByRole('dialog', { name: 'Create a secret' })
    await first.getByRole('button', { name: 'Create', exact: true }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Here is the secret' })
    const plain = (await dialog.locator('code').textContent()) ?? ''
    expect(plain.length).toBeGreaterThan(10)
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await dialog.getByRole('button', { name: 'Copy secret' }).click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(plain)
    await dialog.getByRole('button', { name: 'I have stored it' }).click()
    await page.getByText(`…${plain.slice(-4)}`).waitFor()
    expect(await page.content()).not.toContain(plain)
    const focused = () => page.evaluate(() => document.activeElement?.textContent)
    await expect.poll(focused).toBe('Create a secret')
    // Nor in what Relay holds, which is reached from React's own fibres.
    expect(await page.evaluate(isHeld, plain)).toBe(false)
    expect(await page.evaluate(isHeld, `…${plain.slice(-4)}`.slice(1))).toBe(true)
  })

  test('says why there is no new secret', async () => {
    const { served, page } = await openFarrow('secrets')
    served.sandbox.inject({ ...FORBIDDEN, path: /secrets/ })
    await button(page, 'Create a secret').click()
    const dialog = page.getByRole('dialog', { name: 'Create a secret' })
    await dialog.getByRole('button', { name: 'Create', exact: true }).click()
    await dialog.getByRole('alert').getByText('You may not do this').waitFor()
    await expectAccessible(page)
  })

  test('deletes it once its name is typed: refused while it is on, then paused first', async () => {
    const { served, page } = await openFarrow()
    await button(page, 'Delete …').press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Delete Farrow Entra ID' })
    await dialog.getByText('95 people').waitFor()
    await dialog.getByText('11 groups').waitFor()
    const last = dialog.getByRole('button', { name: 'Delete for ever' })
    await dialog.getByRole('textbox').fill('Farrow Entra')
    expect(await last.isDisabled()).toBe(true)
    await dialog.getByRole('textbox').fill('Farrow Entra ID')
    await page.keyboard.press('Enter')
    await dialog.getByRole('alert').getByText('The directory is still switched on').waitFor()
    await expectAccessible(page)
    await dialog.getByText('Pause it first').click()
    await last.click()
    await page.waitForURL(/\/organizations\//)
    await page.getByRole('heading', { level: 1, name: 'Farrow & Lindqvist' }).waitFor()
    expect(record(served)).toBeUndefined()
    await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('H1')
  })

  test('takes a name for typed without the white space that nobody sees', async () => {
    const served = await startConsole()
    const { scalekitMediumDirectoryId } = served.sandbox.data.known
    const directory = record(served)
    if (directory) Object.assign(directory, { name: '  Farrow  Entra ID ', enabled: false })
    const page = await open(addressOf(served, scalekitMediumDirectoryId, '?tab=mappings'))
    await button(page, 'Delete …').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').fill('Farrow Entra ID')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/organizations\//)
    expect(record(served)).toBeUndefined()
  })

  test('shows that it is being deleted until it is gone, then goes to the organization', async () => {
    const served = await startConsole({ dirgraph: { webhooks: null } })
    const { workosMediumDirectoryId } = served.sandbox.data.known
    const page = await open(addressOf(served, workosMediumDirectoryId, '?tab=mappings'))
    await button(page, 'Delete …').click()
    const dialog = page.getByRole('dialog', { name: 'Delete Kestrel Entra ID' })
    expect(await dialog.getByText('Pause it first').count()).toBe(0)
    await dialog.getByRole('textbox').fill('Kestrel Entra ID')
    await page.keyboard.press('Enter')
    await page.getByRole('status').filter({ hasText: 'Being deleted.' }).waitFor()
    await page.getByText('Being deleted', { exact: true }).waitFor()
    await expectAccessible(page)
    await page.waitForURL(/\/organizations\//)
    await page.getByRole('heading', { level: 1, name: 'Kestrel & Finch LLP' }).waitFor()
  })

  test('says that somebody else has deleted it', async () => {
    const served = await startConsole()
    const { workosSmallDirectoryId } = served.sandbox.data.known
    const page = await open(addressOf(served, workosSmallDirectoryId, '?tab=mappings'))
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByRole('heading', { name: 'Roles' }).waitFor()
    const input = { directoryId: directoryId(served.sandbox, workosSmallDirectoryId) }
    const mutation =
      'mutation Delete($input: DeleteDirectoryInput!) { deleteDirectory(input: $input) { __typename } }'
    await ask(served.origin, mutation, { input })
    await page.getByText('It has just been deleted.').waitFor()
    await expectAccessible(page)
  })

  test('that is not there, or is no directory, says so and leads back', async () => {
    const { origin } = await startConsole()
    const nowhere = globalId('Directory', 'scalekit', 'org_1', 'dir_1')
    const page = await open(`${origin}/console/directories/${nowhere}`)
    await page.getByText('There is no such directory:').waitFor()
    await expectAccessible(page)
    await page.getByRole('link', { name: 'To all organizations' }).click()
    await page.getByRole('heading', { level: 1, name: 'Organizations' }).waitFor()
    await page.goto(`${origin}/console/directories/misspelt`)
    await page.getByText('is not an id of this API').waitFor()
  })
})

/** Whether React, or what it refers to, holds a text anywhere: Relay's store is within its reach. */
function isHeld(text: string): boolean {
  const root = document.getElementById('root') as object
  const seen = new Set<object>([window])
  const left: object[] = Object.entries(root).flatMap(([name, value]) =>
    name.startsWith('__react') ? [value as object] : [],
  )
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    if (seen.has(one) || one instanceof Node) continue
    seen.add(one)
    const held: unknown[] =
      one instanceof Map ? [...one].flat() : one instanceof Set ? [...one] : Object.values(one)
    for (const value of held) {
      if (value === text) return true
      if (typeof value === 'object' && value !== null) left.push(value)
    }
  }
  return false
}
