import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import type { Dirgraph } from '../../src/app.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { type Listener, listen } from '../../src/server/listen.ts'
import { PUBLISHED_LIMITS } from '../support/any-call.ts'
import { launchChromium } from '../support/chromium.ts'
import { SCALEKIT_SECRET, WEBHOOKS, WORKOS_SECRET } from '../support/sign-webhooks.ts'
import { createDirgraphOn, type TestAppSettings } from '../support/start-app.ts'
import { buildConsole } from './build-console.ts'
import { makeRough } from './rough-conditions.ts'

const PATIENCE_MS = 20_000
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Where other tests keep the machine busy, what is clicked may move away under the pointer. */
export const IN_BROWSER = { retry: 1 } as const

/** Of all rules but one: react-aria puts its hidden buttons that close a popover beside the dialog, in no landmark. */
const RUN_AXE = 'axe.run({ rules: { region: { enabled: false } } })'

export interface ServedConsole {
  readonly sandbox: Sandbox
  /** Where it listens, without a path. It stays the same when it comes back. */
  readonly origin: string
  /** Stops the server as the command does on SIGTERM; the sandbox goes on. */
  halt(): Promise<void>
  /** Starts another server in its place. */
  resume(): Promise<void>
  /** Cuts every connection off, as a network that breaks does, and takes new ones at once. */
  cut(): Promise<void>
}

export interface ConsoleSettings extends TestAppSettings {
  /** Where no limit, failure or change but the test's own may play a part; say there why. */
  readonly isCalm?: boolean
}

/** The console on a sandbox of its own, told of what changes there, in rough conditions; it ends with the test. */
export async function startConsole({ isCalm, ...own }: ConsoleSettings = {}): Promise<ServedConsole> {
  await buildConsole()
  const settings: TestAppSettings = isCalm ? own : { ...PUBLISHED_LIMITS, ...own }
  const sandbox = await startSandbox(settings)
  if (!isCalm) onTestFinished(makeRough(sandbox))
  const start = () =>
    createDirgraphOn(sandbox, {
      ...settings,
      dirgraph: { console: true, webhooks: WEBHOOKS, ...settings.dirgraph },
    })
  let dirgraph: Dirgraph = start()
  const open = (port: number) => listen(request => dirgraph.fetch(request), { host: '127.0.0.1', port })
  let listener: Listener = await open(0)
  const origin = listener.url
  const port = Number(new URL(origin).port)
  const secrets = { workos: WORKOS_SECRET, scalekit: SCALEKIT_SECRET }
  for (const provider of ['workos', 'scalekit'] as const) {
    sandbox.webhooks.deliverTo({ provider, url: `${origin}/webhooks/${provider}`, secret: secrets[provider] })
  }
  const halt = async () => {
    dirgraph.endSubscriptions()
    await listener.close(0)
    await dirgraph.stop()
  }
  onTestFinished(async () => {
    await halt()
    await sandbox.stop()
  })
  return {
    sandbox,
    origin,
    halt,
    async resume() {
      dirgraph = start()
      listener = await open(port)
    },
    async cut() {
      await listener.close(0)
      listener = await open(port)
    },
  }
}

export interface View {
  readonly width?: number
  readonly theme?: 'light' | 'dark'
  /** What the browser may complain of, as it does of every answer that is no 200. */
  readonly expected?: RegExp
}

/** Opens a page at an address; the test fails if anything in it raises an error or is forbidden by its policy. */
export type OpenPage = (url: string, view?: View) => Promise<Page>

/** One Chromium for the tests of a file. */
export function useChromium(): OpenPage {
  let context: BrowserContext
  let close: (() => Promise<void>) | undefined
  beforeAll(async () => {
    const launched = await launchChromium()
    context = launched.context
    close = launched.close
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  })
  afterAll(() => close?.())
  return async (url, { width = 1024, theme = 'light', expected } = {}) => {
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', message => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', error => complaints.push(error.message))
    onTestFinished(async () => {
      await page.close()
      expect(complaints.filter(text => !expected?.test(text))).toEqual([])
    })
    page.setDefaultTimeout(PATIENCE_MS)
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await page.goto(url)
    return page
  }
}

/** Runs axe over what the page shows now, in both themes unless one is named. */
export async function expectAccessible(
  page: Page,
  themes: readonly ('light' | 'dark')[] = ['light', 'dark'],
): Promise<void> {
  await page.evaluate(AXE)
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations } = (await page.evaluate(RUN_AXE)) as AxeResults
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
    expect(found, colorScheme).toEqual([])
  }
}
