import { pino } from 'pino'
import { createAuthenticate } from '../../src/callers/authenticate.ts'
import { PERMISSIONS } from '../../src/domain/caller.ts'
import type { DirectoryProvider } from '../../src/domain/directory-provider.ts'
import type { ProviderName } from '../../src/domain/entity-key.ts'
import { createCompositeProvider } from '../../src/providers/composite-provider.ts'
import { createScalekitProvider } from '../../src/providers/scalekit/scalekit-provider.ts'
import { createWorkosProvider } from '../../src/providers/workos/workos-provider.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { schema } from '../../src/schema/index.ts'
import { createServer } from '../../src/server/server.ts'
import { NO_SCALEKIT_LIMITS, NO_WORKOS_LIMITS } from '../support/any-call.ts'
import { ANY_SERVER } from '../support/any-server.ts'
import { type Issuer, startIssuer } from '../support/issue-tokens.ts'

export const ADMIN_TOKEN = 'admin-token-that-nobody-may-see'
export interface GuardedApp {
  readonly sandbox: Sandbox
  /** Whoever issues the tokens of end users. */
  readonly issuer: Issuer
  /** The organization that a user's token is for, unless it says otherwise. */
  readonly organization: string
  readonly fetch: (request: Request) => Promise<Response>
  /** A token of that organization, for all permissions, unless the claims say otherwise. */
  sign(claims?: Readonly<Record<string, unknown>>): Promise<string>
  /** Posts an operation with a token, or with none. */
  post(body: object, token?: string | null, headers?: Record<string, string>): Promise<Response>
  /** Everything that was logged, as text, and the same line by line. */
  readonly log: () => string
  readonly lines: () => Record<string, unknown>[]
  clearLog(): void
  /** What opens anything: the upstreams' credentials, the tokens had from them, the admin's. */
  readonly secrets: () => string[]
  stop(): Promise<void>
}

export interface GuardedAppSettings {
  /** Whose tokens end users come with. */
  readonly provider?: ProviderName
  /** Another WorkOS than the sandbox’s. */
  readonly workosUrl?: string
  readonly cacheTtlMs?: number
  readonly timeoutMs?: number
}

/** A dirgraph that asks for tokens and logs all that it ever logs, with nothing redacted on the way. */
export async function startGuarded(settings: GuardedAppSettings = {}): Promise<GuardedApp> {
  const { provider: signIn = 'workos' } = settings
  const sandbox = await startSandbox()
  const { known } = sandbox.data
  const organization =
    signIn === 'workos'
      ? known.workosTwoDirectoriesOrganizationId
      : known.scalekitTwoDirectoriesOrganizationId
  const issuer = await startIssuer()

  const written: string[] = []
  const log = pino({ level: 'trace' }, { write: line => void written.push(line) })
  const environment = { log, cacheTtlMs: settings.cacheTtlMs ?? 0, fetch }
  const workos = { apiKey: sandbox.workos.apiKey, apiUrl: settings.workosUrl ?? sandbox.workos.url }
  const provider = createCompositeProvider(
    new Map<ProviderName, DirectoryProvider>([
      ['workos', createWorkosProvider({ ...workos, ...NO_WORKOS_LIMITS }, environment)],
      ['scalekit', createScalekitProvider({ ...sandbox.scalekit, ...NO_SCALEKIT_LIMITS }, environment)],
    ]),
  )
  const authenticate = createAuthenticate({
    adminToken: ADMIN_TOKEN,
    userTokens: {
      jwksUrl: issuer.jwksUrl,
      issuer: issuer.issuer,
      audience: issuer.audience,
      provider: signIn,
    },
  })
  const server = createServer({
    ...ANY_SERVER,
    limits: { ...ANY_SERVER.limits, timeoutMs: settings.timeoutMs ?? ANY_SERVER.limits.timeoutMs },
    introspection: false,
    schema,
    provider,
    log,
    authenticate,
  })

  return {
    sandbox,
    issuer,
    organization,
    fetch: server.fetch,
    sign: (claims = {}) =>
      issuer.sign({
        [signIn === 'workos' ? 'org_id' : 'oid']: organization,
        permissions: PERMISSIONS,
        exp: Math.floor(Date.now() / 1_000) + 3_600,
        ...claims,
      }),
    post: (body, token = null, headers = {}) =>
      server.fetch(
        new Request('http://dirgraph.test/graphql', {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            ...(token !== null && { authorization: `Bearer ${token}` }),
            ...headers,
          },
          body: JSON.stringify(body),
        }),
      ),
    log: () => written.join(''),
    lines: () => written.map(line => JSON.parse(line)),
    clearLog: () => {
      written.length = 0
    },
    secrets: () => [
      ADMIN_TOKEN,
      sandbox.workos.apiKey,
      sandbox.scalekit.clientSecret,
      ...sandbox.data.scalekit.tokens.keys(),
    ],
    async stop() {
      await server.stop()
      await issuer.stop()
      await sandbox.stop()
    },
  }
}
