import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { whyNoBrowser } from '../support/chromium.ts'
import { isLeftOut } from '../support/left-out.ts'
import { directoryId, groupId, userId } from '../support/seeded-ids.ts'
import {
  expectAccessible,
  IN_BROWSER,
  type ServedConsole,
  startConsole,
  useChromium,
} from './start-console.ts'

const WHAT = 'A directory that changes while it is looked at, in Chromium'
const REFUSED = /the server responded with a status of/

describe.skipIf(isLeftOut(WHAT, whyNoBrowser()))(WHAT, IN_BROWSER, () => {
  const open = useChromium()

  /** A directory of WorkOS with 120 people, and what the provider has of it. */
  async function openKestrel(
    search: string | ((sandbox: Sandbox) => string) = '',
    settings: Parameters<typeof startConsole>[0] = {},
  ) {
    const served = await startConsole(settings)
    const id = served.sandbox.data.known.workosMediumDirectoryId
    const address = `${served.origin}/console/directories/${encodeURIComponent(directoryId(served.sandbox, id))}`
    const place = typeof search === 'string' ? search : search(served.sandbox)
    const page = await open(`${address}${place}`, { expected: REFUSED })
    await page.locator('h1').getByText('Kestrel Entra ID').waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    return { served, page, id, roster: rosterOf(served.sandbox) }
  }

  function rosterOf({ data }: Sandbox) {
    const roster = data.workos.rosters.get(data.known.workosMediumDirectoryId)
    if (roster === undefined) throw new Error('the directory has no roster')
    return roster
  }

  const people = (page: Page) => page.getByRole('grid', { name: 'People' })
  const counted = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text })
  const rowOf = (page: Page, id: string) => people(page).locator(`.table-row[data-key="${id}"]`)
  const focusedKey = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('data-key'))
  const tryAgain = (page: Page) => page.getByRole('button', { name: 'Try again' })

  /** The machine was without a network for a while, which nobody has told. */
  const comeBack = (page: Page) => page.evaluate(() => dispatchEvent(new Event('online')))
  const failAll = ({ sandbox }: ServedConsole, path = /director/) =>
    sandbox.inject({ provider: 'workos', path, kind: 'status', status: 400 })

  test('is read again after a gap, all that is loaded of it, and leaves whoever reads where they are', async () => {
    const { served, page, roster } = await openKestrel()
    await counted(page, '50 of 120').waitFor()
    await people(page).evaluate(grid => {
      grid.scrollTop = grid.scrollHeight
    })
    await counted(page, '120 of 120').waitFor()
    await people(page).evaluate(grid => {
      grid.scrollTop = 3_000
    })
    const [gone, renamed] = [roster.users.at(-3), roster.users.at(-65)]
    if (!gone || !renamed) throw new Error('too few people')
    const row = rowOf(page, userId(served.sandbox, renamed.id))
    await row.focus()
    const top = () => row.evaluate(element => element.getBoundingClientRect().top)
    const before = await top()
    renamed.name = 'Somebody Renamed'
    roster.users.splice(roster.users.indexOf(gone), 1)
    await comeBack(page)
    await row.getByText('Somebody Renamed').waitFor()
    await page.getByText('119 of ').waitFor()
    expect(Math.abs((await top()) - before)).toBeLessThan(2)
    expect(await focusedKey(page)).toBe(userId(served.sandbox, renamed.id))
  })

  test('says what could not be read again beside what was, and reads it when it can', async () => {
    const { served, page } = await openKestrel()
    await counted(page, '50 of 120').waitFor()
    const heal = failAll(served)
    await comeBack(page)
    await page.getByText('This directory could not be read again').waitFor()
    await page.getByText('These people could not be read again').waitFor()
    await counted(page, '50 of 120').waitFor()
    await page.getByRole('heading', { level: 1, name: 'Kestrel Entra ID' }).waitFor()
    await expectAccessible(page)
    heal()
    await tryAgain(page).last().click()
    await page.getByText('These people could not be read again').waitFor({ state: 'detached' })
    await tryAgain(page).click()
    await page.getByText('This directory could not be read again').waitFor({ state: 'detached' })
  })

  test('shows who comes and who goes, and how many there are', async () => {
    const { served, page, id } = await openKestrel()
    await counted(page, '50 of 120').waitFor()
    const { userId: come } = served.sandbox.change('user-created', id)
    const row = rowOf(page, userId(served.sandbox, come ?? ''))
    await row.getByText('changed').waitFor()
    expect(await people(page).getByRole('row').nth(1).getAttribute('data-key')).toBe(
      await row.getAttribute('data-key'),
    )
    await counted(page, '51 of 121').waitFor()
    await page.locator('dt:text-is("People") + dd').getByText('121').waitFor()
    served.sandbox.change('user-deleted', id)
    await counted(page, ' of 120').waitFor()
  })

  test('shows a group that comes, where people are filtered and among the groups', async () => {
    const { served, page, id, roster } = await openKestrel()
    const nameOf = (groupId: string | null) => roster.groups.find(one => one.id === groupId)?.name ?? ''
    await page.getByRole('button', { name: /All groups/ }).press('Enter')
    await page.getByRole('option', { name: 'Legal' }).waitFor()
    const first = nameOf(served.sandbox.change('group-created', id).groupId)
    await page.getByRole('option', { name: first, exact: true }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('tab', { name: 'Groups' }).click()
    const groups = page.getByRole('grid', { name: 'Groups' })
    await groups.getByText(first, { exact: true }).waitFor()
    const second = nameOf(served.sandbox.change('group-created', id).groupId)
    const top = groups.getByRole('row').nth(1)
    await top.getByText(second, { exact: true }).waitFor()
    await top.getByText('changed').waitFor()
  })

  test('tells of who comes to a group where they are listed, and where they are open', async () => {
    let key = ''
    let name = ''
    const { served, page, id } = await openKestrel(sandbox => {
      const { users, groups, groupIdsByUser } = rosterOf(sandbox)
      const [somebody, group] = [users.at(-1), groups.at(-1)]
      // Everybody is in every group but one in one: it is known who will come to which.
      for (const { id } of users) groupIdsByUser.set(id, new Set(groups.map(({ id }) => id)))
      groupIdsByUser.get(somebody?.id ?? '')?.delete(group?.id ?? '')
      name = group?.name ?? ''
      key = userId(sandbox, somebody?.id ?? '')
      return `?user=${key}`
    })
    const row = page.locator(`.table-row[data-key="${key}"]`)
    await row.waitFor()
    const panel = page.getByRole('dialog', { name: 'Person' })
    await panel.getByRole('heading', { name: 'Groups' }).waitFor()
    const groups = panel.locator('.group-link')
    expect(await groups.allTextContents()).not.toContain(name)
    expect(await row.getByText('changed').count()).toBe(0)
    served.sandbox.change('member-added', id)
    await row.getByText('changed').waitFor()
    await groups.getByText(name, { exact: true }).waitFor()
  })

  test('lets what could not be read be tried again: the groups to choose from, somebody, a group', async () => {
    const { served, page, roster } = await openKestrel('?tab=mappings')
    const [somebody, group] = [roster.users.at(-1)?.id ?? '', roster.groups[0]?.id ?? '']
    const heal = failAll(served, /directory_(users|groups)/)
    const address = page.url().replace('?tab=mappings', '')
    await page.goto(`${address}?user=${userId(served.sandbox, somebody)}`)
    const panel = page.getByRole('dialog')
    await panel.getByText('This could not be read').waitFor()
    heal()
    await panel.getByRole('button', { name: 'Try again' }).click()
    await panel.getByRole('heading', { name: 'Groups' }).waitFor()

    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    const focused = () => page.evaluate(() => document.activeElement?.tagName)
    await expect.poll(focused).toBe('H1')
    await page.getByText('The groups could not be read.').waitFor()
    await page.getByText('The groups could not be read.').getByRole('button').click()
    await page.getByRole('button', { name: /All groups/ }).waitFor()

    const healAgain = failAll(served, /directory_(users|groups)/)
    await page.goto(`${address}?tab=groups&group=${groupId(served.sandbox, group)}`)
    await panel.getByText('The group could not be read').waitFor()
    healAgain()
    await panel.getByRole('button', { name: 'Try again' }).click()
    await panel.getByRole('heading', { name: 'People' }).waitFor()
  })

  test('says how old it is where its provider does not answer, until it does', async () => {
    const { served, page } = await openKestrel('?tab=mappings', { dirgraph: { cacheTtlSeconds: 1 } })
    const heal = served.sandbox.inject({ provider: 'workos', kind: 'status', status: 503 })
    const notice = page.getByText(/^As of .*: WorkOS does not answer\.$/)
    await expect
      .poll(
        async () => {
          await comeBack(page)
          return notice.count()
        },
        { timeout: 20_000, interval: 1_000 },
      )
      .toBe(1)
    await expectAccessible(page)
    const again = page.getByRole('button', { name: 'Read again' })
    await again.focus()
    // The notice goes as well where it is read again for another reason, and whoever is in it must not be lost.
    await comeBack(page)
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
    heal()
    await expect
      .poll(
        async () => {
          await again.press('Enter', { timeout: 1_000 }).catch(() => {})
          return notice.count()
        },
        { timeout: 20_000, interval: 1_000 },
      )
      .toBe(0)
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
  })
})
