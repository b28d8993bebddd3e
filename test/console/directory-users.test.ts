import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { whyNoBrowser } from '../support/chromium.ts'
import { isLeftOut } from '../support/left-out.ts'
import { directoryId, userId, userIds } from '../support/seeded-ids.ts'
import {
  expectAccessible,
  IN_BROWSER,
  type ServedConsole,
  startConsole,
  useChromium,
} from './start-console.ts'

const WHAT = 'The people of a directory in Chromium'
const REFUSED = /the server responded with a status of/

describe.skipIf(isLeftOut(WHAT, whyNoBrowser()))(WHAT, IN_BROWSER, () => {
  const open = useChromium()

  function addressOf({ sandbox, origin }: ServedConsole, upstreamId: string, search = ''): string {
    return `${origin}/console/directories/${encodeURIComponent(directoryId(sandbox, upstreamId))}${search}`
  }

  const people = (page: Page) => page.getByRole('grid', { name: 'People' })
  const counted = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text })

  const rowOf = (page: Page, id = 'none') => people(page).locator(`.table-row[data-key="${id}"]`)

  /** Notes every row that is shown from now on, and how often one is shown twice at once. */
  async function watchRows(page: Page): Promise<void> {
    await people(page).getByRole('row').nth(2).waitFor()
    // More in view is less to turn, and more to draw at each turn.
    await page.setViewportSize({ width: 1024, height: 1_600 })
    await page.evaluate(() => {
      const grid = document.querySelector('[role=grid][aria-label=People]')
      const places = new Map<string, number>()
      let doubles = 0
      const note = () => {
        const rows = [...(grid?.querySelectorAll<HTMLElement>('.table-row') ?? [])]
        if (new Set(rows.map(row => row.dataset.key)).size < rows.length) doubles += 1
        for (const row of rows) places.set(row.dataset.key ?? '', Number(row.ariaRowIndex))
      }
      note()
      const shown = { childList: true, subtree: true, attributeFilter: ['data-key', 'aria-rowindex'] }
      new MutationObserver(note).observe(document.body, shown)
      const inOrder = () => [...places].sort(([, one], [, other]) => one - other).map(([key]) => key)
      Object.assign(window, { rowsSeen: () => ({ seen: inOrder(), doubles }) })
    })
  }

  /** Turns the wheel over the table, a view at a time, until everybody has been loaded and the last row is in view. */
  async function wheelThrough(page: Page, delta: number, total: string): Promise<void> {
    await people(page).hover()
    /** Whether that was all, once the table stands still and shows what is there. */
    const settle = () =>
      people(page).evaluate(
        async (grid, [isDown, text]) => {
          const frame = () => new Promise(resolve => requestAnimationFrame(resolve))
          let last = Number.NaN
          for (let frames = 0; frames < 60 && last !== grid.scrollTop; frames += 1) {
            last = grid.scrollTop
            await frame()
            await frame()
          }
          const left = isDown ? grid.scrollHeight - grid.clientHeight - grid.scrollTop : grid.scrollTop
          return left < 2 && document.querySelector('p[role=status].number')?.textContent.includes(text)
        },
        [delta > 0, total] as const,
      )
    for (let turns = 0; !(await settle()); turns += 1) {
      if (turns > 1_000) throw new Error('there is no end of it')
      await page.mouse.wheel(0, delta)
    }
  }

  /** Who has been shown, in the order of the last places that they had. */
  const rowsSeen = (page: Page) =>
    page.evaluate(() => (window as unknown as { rowsSeen(): { seen: string[]; doubles: number } }).rowsSeen())

  test('are 2,000 to scroll through, none lost and none twice', async () => {
    const served = await startConsole()
    const { workosLargeDirectoryId } = served.sandbox.data.known
    const page = await open(addressOf(served, workosLargeDirectoryId))
    await watchRows(page)
    await wheelThrough(page, 1_160, '2,000 of 2,000')
    const { seen, doubles } = await rowsSeen(page)
    const ids = userIds(served.sandbox, workosLargeDirectoryId)
    expect(ids.length).toBe(2_000)
    expect(ids.filter(id => !seen.includes(id))).toEqual([])
    expect(seen.findIndex((id, index) => id !== ids[index])).toBe(-1)
    expect(doubles).toBe(0)
  }, 120_000)

  test('are 2,000 from the end as well', async () => {
    const served = await startConsole()
    const { workosLargeDirectoryId } = served.sandbox.data.known
    const page = await open(addressOf(served, workosLargeDirectoryId))
    await page.getByText('the end', { exact: true }).click()
    const ids = userIds(served.sandbox, workosLargeDirectoryId)
    await rowOf(page, ids.at(-1)).waitFor()
    await watchRows(page)
    await wheelThrough(page, -1_160, '2,000 of 2,000')
    const { seen, doubles } = await rowsSeen(page)
    expect(ids.filter(id => !seen.includes(id))).toEqual([])
    expect(seen.length).toBe(ids.length)
    expect(doubles).toBe(0)
  }, 120_000)

  test('stand still in view while more of them come above', async () => {
    const served = await startConsole()
    const directory = served.sandbox.data.known.workosMediumDirectoryId
    const page = await open(addressOf(served, directory, '?from=end'))
    const ids = userIds(served.sandbox, directory)
    const place = () => people(page).evaluate(grid => grid.scrollTop)
    await expect.poll(place).toBeGreaterThan(1_900)
    served.sandbox.inject({ provider: 'workos', path: /directory_users\?/, kind: 'delay', delayMs: 1_000 })
    await people(page).evaluate(grid => {
      grid.scrollTop = 400
    })
    const watched = rowOf(page, ids.at(-50 + 12))
    await watched.waitFor()
    await page.getByText('loading those above').waitFor()
    const top = () => watched.evaluate(row => row.getBoundingClientRect().top)
    const before = await top()
    await counted(page, '120 of 120').waitFor()
    expect(Math.abs((await top()) - before)).toBeLessThan(2)
    expect(await place()).toBeGreaterThan(3_000)
  })

  test('of Scalekit can not begin at the end, which is said', async () => {
    const served = await startConsole()
    const { scalekitLargeDirectoryId } = served.sandbox.data.known
    const page = await open(addressOf(served, scalekitLargeDirectoryId, '?from=end'))
    await counted(page, '50 of 412').waitFor()
    await page.getByText('Scalekit lists people from the start only.').waitFor()
    expect(await page.getByRole('radio').count()).toBe(0)
  })

  test('are filtered by group and found by address, by keyboard', async () => {
    const served = await startConsole()
    const { known, workos } = served.sandbox.data
    const directory = known.workosMediumDirectoryId
    const { groups = [], users = [], groupIdsByUser } = workos.rosters.get(directory) ?? {}
    const group = groups.find(({ name }) => name === 'Legal')
    if (group === undefined) throw new Error('no such group')
    const page = await open(addressOf(served, directory))

    await page.getByRole('button', { name: /All groups/ }).press('Enter')
    await page.getByRole('option', { name: 'Legal' }).press('Enter')
    const focused = () => page.evaluate(() => document.activeElement?.textContent)
    await expect.poll(focused).toContain('Legal')
    const members = users.filter(({ id }) => groupIdsByUser?.get(id)?.has(group.id))
    const ids = members.map(({ id }) => userId(served.sandbox, id))
    await counted(page, `${ids.length} people so far: all of them`).waitFor()
    const shown = await people(page)
      .getByRole('row')
      .evaluateAll(rows => rows.map(row => row.getAttribute('data-key') ?? ''))
    expect(shown.filter(key => ids.includes(key)).length).toBeGreaterThan(5)
    await page.getByRole('button', { name: /Legal/ }).press('Enter')
    await page.getByRole('option', { name: 'All groups' }).press('Enter')

    const somebody = users.find(({ email }) => email !== null)
    const search = page.getByRole('searchbox', { name: 'Find by e-mail' })
    await search.fill('nobody')
    await search.press('Enter')
    await page.getByText('Give the whole address').waitFor()
    await search.fill(somebody?.email ?? '')
    await search.press('Enter')
    await counted(page, '1 people so far: all of them').waitFor()
    expect(await page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('search')
    await people(page)
      .getByText(somebody?.email ?? '', { exact: true })
      .waitFor()
    await page.getByRole('searchbox', { name: 'Find by e-mail' }).fill('nobody@nowhere.example')
    await page.getByRole('searchbox', { name: 'Find by e-mail' }).press('Enter')
    await page.getByText('Nobody here is so.').waitFor()
  })

  test('open at the side by keyboard, with groups and attributes, and give the focus back', async () => {
    const served = await startConsole()
    const page = await open(addressOf(served, served.sandbox.data.known.scalekitLargeDirectoryId))
    const row = people(page).getByRole('row').nth(3)
    const key = await row.getAttribute('data-key')
    await people(page).getByRole('row').nth(1).focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    const panel = page.getByRole('dialog', { name: 'Person' })
    await panel.getByRole('heading', { name: 'Groups' }).waitFor()
    await panel.getByRole('button', { name: 'As the identity provider sent it' }).press('Enter')
    expect(new URL(page.url()).searchParams.get('user')).toBe(key)
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-key'))
    await expect.poll(focused).toBe(key)

    await page.goto(addressOf(served, served.sandbox.data.known.scalekitLargeDirectoryId, `?user=${key}`))
    await panel.getByRole('heading', { name: 'Groups' }).waitFor()
  })

  test('show their groups, which show their members, each with an address of its own', async () => {
    const served = await startConsole()
    const { known } = served.sandbox.data
    const page = await open(addressOf(served, known.scalekitLargeDirectoryId, '?tab=groups'), { width: 390 })
    const groups = page.getByRole('grid', { name: 'Groups' })
    await groups.getByRole('row', { name: /Everyone/ }).click()
    const panel = page.getByRole('dialog', { name: 'Group' })
    const members = panel.getByRole('grid', { name: 'People of the group' })
    await members.getByRole('row').first().waitFor()
    await expectAccessible(page)
    await page.reload()
    await members.getByRole('row').first().click()
    const person = page.getByRole('dialog', { name: 'Person' })
    await person.getByRole('link', { name: 'Everyone' }).waitFor()
    await page.goBack()
    await person.waitFor({ state: 'detached' })
    await members.getByRole('row').first().waitFor()
  })

  test('that can not be read say so under a head that stands, and come when they can', async () => {
    const served = await startConsole()
    const fault = { provider: 'workos', path: /directory_users/, kind: 'status', status: 400 } as const
    const heal = served.sandbox.inject(fault)
    const page = await open(addressOf(served, served.sandbox.data.known.workosMediumDirectoryId), {
      expected: REFUSED,
    })
    await page.getByText('No people could be read').waitFor()
    await page.getByRole('heading', { level: 1, name: 'Kestrel Entra ID' }).waitFor()
    await expectAccessible(page)
    heal()
    await page.getByRole('button', { name: 'Try again' }).click()
    await counted(page, '50 of 120').waitFor()
    await page.getByText('Some people are missing').waitFor({ state: 'detached', timeout: 3_000 })
  })

  test('that were read stay where the next page fails, and it can be tried again', async () => {
    const served = await startConsole()
    const page = await open(addressOf(served, served.sandbox.data.known.workosMediumDirectoryId), {
      expected: REFUSED,
    })
    await counted(page, '50 of 120').waitFor()
    const fault = { provider: 'workos', path: /directory_users/, kind: 'status', status: 400 } as const
    const heal = served.sandbox.inject(fault)
    await people(page).evaluate(grid => {
      grid.scrollTop = grid.scrollHeight
    })
    await page.getByText('More people could not be read').waitFor()
    await counted(page, '50 of 120').waitFor()
    heal()
    await page.getByRole('button', { name: 'Try again' }).click()
    await counted(page, '120 of 120').waitFor()
  })

  test('are marked where a change has just touched them', async () => {
    const served = await startConsole()
    const directory = served.sandbox.data.known.workosMediumDirectoryId
    const page = await open(addressOf(served, directory))
    await page.getByText('Live', { exact: true }).waitFor()
    await counted(page, '50 of 120').waitFor()
    await expect
      .poll(
        async () => {
          served.sandbox.change('user-renamed', directory)
          return people(page).getByText('changed', { exact: true }).count()
        },
        { timeout: 10_000, interval: 100 },
      )
      .toBeGreaterThan(0)
  })

  test.each(['users', 'groups', 'secrets', 'mappings'])(
    'stand in the tab of %s, accessible and without scrolling sideways on a phone',
    async tab => {
      const served = await startConsole()
      const { scalekitLargeDirectoryId } = served.sandbox.data.known
      const page = await open(addressOf(served, scalekitLargeDirectoryId, `?tab=${tab}`), { width: 390 })
      await page.getByRole('tabpanel').locator('[role=grid], ul[aria-label=Secrets], table').first().waitFor()
      const [width, scrollWidth] = await page.evaluate(() => [
        innerWidth,
        document.documentElement.scrollWidth,
      ])
      expect(scrollWidth).toBeLessThanOrEqual(width ?? 0)
      await expectAccessible(page)
    },
  )
})
