import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'

const { CHROMIUM_PATH } = process.env
const PATHS = CHROMIUM_PATH
  ? [CHROMIUM_PATH]
  : ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const executablePath = PATHS.find(path => existsSync(path))

/** Why there can be no tests in a browser here; null where there can. */
export function whyNoBrowser(): string | null {
  return executablePath ? null : `no Chromium at ${PATHS.join(', ')}; install it or set CHROMIUM_PATH`
}

/** Starts Chromium with a profile of its own, quiet on the network. */
export async function launchChromium(): Promise<{ context: BrowserContext; close: () => Promise<void> }> {
  if (executablePath === undefined) throw new Error(`${whyNoBrowser()}.`)
  const profile = await mkdtemp(join(tmpdir(), 'dirgraph-chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    viewport: { width: 1600, height: 1000 },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  return {
    context,
    async close() {
      await context.close()
      await rm(profile, { recursive: true, force: true })
    },
  }
}
