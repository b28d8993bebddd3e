import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page, Request } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { whyNoBrowser } from '../support/chromium.ts'
import { type Issuer, startIssuer } from '../support/issue-tokens.ts'
import { isLeftOut } from '../support/left-out.ts'
import {
  expectAccessible,
  IN_BROWSER,
  type ServedConsole,
  startConsole,
  useChromium,
} from './start-console.ts'

const WHAT = 'Sessions of the console, in Chromium'
const ADMIN_TOKEN = 'admin_0123456789abcdef0123456789abcdef'
/** The browser says so itself of each 401. */
const UNAUTHORIZED = /status of 401/
const EVERY_PERMISSION = ['directories:read', 'directories:write', 'directories:secrets']

describe.skipIf(isLeftOut(WHAT, whyNoBrowser()))(WHAT, IN_BROWSER, () => {
  const open = useChromium()

  test('begin with a token, which is asked for where the server wants one, and is in memory only', async () => {
    const { origin } = await startConsole({ dirgraph: { adminToken: ADMIN_TOKEN } })
    const page = await open(`${origin}/console`, { expected: UNAUTHORIZED })
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
    await expectAccessible(page)
    await signIn(page, 'wrong_token_0123456789')
    await page.getByText('The token is not one that this server takes.').waitFor()
    expect(await page.getByRole('textbox', { name: 'Token' }).getAttribute('aria-invalid')).toBe('true')
    await expectAccessible(page)
    await signIn(page, 'жетон')
    await page.getByText('This is not a token').waitFor()
    await signIn(page, ADMIN_TOKEN)
    await page.getByRole('row').filter({ hasText: 'Nimbus Freight' }).waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    await expectAccessible(page)

    const kept = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie])
    expect(kept).toEqual([0, 0, ''])
    expect(await page.content()).not.toContain(ADMIN_TOKEN)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { level: 1, name: 'You have signed out' }).waitFor()
    await signIn(page, ADMIN_TOKEN)
    await page.getByRole('row').first().waitFor()
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
  })

  test('of a user show the user’s own organization', async () => {
    const { app, issuer } = await startForUsers()
    const page = await open(`${app.origin}/console`)
    await signIn(page, await tokenOf(app, issuer))
    await page.getByRole('row').filter({ hasText: 'Farrow & Lindqvist' }).waitFor()
    expect(await page.getByRole('row').count()).toBe(1)
  })

  test('of a user who may only read say why nothing can be changed', async () => {
    const { app, issuer } = await startForUsers()
    const page = await open(`${app.origin}/console`)
    await signIn(page, await tokenOf(app, issuer, { permissions: ['directories:read'] }))
    await page.getByRole('row').first().click()
    await page.getByRole('button', { name: 'Create a portal link' }).click()
    const alert = page.getByRole('alert').filter({ hasText: 'No link was made.' })
    await alert.filter({ hasText: 'directories:write' }).waitFor()
  })

  test('whose token ends leave what is shown, ask for a new one, and go on with it', async () => {
    const { app, issuer } = await startForUsers()
    const page = await open(`${app.origin}/console`, { expected: UNAUTHORIZED })
    const endsAt = Math.floor(Date.now() / 1_000) + 5
    await signIn(page, await tokenOf(app, issuer, { exp: endsAt }))
    await page.getByRole('row').first().click()
    const toggle = page.getByRole('switch')
    await toggle.waitFor()
    // Nobody does anything: the stream of changes ends with the token.
    const notice = page.getByRole('region', { name: 'Your token has ended' })
    await notice.waitFor()
    await page.getByText('Not live: a new token is needed').waitFor()
    // The server takes a token for some seconds more, for clocks that differ: it gets one that ended long ago.
    const authorization = `Bearer ${await tokenOf(app, issuer, { exp: endsAt - 3_600 })}`
    await page.route('**/graphql', route =>
      route.continue({ headers: { ...route.request().headers(), authorization } }),
    )
    await page.getByText('Sync directories by SCIM').click()
    await page.getByRole('alert').filter({ hasText: 'The token has expired.' }).waitFor()
    expect(await toggle.isChecked()).toBe(true)
    await expectAccessible(page)
    await page.unroute('**/graphql')

    await signIn(page, 'wrong_token_0123456789')
    await notice.getByText('The token is not one that this server takes.').waitFor()
    await signIn(page, await tokenOf(app, issuer))
    await notice.waitFor({ state: 'detached' })
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByText('Sync directories by SCIM').click()
    await page.getByText('dir_sync').locator('..').getByText('Off').waitFor()
    expect(await toggle.isChecked()).toBe(false)
  })

  test('take a token from a page of an allowed origin that holds the console in a frame, and from no other', async () => {
    const [embedder, other] = [await startEmbedder(), await startEmbedder()]
    const { origin } = await startConsole({
      dirgraph: { adminToken: ADMIN_TOKEN, allowedOrigins: [embedder.origin] },
    })
    const page = await open('about:blank', { expected: UNAUTHORIZED })
    const tokens = tokensSent(page)
    embedder.show(`
      <iframe title="console" src="${origin}/console" width="900" height="700"></iframe>
      <iframe title="other" src="${other.origin}/"></iframe>
      <script>
        window.told = []
        addEventListener('message', ({ data, origin }) => origin === '${origin}' && told.push(data))
        const hand = token => frames[0].postMessage({ type: 'dirgraph:token', token }, '${origin}')
      </script>`)
    other.show(`<script>
        const hand = () => parent.frames[0].postMessage({ type: 'dirgraph:token', token: 'of_the_other' }, '*')
      </script>`)
    await page.goto(embedder.origin)
    const frame = page.frameLocator('[title=console]')
    await frame.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.waitForFunction('told.length === 1')
    await page.frame({ url: `${other.origin}/` })?.evaluate('hand()')
    await page.evaluate(`hand('wrong_token_of_embedder')`)
    await page.waitForFunction('told.length === 2')
    expect(await page.evaluate('told')).toEqual([
      { type: 'dirgraph:token-needed' },
      { type: 'dirgraph:token-refused', message: 'The token is not one that this server takes.' },
    ])
    await page.evaluate(`hand('${ADMIN_TOKEN}')`)
    await frame.getByRole('row').filter({ hasText: 'Nimbus Freight' }).waitFor()
    expect(tokens()).toEqual(['wrong_token_of_embedder', ADMIN_TOKEN])
  })

  test('that are over in a frame begin again only where that is asked for', async () => {
    const embedder = await startEmbedder()
    const { origin } = await startConsole({
      dirgraph: { adminToken: ADMIN_TOKEN, allowedOrigins: [embedder.origin] },
    })
    embedder.show(`
      <iframe title="console" src="${origin}/console" width="900" height="700"></iframe>
      <script>
        window.asked = 0
        const hand = () => frames[0].postMessage({ type: 'dirgraph:token', token: '${ADMIN_TOKEN}' }, '${origin}')
        addEventListener('message', ({ data }) => {
          if (data.type !== 'dirgraph:token-needed') return
          asked += 1
          hand()
        })
      </script>`)
    const page = await open(embedder.origin)
    const frame = page.frameLocator('[title=console]')
    await frame.getByRole('button', { name: 'Sign out' }).click()
    await frame.getByRole('heading', { level: 1, name: 'You have signed out' }).waitFor()
    const tokens = tokensSent(page)
    await page.evaluate('hand()')
    await frame.getByText('To sign in again, paste a token').waitFor()
    expect(await page.evaluate('asked')).toBe(1)
    expect(tokens()).toEqual([])
    await frame.getByRole('button', { name: 'Ask the page around this one' }).click()
    await frame.getByRole('row').filter({ hasText: 'Nimbus Freight' }).waitFor()
    expect(await page.evaluate('asked')).toBe(2)
  })

  test('of another caller begin with nothing of what the one before has read', async () => {
    const embedder = await startEmbedder()
    const { app, issuer } = await startForUsers([embedder.origin])
    const hand = async (page: Page, token: string) => page.evaluate(`hand('${token}')`)
    embedder.show(`
      <iframe title="console" src="${app.origin}/console" width="900" height="700"></iframe>
      <script>
        const hand = token => frames[0].postMessage({ type: 'dirgraph:token', token }, '${app.origin}')
      </script>`)
    const page = await open(embedder.origin)
    const frame = page.frameLocator('[title=console]')
    await frame.getByRole('heading', { name: 'Sign in' }).waitFor()
    await hand(page, await tokenOf(app, issuer))
    await frame.getByRole('row').filter({ hasText: 'Farrow & Lindqvist' }).waitFor()
    await hand(page, await tokenOf(app, issuer, { oid: organizationNamed(app, 'Pinwheel Studio') }))
    await frame.getByRole('row').filter({ hasText: 'Pinwheel Studio' }).waitFor()
    expect(await frame.getByText('Farrow & Lindqvist').count()).toBe(0)
  })

  test('do not begin in a frame of any other origin', async () => {
    const [embedder, other] = [await startEmbedder(), await startEmbedder()]
    const { origin } = await startConsole({ dirgraph: { allowedOrigins: [embedder.origin] } })
    const closed = await startConsole()
    const page = await open('about:blank', { expected: /frame-ancestors/ })
    for (const [held, holder] of [
      [origin, other],
      [closed.origin, embedder],
    ] as const) {
      const refused = page.waitForEvent('console', message => message.text().includes('frame-ancestors'))
      holder.show(`<iframe src="${held}/console"></iframe>`)
      await page.goto(holder.origin)
      await refused
      expect(page.frames().at(-1)?.url()).toMatch(/^chrome-error:/)
    }
  })
})

async function signIn(page: Page, token: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Token' }).fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

async function startForUsers(
  allowedOrigins: readonly string[] = [],
): Promise<{ app: ServedConsole; issuer: Issuer }> {
  const issuer = await startIssuer()
  onTestFinished(() => issuer.stop())
  const { jwksUrl, audience } = issuer
  const userTokens = { jwksUrl, issuer: issuer.issuer, audience, provider: 'scalekit' as const }
  return { app: await startConsole({ dirgraph: { userTokens, allowedOrigins } }), issuer }
}

/** A token of somebody at Farrow & Lindqvist. */
function tokenOf(app: ServedConsole, issuer: Issuer, claims: object = {}): Promise<string> {
  const oid = organizationNamed(app, 'Farrow & Lindqvist')
  return issuer.sign({ oid, permissions: EVERY_PERMISSION, ...claims })
}

function organizationNamed({ sandbox }: ServedConsole, name: string): string | undefined {
  return sandbox.data.scalekit.organizations.find(({ display_name }) => display_name === name)?.id
}

/** The tokens that a page and its frames have sent so far, each once. */
function tokensSent(page: Page): () => string[] {
  const sent = new Set<string>()
  page.on('request', (request: Request) => {
    const { authorization } = request.headers()
    if (authorization !== undefined) sent.add(authorization.replace('Bearer ', ''))
  })
  return () => [...sent]
}

/** A page of another origin. */
async function startEmbedder(): Promise<{ origin: string; show(body: string): void }> {
  let body = ''
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(`<!doctype html><link rel="icon" href="data:,">${body}`)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    show(shown) {
      body = shown
    },
  }
}
