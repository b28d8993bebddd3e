import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium, whyNoBrowser } from '../support/chromium.ts'
import { isLeftOut } from '../support/left-out.ts'
import { type ServedApp, serveApp } from '../support/serve-app.ts'

const WHAT = 'GraphiQL in Chromium'

describe.skipIf(isLeftOut(WHAT, whyNoBrowser()))(WHAT, () => {
  let app: ServedApp
  let page: Page
  let closeBrowser: (() => Promise<void>) | undefined
  /** What the browser asked for over the network, from its first request to its last. */
  const requested: URL[] = []
  const errors: string[] = []

  beforeAll(async () => {
    app = await serveApp({ graphiql: true })
    const { context, close } = await launchChromium()
    closeBrowser = close
    context.on('request', request => requested.push(new URL(request.url())))
    context.on('weberror', error => errors.push(error.error().message))
    page = await context.newPage()
    page.setDefaultTimeout(15_000)
    await page.goto(app.url)
  }, 60_000)

  afterAll(async () => {
    await closeBrowser?.()
    await app?.stop()
  })

  /**
   * The lines of the answer that begins with `beginning`, down to the one with `end`. The page holds only those in
   * view, so it is scrolled through.
   */
  async function readAnswer(beginning: string, end: string): Promise<string> {
    const answer = page.locator('.graphiql-response')
    await answer.getByText(beginning).waitFor()
    await answer.hover()
    const lines = new Set<string>()
    for (let turn = 0; turn < 50 && ![...lines].some(line => line.includes(end)); turn += 1) {
      for (const line of await answer.locator('.view-line').allInnerTexts()) {
        lines.add(line.replaceAll('\u{a0}', ' '))
      }
      await page.mouse.wheel(0, 400)
    }
    return [...lines].join('\n')
  }

  async function openTab(name: string): Promise<void> {
    // By the keyboard: a tab can be dragged, and takes a machine's quick press for the start of it.
    await page.locator('.graphiql-tab-button', { hasText: name }).focus()
    await page.keyboard.press('Enter')
    // GraphiQL notices only after a pause in typing that the operation to run is another one.
    await page.waitForTimeout(1_000)
  }

  async function execute(): Promise<void> {
    await page.locator('.graphiql-execute-button').click()
  }

  test('opens with four operations', async () => {
    const tabs = page.locator('.graphiql-tab')
    await tabs.nth(3).waitFor()
    expect(await tabs.allInnerTexts()).toEqual([
      'Organizations',
      'DirectoryUsers',
      'DirectoryHealth',
      'EnableScim',
    ])
  })

  test('shows organizations, users and groups after a click on the execute button', async () => {
    await execute()
    const answer = await readAnswer('"Nimbus Freight"', '"Customer Support"')
    expect(answer).toContain('"name": "Nimbus ID"')
    expect(answer).toContain('"email": "genoveva.wolff@nimbusfreight.example"')
    expect(answer).toContain('"name": "Customer Support"')
    expect(answer).not.toContain('"errors"')
  })

  test('brings the variables of a tab along', async () => {
    await openTab('DirectoryUsers')
    await execute()
    const answer = await readAnswer('"Halden Okta"', '"totalCount"')
    expect(answer).toContain('"totalCount": 2000')
  })

  test('asks no other host for anything, and raises no error', () => {
    const networked = requested.filter(({ protocol }) => protocol !== 'data:' && protocol !== 'blob:')
    expect(new Set(networked.map(({ origin }) => origin))).toEqual(new Set([app.origin]))
    expect(networked.filter(({ pathname }) => pathname === '/graphql').length).toBeGreaterThan(2)
    expect(errors).toEqual([])
  })
})
