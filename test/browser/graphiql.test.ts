import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { workosEvent, workosSubject } from '../providers/event-samples.ts'
import { launchChromium, whyNoBrowser } from '../support/chromium.ts'
import { isLeftOut } from '../support/left-out.ts'
import { type ServedApp, serveApp } from '../support/serve-app.ts'
import { fromWorkos, WEBHOOKS } from '../support/sign-webhooks.ts'

const WHAT = 'GraphiQL in Chromium'

describe.skipIf(isLeftOut(WHAT, whyNoBrowser()))(WHAT, () => {
  let app: ServedApp
  let page: Page
  let closeBrowser: (() => Promise<void>) | undefined
  /** What the browser asked for over the network, from its first request to its last. */
  const requested: URL[] = []
  const errors: string[] = []
  /** What the page wanted to do and its policy forbade, and whatever else the browser complained of. */
  const complaints: string[] = []

  beforeAll(async () => {
    app = await serveApp({ graphiql: true, dirgraph: { webhooks: WEBHOOKS } })
    const { context, close } = await launchChromium()
    closeBrowser = close
    context.on('console', message => message.type() === 'error' && complaints.push(message.text()))
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

  test('completes words of the schema, and marks those that it has not', async () => {
    await page.locator('.graphiql-tab-add').click()
    const editor = page.locator('.graphiql-query-editor .view-lines')
    await editor.click()
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.type('{ organizationz')
    await page.locator('.graphiql-query-editor .squiggly-error').first().waitFor()
    await page.keyboard.press('Backspace')
    await page.keyboard.press('Control+Space')
    await page.locator('.suggest-widget').getByText('organizations').first().waitFor()
  })

  test('shows the fields of the schema to click together, and its documents', async () => {
    await page.getByRole('button', { name: /GraphiQL Explorer/i }).click()
    await page
      .locator('.docExplorerWrap, .graphiql-explorer-root')
      .getByText('directoryUsersByEmail')
      .first()
      .waitFor()
    await page.getByRole('button', { name: /Documentation Explorer/i }).click()
    await page.locator('.graphiql-doc-explorer').getByText('Query').first().waitFor()
  })

  test('shows events as they come, until it is told to stop', async () => {
    const answer = page.locator('.graphiql-response')
    const tell = async (id: string) => {
      const event = workosEvent('dsync.user.created', workosSubject(app.sandbox.data).user, { id })
      await app.dirgraph.fetch(fromWorkos(event))
    }
    await page.locator('.graphiql-tab-add').click()
    await page.locator('.graphiql-query-editor .view-lines').click()
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.insertText('subscription Events { directoryEvents { upstreamId } }')
    await page.waitForTimeout(1_000)
    const begun = page.waitForResponse(response => response.headers()['content-type'] === 'text/event-stream')
    await execute()
    await begun
    await tell('event_first')
    await answer.getByText('"event_first"').waitFor()
    const ended = page.waitForEvent('requestfailed')
    await execute()
    await ended
  })

  test('needs nothing that its policy forbids', () => {
    expect(complaints).toEqual([])
    expect(page.workers().length).toBeGreaterThan(0)
  })

  test('runs no script but its own, wherever it comes from', async () => {
    const ran = await page.evaluate(async () => {
      const attempts: Record<string, unknown> = {}
      const script = document.createElement('script')
      script.textContent = 'window.injected = true'
      document.body.append(script)
      const image = document.createElement('div')
      image.innerHTML = '<img src="data:," onerror="window.injected = true">'
      document.body.append(image)
      await new Promise(resolve => setTimeout(resolve, 200))
      attempts.injected = 'injected' in window
      try {
        attempts.evaluated = new Function('return 1')()
      } catch (error) {
        attempts.evaluated = (error as Error).name
      }
      attempts.sent = await fetch('http://127.0.0.1:9/').catch((error: Error) => error.name)
      return attempts
    })
    expect(ran).toEqual({ injected: false, evaluated: 'EvalError', sent: 'TypeError' })
    expect(complaints.some(text => text.includes('script-src'))).toBe(true)
    expect(complaints.some(text => text.includes('connect-src'))).toBe(true)
  })

  test('asks no other host for anything, and raises no error', () => {
    const networked = requested.filter(({ protocol }) => protocol !== 'data:' && protocol !== 'blob:')
    expect(new Set(networked.map(({ origin }) => origin))).toEqual(new Set([app.origin]))
    expect(networked.filter(({ pathname }) => pathname === '/graphql').length).toBeGreaterThan(2)
    expect(errors).toEqual([])
  })
})

const WITH_TOKEN = 'GraphiQL of a server that asks for a token, in Chromium'

describe.skipIf(isLeftOut(WITH_TOKEN, whyNoBrowser()))(WITH_TOKEN, () => {
  test('has the place for the token in view, uses it, and does not leave it in the browser', async () => {
    const TOKEN = 'admin-token-of-this-test'
    const app = await serveApp({ graphiql: true, dirgraph: { adminToken: TOKEN, introspection: false } })
    onTestFinished(() => app.stop())
    const { context, close } = await launchChromium()
    onTestFinished(close)
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    await page.goto(app.url)

    const headers = page.locator('.graphiql-editor-tool')
    await headers.getByText('authorization').waitFor()
    const run = page.locator('.graphiql-execute-button')
    const answer = page.locator('.graphiql-response')
    await run.click()
    await answer.getByText('"UNAUTHENTICATED"').waitFor()

    await headers.getByText('Bearer').click()
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.type(TOKEN)
    // GraphiQL takes what was typed after a pause.
    await page.waitForTimeout(1_000)
    await run.click()
    await answer.getByText('"Nimbus Freight"').waitFor()
    // The schema is asked for with the same token.
    await page.getByRole('button', { name: /re-fetch/i }).click()
    await page.getByRole('button', { name: /GraphiQL Explorer/i }).click()
    await page.getByText('directoryUsersByEmail').first().waitFor()

    await page.waitForTimeout(1_000)
    const kept = await page.evaluate(
      () => JSON.stringify({ ...localStorage, ...sessionStorage }) + location.href,
    )
    expect(kept).toContain('query Organizations')
    expect(kept).not.toContain(TOKEN)
    await page.reload()
    await page.locator('.graphiql-execute-button').waitFor()
    expect(await page.content()).not.toContain(TOKEN)
  }, 60_000)
})
