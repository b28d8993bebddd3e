import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { whyNoBrowser } from '../support/chromium.ts'
import { isLeftOut } from '../support/left-out.ts'
import { directoryId, groupId, organizationId, userId } from '../support/seeded-ids.ts'
import {
  expectAccessible,
  IN_BROWSER,
  type ServedConsole,
  startConsole,
  useChromium,
} from './start-console.ts'

const WHAT = 'The console on narrow and wide screens, in Chromium'

describe.skipIf(isLeftOut(WHAT, whyNoBrowser()))(WHAT, IN_BROWSER, () => {
  const open = useChromium()

  test.each([
    ['a phone', 'dark', 390, ['organizations', 'organization']],
    [
      'a wide screen',
      'light',
      1_600,
      ['organizations', 'organization', 'users', 'groups', 'secrets', 'mappings', 'person', 'group'],
    ],
  ] as const)(
    'fits on %s in the %s theme, screen by screen, and is accessible there',
    async (_name, theme, width, names) => {
      const served = await startConsole()
      const page = await open('about:blank', { width, theme })
      for (const name of names) {
        const [path, shown] = placesOf(served)[name]
        await page.goto(`${served.origin}/console${path}`)
        await page
          .getByRole('main', { includeHidden: true })
          .getByRole('heading', { level: 1, includeHidden: true })
          .waitFor()
        await page.locator(shown).first().waitFor()
        await page.locator('.spinner').waitFor({ state: 'detached' })
        expect(await overhang(page), name).toBeLessThanOrEqual(0)
        await expectAccessible(page, [theme])
      }
    },
  )

  test('lists groups to choose from, accessible on a phone', async () => {
    const served = await startConsole()
    const page = await open(`${served.origin}/console${placesOf(served).users[0]}`, { width: 390 })
    await page.getByRole('button', { name: /All groups/ }).press('Enter')
    await page.getByRole('option', { name: 'Everyone', exact: true }).waitFor()
    expect(await overhang(page)).toBeLessThanOrEqual(0)
    await expectAccessible(page)
  })
})

/** By the name of a screen: where it is, and what is there when it is ready. */
function placesOf({ sandbox }: ServedConsole) {
  const { known, workos, scalekit } = sandbox.data
  const id = known.scalekitLargeDirectoryId
  const { users = [], groups = [] } = scalekit.rosters.get(id) ?? {}
  const user = userId(sandbox, users[0]?.id ?? '')
  const group = groupId(sandbox, groups[0]?.id ?? '')
  const directory = `/directories/${directoryId(sandbox, id)}`
  const organization = workos.organizations.find(({ name }) => name === 'Kestrel & Finch LLP')?.id ?? ''
  return {
    organizations: ['', '[role=row]'],
    organization: [`/organizations/${organizationId('workos', organization)}`, '[role=row]'],
    users: [directory, '[role=grid] [data-key]'],
    groups: [`${directory}?tab=groups`, '[role=grid] [data-key]'],
    secrets: [`${directory}?tab=secrets`, '.secret'],
    mappings: [`${directory}?tab=mappings`, '[role=tabpanel] table'],
    person: [`${directory}?tab=mappings&user=${user}`, '.panel-name'],
    group: [`${directory}?tab=groups&group=${group}`, '.member'],
  } as const
}

/** By how much the page is wider than what is seen of it. */
function overhang(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
}
