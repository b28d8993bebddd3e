import { describe, expect, test } from 'vitest'
import { whyNoBrowser } from '../support/chromium.ts'
import { isLeftOut } from '../support/left-out.ts'
import { expectAccessible, startConsole, useChromium } from './start-console.ts'

const WHAT = 'The screen of organizations in Chromium'

describe.skipIf(isLeftOut(WHAT, whyNoBrowser()))(WHAT, () => {
  const open = useChromium()

  test('shows both providers’ organizations, and is accessible', async () => {
    const { origin } = await startConsole()
    const page = await open(`${origin}/console`)
    await page.getByRole('row', { name: 'Nimbus Freight' }).waitFor()
    await page.getByRole('heading', { name: 'Needs attention' }).waitFor()
    await expectAccessible(page)
    expect(await page.getByRole('row').count()).toBeGreaterThan(3)
  })
})
