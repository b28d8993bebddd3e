import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { whyNoBrowser } from '../support/chromium.ts'
import { isLeftOut } from '../support/left-out.ts'
import { expectAccessible, IN_BROWSER, startConsole, useChromium } from './start-console.ts'

const WHAT = 'The console’s list of organizations, in Chromium'
const DOWN = { path: /^(?!\/oauth)/, kind: 'reset' } as const

describe.skipIf(isLeftOut(WHAT, whyNoBrowser()))(WHAT, IN_BROWSER, () => {
  const open = useChromium()

  test('has both providers’ organizations, their domains and directories, and first what needs attention', async () => {
    const { origin } = await startConsole()
    const page = await open(`${origin}/console`)
    const tanaka = rowOf(page, 'Tanaka Seiki 田中精機')
    await tanaka.getByText('WorkOS').waitFor()
    await tanaka.getByText('tanaka-seiki.example').waitFor()
    const attention = page.getByRole('region', { name: 'Needs attention' })
    await attention.getByText('The identity provider refuses its credentials').first().waitFor()
    await expectAccessible(page)
  })

  test('puts first what is most urgent: credentials, deletions, then what was never or longest not synced', async () => {
    // It is about when each of Scalekit's directories was synced, and whatever changes one is a sync.
    const { origin, sandbox } = await startConsole({ isCalm: true })
    const { workos, scalekit, known } = sandbox.data
    const deleting = workos.directories.find(({ id }) => id === known.workosSmallDirectoryId)
    const [never, recent, oldest, ...rest] = scalekit.directories.filter(({ enabled }) => enabled)
    if (!deleting || !never || !recent || !oldest) throw new Error('the sandbox has too few directories')
    const agoIso = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString()
    deleting.state = 'deleting'
    for (const { last_synced_at: _, ...directory } of rest) {
      Object.assign(scalekit.directories.find(({ id }) => id === directory.id) ?? {}, {
        last_synced_at: agoIso(1),
      })
    }
    never.last_synced_at = null
    recent.last_synced_at = agoIso(30)
    oldest.last_synced_at = agoIso(100)
    const page = await open(`${origin}/console`)
    const items = page.getByRole('region', { name: 'Needs attention' }).getByRole('listitem')
    await items.filter({ hasText: 'It has never been synced' }).waitFor()
    const reasons = (await items.allTextContents()).map(text => text.split(': ').at(-1))
    const ranks = [
      'The identity provider refuses its credentials.',
      'It is being deleted.',
      'It has never been synced.',
      'It has not been synced for 4 days.',
      'It has not been synced for a day.',
    ]
    expect(reasons.filter((reason, index) => reason !== reasons[index - 1])).toEqual(ranks)
  })

  test('says what could not be looked at for what needs attention, until it could', async () => {
    const { origin, sandbox } = await startConsole({ scale: { organizations: 130 } })
    const page = await open(`${origin}/console`)
    const attention = page.getByRole('region', { name: 'Needs attention' })
    const more = attention.getByRole('button', { name: 'Look at more' })
    await more.waitFor()
    const fault = { provider: 'scalekit', path: /directories/, kind: 'status', status: 400 } as const
    const heal = sandbox.inject(fault)
    const lookAtAll = async () => {
      while (await more.count()) await more.press('Enter')
    }
    await lookAtAll()
    const failed = attention.getByRole('alert').filter({ hasText: 'Not all directories could be looked at' })
    await failed.waitFor()
    heal()
    await failed.getByRole('button', { name: 'Try again' }).click()
    await failed.waitFor({ state: 'detached' })
    await more.waitFor()
    await lookAtAll()
    expect(await failed.count()).toBe(0)
  })

  test('is gone through by the keyboard, and opens an organization', async () => {
    const { origin } = await startConsole()
    const page = await open(`${origin}/console`)
    await rowOf(page, 'Nimbus Freight').waitFor()
    await page.getByRole('searchbox').focus()
    for (const key of ['Tab', 'Tab', 'ArrowDown', 'Enter']) await page.keyboard.press(key)
    await page.getByRole('heading', { level: 1, name: 'Bluebonnet Health' }).waitFor()
  })

  test('goes on without end, with each organization once', async () => {
    const { origin, sandbox } = await startConsole({ scale: { organizations: 120 } })
    const { workos, scalekit } = sandbox.data
    const page = await open(`${origin}/console`)
    await page.getByRole('row').first().waitFor()
    const seen = await readToTheEnd(page, workos.organizations.length + scalekit.organizations.length)
    const expected = [...workos.organizations, ...scalekit.organizations].map(({ id }) => id)
    expect(seen.map(key => upstreamIdOf(key)).toSorted()).toEqual(expected.toSorted())
  }, 60_000)

  test('finds by a part of the name, of one provider or both, and says when there is nothing', async () => {
    const { origin } = await startConsole()
    const page = await open(`${origin}/console`)
    await rowOf(page, 'Nimbus Freight').waitFor()
    await page.getByText('Scalekit', { exact: true }).first().click()
    await rowOf(page, 'Nimbus Freight').waitFor({ state: 'detached' })
    await rowOf(page, 'Pinwheel Studio').waitFor()
    await page.getByRole('searchbox').fill('fa')
    await page.getByRole('status').filter({ hasText: 'Nothing is searched for yet' }).waitFor()
    await page.getByRole('searchbox').fill('farrow')
    await rowOf(page, 'Pinwheel Studio').waitFor({ state: 'detached' })
    await rowOf(page, 'Farrow & Lindqvist').waitFor()
    await page.getByRole('searchbox').fill('no such company')
    await page.getByText('No organization is called that').waitFor()
    await expectAccessible(page)
    await page.getByText('WorkOS', { exact: true }).first().click()
    await page.getByRole('searchbox').fill('ni')
    await rowOf(page, 'Nimbus Freight').waitFor()
    expect(await rowOf(page, 'Bluebonnet Health').count()).toBe(0)
  })

  test.each([
    ['workos', 'Pinwheel Studio', 'Nimbus Freight', 'WorkOS could not be reached.'],
    ['scalekit', 'Nimbus Freight', 'Pinwheel Studio', 'Scalekit could not be reached.'],
  ] as const)(
    'while %s is down, shows the other’s, says what is missing, and has it after another attempt',
    async (provider, shown, missing, why) => {
      const { origin, sandbox } = await startConsole()
      const heal = sandbox.inject({ provider, ...DOWN })
      const page = await open(`${origin}/console`)
      await rowOf(page, shown).waitFor()
      const alert = page.getByRole('alert').filter({ hasText: 'Some organizations are missing' })
      await alert.getByText(why).waitFor()
      expect(await rowOf(page, missing).count()).toBe(0)
      if (provider === 'workos') await expectAccessible(page)
      heal()
      await alert.getByRole('button', { name: 'Try again' }).click()
      await alert.waitFor({ state: 'detached' })
      await page.getByRole('searchbox').fill(missing)
      await rowOf(page, missing).waitFor()
    },
  )

  test('says of directories that could not be read that they could not, beside what came', async () => {
    const { origin, sandbox } = await startConsole()
    sandbox.inject({ provider: 'scalekit', path: /directories/, kind: 'reset' })
    const page = await open(`${origin}/console`)
    await page.getByRole('alert').getByText('Some directories are missing').waitFor()
    await rowOf(page, 'Pinwheel Studio').getByText('Its directories could not be read').waitFor()
    await rowOf(page, 'Nimbus Freight').getByText('Nimbus ID').waitFor()
  })

  test('is read again after a gap, all that is loaded of it, and leaves whoever reads where they are', async () => {
    const { origin, sandbox } = await startConsole({ scale: { organizations: 60 } })
    const page = await open(`${origin}/console`)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByRole('row').first().waitFor()
    const fortieth = page.locator('[role=row][aria-rowindex="40"]')
    const scroll = () => page.getByRole('grid').evaluate(grid => grid.scrollBy(0, grid.clientHeight / 2))
    await expect.poll(() => scroll().then(() => fortieth.count()), { timeout: 20_000 }).toBe(1)
    const key = (await fortieth.getAttribute('data-key')) ?? ''
    const far = page.locator(`[role=row][data-key="${key}"]`)
    await far.focus()
    const top = () => far.evaluate(element => element.getBoundingClientRect().top)
    const before = await top()
    const id = upstreamIdOf(key)
    const { workos, scalekit } = sandbox.data
    const [any] = workos.organizations
    if (any) workos.organizations.push({ ...any, id: 'org_01NEW', name: 'Come Above', external_id: null })
    for (const one of workos.organizations) if (one.id === id) one.name = 'Renamed & Co'
    for (const one of scalekit.organizations) if (one.id === id) one.display_name = 'Renamed & Co'
    await page.evaluate(() => dispatchEvent(new Event('online')))
    await far.getByText('Renamed & Co').waitFor()
    await expect.poll(() => far.getAttribute('aria-rowindex')).toBe('41')
    expect(Math.abs((await top()) - before)).toBeLessThan(2)
    expect(await far.evaluate(element => element === document.activeElement)).toBe(true)
  })

  test('says of each choice what is missing of it, whichever was read last', async () => {
    const { origin, sandbox } = await startConsole()
    sandbox.inject({ provider: 'scalekit', ...DOWN })
    const page = await open(`${origin}/console`, { expected: /net::ERR|Failed to load/ })
    const missing = page.getByRole('alert').filter({ hasText: 'Some organizations are missing' })
    await missing.waitFor()
    await page.getByText('WorkOS', { exact: true }).first().click()
    await missing.waitFor({ state: 'detached' })
    await rowOf(page, 'Nimbus Freight').waitFor()
    await page.route('**/graphql', route => route.abort())
    await page.getByText('All', { exact: true }).click()
    await missing.waitFor()
    await rowOf(page, 'Nimbus Freight').waitFor()
  })

  test('says what could not be read again beside what was, and reads it when it can', async () => {
    const { origin } = await startConsole()
    const page = await open(`${origin}/console`, { expected: /net::ERR|Failed to load/ })
    await page.getByText('Live', { exact: true }).waitFor()
    await rowOf(page, 'Nimbus Freight').waitFor()
    await page.getByRole('region', { name: 'Needs attention' }).getByRole('listitem').first().waitFor()
    await page.route('**/graphql', route =>
      /AgainQuery/.test(route.request().postData() ?? '') ? route.abort() : route.continue(),
    )
    await page.evaluate(() => dispatchEvent(new Event('online')))
    const failed = page.getByRole('alert').filter({ hasText: 'These organizations could not be read again' })
    await failed.waitFor()
    await page.getByText('What needs attention could not be read again').waitFor()
    await rowOf(page, 'Nimbus Freight').waitFor()
    await expectAccessible(page)
    await page.unroute('**/graphql')
    await failed.getByRole('button', { name: 'Try again' }).press('Enter')
    await failed.waitFor({ state: 'detached' })
  })

  test('keeps what is there where more can not be read, and says so', async () => {
    const { origin, sandbox } = await startConsole({ scale: { organizations: 40 } })
    const page = await open(`${origin}/console`, { expected: /net::ERR|Failed to load/ })
    await page.getByRole('row').first().waitFor()
    await page.route('**/graphql', route => route.abort())
    const failed = page.getByRole('alert').filter({ hasText: 'More could not be read' })
    await page.getByRole('grid').evaluate(grid => grid.scrollTo(0, grid.scrollHeight))
    await failed.waitFor()
    expect(await page.getByRole('row').count()).toBeGreaterThan(3)
    await page.unroute('**/graphql')
    await failed.getByRole('button', { name: 'Try again' }).click()
    await failed.waitFor({ state: 'detached' })
    const { workos, scalekit } = sandbox.data
    const count = workos.organizations.length + scalekit.organizations.length
    expect(await readToTheEnd(page, count)).toHaveLength(count)
  })
})

function rowOf(page: Page, name: string) {
  return page.getByRole('row').filter({ hasText: name })
}

/** Scrolls until as many rows have been seen, or nothing new comes; gives back the key of each place in the list. */
async function readToTheEnd(page: Page, count: number): Promise<string[]> {
  return page.getByRole('grid').evaluate(async (grid, wanted) => {
    const places = new Map<string, string>()
    const painted = () => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    grid.scrollTo(0, 0)
    await painted()
    const endMs = performance.now() + 20_000
    while (performance.now() < endMs && places.size < wanted) {
      for (const row of grid.querySelectorAll<HTMLElement>('[role=row]')) {
        const place = row.ariaRowIndex
        if (place !== null && row.dataset.key !== undefined) places.set(place, row.dataset.key)
      }
      grid.scrollBy(0, grid.clientHeight / 2)
      await painted()
    }
    return [...places.values()]
  }, count)
}

function upstreamIdOf(globalId: string): string {
  return Buffer.from(globalId, 'base64url').toString().split(':').at(-1) ?? ''
}
