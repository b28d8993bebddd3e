import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { whyNoBrowser } from '../support/chromium.ts'
import { isLeftOut } from '../support/left-out.ts'
import { organizationId } from '../support/seeded-ids.ts'
import { expectAccessible, IN_BROWSER, startConsole, useChromium } from './start-console.ts'

const WHAT = 'The console’s organization, in Chromium'

describe.skipIf(isLeftOut(WHAT, whyNoBrowser()))(WHAT, IN_BROWSER, () => {
  const open = useChromium()

  test('shows what is known of it, with ids to copy, and its directories, which lead to theirs', async () => {
    const { origin, sandbox } = await startConsole()
    const { id, path } = workosNamed(sandbox, 'Kestrel & Finch LLP')
    const page = await open(`${origin}${path}`)
    const about = page.getByRole('region', { name: 'About' })
    await about.getByText('kestrelfinch.example').waitFor()
    await about.getByText('Legacy verified').waitFor()
    await about.getByRole('button', { name: 'Copy the provider’s id' }).click()
    await about.getByRole('button', { name: 'Copied the provider’s id' }).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(id)
    await expectAccessible(page)
    await page.getByRole('row').filter({ hasText: 'Kestrel HR export' }).click()
    await page.waitForURL(/\/console\/directories\//)
  })

  test('explains for WorkOS that there is no switch, and makes a portal link instead', async () => {
    const { origin, sandbox } = await startConsole()
    const page = await open(`${origin}${workosNamed(sandbox, 'Nimbus Freight').path}`)
    await page.getByText('WorkOS has no switch for SCIM').waitFor()
    expect(await page.getByRole('switch').count()).toBe(0)
    expect(await page.getByRole('button', { name: 'Create directory' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Create a portal link' }).click()
    await page
      .getByRole('timer')
      .getByText(/It ends in about (5:00|4:5\d): WorkOS takes/)
      .waitFor()
    await page.getByRole('button', { name: 'Copy the portal link' }).waitFor()
  })

  test('shows the switch turned before Scalekit has answered, and turns it at Scalekit', async () => {
    const { origin, sandbox } = await startConsole()
    const { path, id } = scalekitNamed(sandbox, 'Farrow & Lindqvist')
    const page = await open(`${origin}${path}`)
    const toggle = page.getByRole('switch', { name: 'Sync directories by SCIM' })
    await toggle.and(page.locator(':checked')).waitFor()
    let answer = () => {}
    const held = new Promise<void>(resolve => {
      answer = resolve
    })
    await page.route('**/graphql', async route => {
      await held
      await route.continue()
    })
    await toggle.focus()
    await page.keyboard.press('Space')
    await toggle.and(page.locator(':not(:checked)')).waitFor()
    answer()
    await expect.poll(() => isOnAtScalekit(sandbox, id)).toBe(false)
    await page.getByText('dir_sync').locator('..').getByText('Off').waitFor()
    expect(await toggle.isChecked()).toBe(false)
  })

  test.each([
    ['limits requests', { status: 429, headers: { 'retry-after': '90' } }, 'try again in 90 s'],
    ['refuses this server', { status: 403 }, /Scalekit .*/],
    ['is down', { status: 500 }, /Scalekit .*/],
  ])('turns the switch back where Scalekit %s, and says why', async (_title, fault, words) => {
    const { origin, sandbox } = await startConsole()
    const page = await open(`${origin}${scalekitNamed(sandbox, 'Farrow & Lindqvist').path}`)
    const toggle = page.getByRole('switch')
    await toggle.and(page.locator(':checked')).waitFor()
    sandbox.inject({ provider: 'scalekit', kind: 'status', method: 'PATCH', ...fault })
    await page.getByText('Sync directories by SCIM').click()
    await page
      .getByRole('alert')
      .filter({ hasText: 'This was not done.' })
      .filter({ hasText: words })
      .waitFor()
    expect(await toggle.isChecked()).toBe(true)
    if (words === 'try again in 90 s') await expectAccessible(page)
  })

  test('counts down how long a portal link may be opened, and asks for a new one then', async () => {
    const { origin, sandbox } = await startConsole()
    const page = await open('about:blank')
    await page.clock.install()
    await page.goto(`${origin}${scalekitNamed(sandbox, 'Farrow & Lindqvist').path}`)
    await page.getByRole('button', { name: 'Create a portal link' }).click()
    await page
      .getByRole('timer')
      .getByText(/It ends in (1:00|0:5\d)\./)
      .waitFor()
    await expectAccessible(page)
    await page.clock.fastForward(31_000)
    await page
      .getByRole('timer')
      .getByText(/It ends in 0:2\d\./)
      .waitFor()
    await page.clock.fastForward(31_000)
    await page.getByText('The link has expired. Make a new one.').waitFor()
    expect(await page.getByRole('link', { name: 'Open it yourself' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Create a new portal link' }).click()
    await page.getByRole('timer').waitFor()
  })

  test('sets a directory up at Scalekit, by the keyboard, and shows it', async () => {
    const { origin, sandbox } = await startConsole()
    const { path, id } = scalekitNamed(sandbox, 'Pinwheel Studio')
    const page = await open(`${origin}${path}`)
    await page.getByText('No directories yet.').waitFor()
    await page.getByRole('button', { name: 'Create directory' }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Create a directory' })
    await expectAccessible(page)
    await dialog.getByRole('button', { name: /Identity provider/ }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('option', { name: 'JumpCloud' }).waitFor()
    await page.keyboard.type('jum')
    await page.keyboard.press('Enter')
    await dialog.getByRole('button', { name: 'Create', exact: true }).press('Enter')
    await dialog.waitFor({ state: 'detached' })
    await page.getByRole('row').filter({ hasText: 'JumpCloud by SCIM' }).waitFor()
    const made = sandbox.data.scalekit.directories.filter(directory => directory.organization_id === id)
    expect(made).toMatchObject([{ directory_provider: 'JUMPCLOUD', directory_type: 'SCIM' }])
  })

  test('leaves the dialog open where no directory was made, and says why', async () => {
    const { origin, sandbox } = await startConsole()
    const page = await open(`${origin}${scalekitNamed(sandbox, 'Pinwheel Studio').path}`)
    await page.getByRole('button', { name: 'Create directory' }).click()
    const dialog = page.getByRole('dialog')
    sandbox.inject({ provider: 'scalekit', kind: 'status', status: 500, method: 'POST', path: /directories/ })
    await dialog.getByRole('button', { name: 'Create', exact: true }).click()
    await dialog.getByRole('alert').filter({ hasText: 'No directory was made.' }).waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  test('says that there is no such organization, and that it could not be read, with another attempt', async () => {
    const { origin, sandbox } = await startConsole()
    const page = await open(`${origin}/console/organizations/${organizationId('workos', 'org_01NONE')}`)
    await page.getByRole('alert').getByText('There is no such organization').waitFor()
    await page.getByRole('link', { name: 'To all organizations' }).waitFor()
    await expectAccessible(page)
    const heal = sandbox.inject({ provider: 'scalekit', kind: 'reset', path: /^(?!\/oauth)/ })
    await page.goto(`${origin}${scalekitNamed(sandbox, 'Pinwheel Studio').path}`)
    const failed = page.getByRole('alert').filter({ hasText: 'Scalekit could not be reached.' })
    await failed.waitFor()
    heal()
    await failed.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('heading', { level: 1, name: 'Pinwheel Studio' }).waitFor()
  })

  test('shows the organization where only its directories could not be read, and has them after another attempt', async () => {
    const { origin, sandbox } = await startConsole()
    const heal = sandbox.inject({ provider: 'scalekit', path: /directories/, kind: 'reset' })
    const page = await open(`${origin}${scalekitNamed(sandbox, 'Farrow & Lindqvist').path}`)
    const failed = page.getByRole('alert').filter({ hasText: 'Its directories could not be read' })
    await failed.getByText('Scalekit could not be reached.').waitFor()
    await page.getByRole('switch').waitFor()
    heal()
    await failed.getByRole('button', { name: 'Try again' }).click()
    await rowsOf(page).first().waitFor()
    await failed.waitFor({ state: 'detached' })
  })

  test('has more directories than one page, each once, and keeps them over a gap', async () => {
    const { origin, sandbox } = await startConsole()
    const { path, id } = scalekitNamed(sandbox, 'Pinwheel Studio')
    const [any] = sandbox.data.scalekit.directories
    if (any === undefined) throw new Error('the sandbox has no directory')
    for (let index = 0; index < 25; index += 1) {
      const own = {
        ...any,
        id: `dir_9${String(index).padStart(16, '0')}`,
        name: `Many ${index}`,
        organization_id: id,
      }
      sandbox.data.scalekit.directories.push(own)
    }
    const page = await open(`${origin}${path}`)
    await rowsOf(page).nth(9).waitFor()
    await page.getByRole('button', { name: 'Load more directories' }).click()
    await rowsOf(page).nth(24).waitFor()
    const names = await rowsOf(page).locator('.row-title').allTextContents()
    expect(new Set(names)).toHaveLength(25)
    expect(await page.getByRole('button', { name: 'Load more directories' }).count()).toBe(0)
    expect(await page.evaluate(() => document.activeElement?.tagName)).toMatch(/^H[12]$/)

    const last = rowsOf(page).nth(24)
    await last.focus()
    const key = (await last.getAttribute('data-key')) ?? ''
    const many = sandbox.data.scalekit.directories.filter(one => one.organization_id === id)
    for (const one of many) one.name = one.name.replace('Many', 'Renamed')
    await page.evaluate(() => dispatchEvent(new Event('online')))
    await last.getByText('Renamed').waitFor()
    expect(await rowsOf(page).count()).toBe(25)
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-key'))).toBe(key)
  })
})

function rowsOf(page: Page) {
  return page.getByRole('grid', { name: 'Directories' }).getByRole('row')
}

interface Place {
  readonly id: string
  readonly path: string
}

function placeOf(provider: 'workos' | 'scalekit', id: string | undefined): Place {
  if (id === undefined) throw new Error('the sandbox has no such organization')
  return { id, path: `/console/organizations/${organizationId(provider, id)}` }
}

function workosNamed({ data }: Sandbox, name: string): Place {
  return placeOf('workos', data.workos.organizations.find(one => one.name === name)?.id)
}

function scalekitNamed({ data }: Sandbox, name: string): Place {
  return placeOf('scalekit', data.scalekit.organizations.find(one => one.display_name === name)?.id)
}

function isOnAtScalekit({ data }: Sandbox, id: string): boolean | undefined {
  const organization = data.scalekit.organizations.find(one => one.id === id)
  return organization?.settings?.features.find(({ name }) => name === 'dir_sync')?.enabled
}
