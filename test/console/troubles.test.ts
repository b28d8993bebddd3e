import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { whyNoBrowser } from '../support/chromium.ts'
import { isLeftOut } from '../support/left-out.ts'
import { directoryId, organizationId } from '../support/seeded-ids.ts'
import { expectAccessible, IN_BROWSER, startConsole, useChromium } from './start-console.ts'

const WHAT = 'The console while providers fail, limit and change, in Chromium'

describe.skipIf(isLeftOut(WHAT, whyNoBrowser()))(WHAT, IN_BROWSER, () => {
  const open = useChromium()

  test('shows on every screen what comes, says in its place what does not, and has it once it can', async () => {
    const { origin, sandbox } = await startConsole({
      latencyMs: 15,
      changes: { intervalMs: 150 },
      dirgraph: { cacheTtlSeconds: 30 },
    })
    const { known, scalekit } = sandbox.data
    const { organization_id } =
      scalekit.directories.find(({ id }) => id === known.scalekitMediumDirectoryId) ?? {}
    sandbox.inject({ provider: 'scalekit', path: /directories/, kind: 'malformed-json' })
    const heal = sandbox.inject({ provider: 'workos', path: /directory_users/, kind: 'status', status: 400 })
    sandbox.inject({ provider: 'workos', path: /directory_groups/, kind: 'status', status: 429, times: 1 })
    sandbox.inject({ provider: 'workos', path: /organizations/, kind: 'reset-mid-body', times: 1 })
    const page = await open(`${origin}/console`, { expected: /status of/ })
    await page.getByText('Live', { exact: true }).waitFor()
    await rowOf(page, 'Nimbus Freight').getByText('Nimbus ID').waitFor()
    await rowOf(page, 'Pinwheel Studio').getByText('Its directories could not be read').waitFor()
    await page.getByRole('alert').getByText('Not all directories could be looked at').waitFor()
    await page.locator('.row.touched').getByText('changed').first().waitFor()
    await expectAccessible(page)

    await page.goto(`${origin}/console/organizations/${organizationId('scalekit', organization_id ?? '')}`)
    await page.getByRole('switch').waitFor()
    await page.getByRole('alert').getByText('Its directories could not be read').waitFor()

    const directory = directoryId(sandbox, known.workosMediumDirectoryId)
    await page.goto(`${origin}/console/directories/${directory}?tab=groups`)
    await page.getByRole('heading', { level: 1, name: 'Kestrel Entra ID' }).waitFor()
    await page.getByRole('grid', { name: 'Groups' }).getByRole('row').nth(1).waitFor()
    await page.getByRole('tab', { name: 'Users' }).click()
    const failed = page.getByRole('alert').filter({ hasText: 'No people could be read' })
    await failed.waitFor()
    heal()
    await failed.getByRole('button', { name: 'Try again' }).click()
    const people = page.getByRole('grid', { name: 'People' })
    await people.getByRole('row').nth(5).waitFor()
    // Past what one second allows for a directory's people: they come all the same.
    await expect
      .poll(
        async () => {
          await people.evaluate(grid => grid.scrollTo(0, grid.scrollHeight))
          return page
            .getByRole('status')
            .filter({ hasText: /1\d\d of 1\d\d people/ })
            .count()
        },
        { timeout: 15_000 },
      )
      .toBe(1)
    await page.getByText('Live', { exact: true }).waitFor()
  }, 60_000)

  test('is shown in none of its other tests that a read in twelve fails, limits hold and things change', async () => {
    const { origin, sandbox } = await startConsole()
    const { workos, scalekit, known } = sandbox.data
    const page = await open(`${origin}/console`)
    await page.setViewportSize({ width: 1024, height: 1_600 })
    await page.getByText('Live', { exact: true }).waitFor()
    await page
      .locator('.row.touched')
      .filter({ hasText: /Al-Noor|Bluebonnet/ })
      .waitFor()
    const faults = async () => {
      await page.evaluate(() => dispatchEvent(new Event('online')))
      return new Set(sandbox.calls.flatMap(({ fault }) => fault ?? []))
    }
    await expect.poll(faults).toEqual(new Set(['status', 'reset-mid-body']))
    const count = workos.organizations.length + scalekit.organizations.length
    await expect.poll(() => page.getByRole('row').count()).toBe(count)
    for (const { name } of [...workos.directories, ...scalekit.directories]) {
      await page.locator('.chip').filter({ hasText: name }).first().waitFor()
    }
    expect(await page.getByRole('alert').count()).toBe(0)
    await page.getByText('Live', { exact: true }).waitFor()

    const url = `${sandbox.workos.url}/directory_users?directory=${known.workosLargeDirectoryId}`
    const headers = { authorization: `Bearer ${sandbox.workos.apiKey}` }
    const answers = await Promise.all(Array.from({ length: 6 }, () => fetch(url, { headers })))
    expect(answers.map(({ status }) => status)).toContain(429)
  })
})

function rowOf(page: Page, name: string) {
  return page.getByRole('row').filter({ hasText: name })
}
