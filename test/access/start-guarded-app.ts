import { onTestFinished } from 'vitest'
import type { DirgraphSettings } from '../../src/app.ts'
import { type Issuer, startIssuer } from '../support/issue-tokens.ts'
import { startApp, type TestApp, type TestAppSettings } from '../support/start-app.ts'

export const ADMIN_TOKEN = 'admin_0123456789abcdef0123456789abcdef'
export const EVERY_PERMISSION = ['directories:read', 'directories:write', 'directories:secrets']

type Provider = 'workos' | 'scalekit'
type UserTokens = NonNullable<DirgraphSettings['userTokens']>

export interface GuardedApp extends TestApp {
  readonly issuer: Issuer
  /** Posts an operation, and gives back the whole response with its text. */
  post(
    body: object,
    headers?: Record<string, string>,
  ): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }>
  /** The header of a user of an organization, with every permission unless said otherwise. */
  as(organization: string, permissions?: readonly string[]): Promise<Record<string, string>>
}

export interface GuardedAppSettings extends TestAppSettings {
  /** Whose organizations the tokens name; WorkOS's unless said otherwise. */
  readonly provider?: Provider
  readonly userTokens?: Partial<UserTokens>
  /** How the tokens are signed; RS256 unless said otherwise. */
  readonly algorithm?: string
}

export const ADMIN = bearer(ADMIN_TOKEN)

/** A dirgraph that asks for tokens, beside an issuer of them; both end with the test. */
export async function startGuardedApp(settings: GuardedAppSettings = {}): Promise<GuardedApp> {
  const { provider = 'workos', userTokens, algorithm = 'RS256', dirgraph, ...others } = settings
  const issuer = await startIssuer({ algorithm })
  const { jwksUrl, audience } = issuer
  const app = await startApp({
    ...others,
    dirgraph: {
      adminToken: ADMIN_TOKEN,
      userTokens: { jwksUrl, issuer: issuer.issuer, audience, provider, ...userTokens },
      ...dirgraph,
    },
  })
  const stop = async () => {
    await app.stop()
    await issuer.stop()
  }
  onTestFinished(stop)
  return {
    ...app,
    issuer,
    stop,
    async post(body, headers = {}) {
      const response = await app.dirgraph.fetch(
        new Request('http://dirgraph.test/graphql', {
          method: 'POST',
          // One id for all, so that answers can be compared to the letter.
          headers: { 'content-type': 'application/json', 'x-request-id': 'test', ...headers },
          body: JSON.stringify(body),
        }),
      )
      return { status: response.status, headers: response.headers, text: await response.text() }
    },
    async as(organization, permissions = EVERY_PERMISSION) {
      const claim = provider === 'workos' ? 'org_id' : 'oid'
      return bearer(await issuer.sign({ [claim]: organization, permissions }))
    },
  }
}

/** The header that a token comes in. */
export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` }
}

/** What was asked of the providers, without the token that Scalekit wants first. */
export function callsOf({ sandbox }: Pick<TestApp, 'sandbox'>): string[] {
  return sandbox.calls
    .filter(({ path }) => path !== '/oauth/token')
    .map(({ method, path, query }) => `${method} ${path}?${new URLSearchParams(query as never)}`)
}
