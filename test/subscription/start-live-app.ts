import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { createAuthenticate } from '../../src/callers/authenticate.ts'
import type { DirectoryProvider } from '../../src/domain/directory-provider.ts'
import type { ProviderName } from '../../src/domain/entity-key.ts'
import type { EventReceiver } from '../../src/domain/event-receiver.ts'
import { createEventFeed, type EventFeed, type EventFeedSettings } from '../../src/events/event-feed.ts'
import { createCompositeProvider } from '../../src/providers/composite-provider.ts'
import { createCompositeReceiver } from '../../src/providers/composite-receiver.ts'
import { createScalekitProvider } from '../../src/providers/scalekit/scalekit-provider.ts'
import { createWorkosProvider } from '../../src/providers/workos/workos-provider.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { schema } from '../../src/schema/index.ts'
import { type Listener, listen } from '../../src/server/listen.ts'
import { createServer, type ServerSettings } from '../../src/server/server.ts'
import { NO_SCALEKIT_LIMITS, NO_WORKOS_LIMITS } from '../support/any-call.ts'
import { ANY_SERVER } from '../support/any-server.ts'
import { type Issuer, startIssuer } from '../support/issue-tokens.ts'
import { createSteeredEventLog, type SteeredEventLog } from '../support/steered-event-log.ts'

export const ADMIN_TOKEN = 'admin_0123456789abcdef0123456789abcdef'

export interface LiveApp {
  readonly sandbox: Sandbox
  readonly server: ReturnType<typeof createServer>
  readonly listener: Listener
  /** Where GraphQL is spoken. */
  readonly url: string
  readonly feed: EventFeed
  readonly log: SteeredEventLog
  readonly issuer: Issuer
  /** Everything that was logged, line by line. */
  readonly lines: () => Record<string, unknown>[]
  /** The header of a user of an organization of WorkOS who may read, unless said otherwise. */
  as(organization: string, claims?: Record<string, unknown>): Promise<Record<string, string>>
}

export interface LiveAppSettings extends Partial<Pick<EventFeedSettings, 'maxEvents'>> {
  readonly heartbeatMs?: number
  readonly log?: SteeredEventLog
  /** Whether callers need a token. */
  readonly isGuarded?: boolean
  readonly server?: Partial<ServerSettings>
}

/** A dirgraph on a sandbox of its own, on a real port, whose events are the test's; ends with the test. */
export async function startLiveApp(settings: LiveAppSettings = {}): Promise<LiveApp> {
  const { log: eventLog = createSteeredEventLog(), isGuarded = false, heartbeatMs = 12_000 } = settings
  const [sandbox, issuer] = await Promise.all([startSandbox(), startIssuer()])
  const written: string[] = []
  const log = pino({ level: 'trace' }, { write: line => written.push(line) })
  const { apiKey, url: apiUrl } = sandbox.workos
  const environment = { log, cacheTtlMs: 30_000, fetch }
  const providers = new Map<ProviderName, DirectoryProvider & EventReceiver>([
    ['workos', createWorkosProvider({ apiKey, apiUrl, ...NO_WORKOS_LIMITS }, environment)],
    ['scalekit', createScalekitProvider({ ...sandbox.scalekit, ...NO_SCALEKIT_LIMITS }, environment)],
  ])
  const receiver = createCompositeReceiver(providers)
  const feed = createEventFeed({
    eventLog,
    receiver,
    log,
    settlingMs: 50,
    maxEvents: settings.maxEvents ?? 10_000,
  })
  const { jwksUrl, audience } = issuer
  const userTokens = { jwksUrl, issuer: issuer.issuer, audience, provider: 'workos' } as const
  const server = createServer({
    ...ANY_SERVER,
    authenticate: createAuthenticate(
      isGuarded ? { adminToken: ADMIN_TOKEN, userTokens } : { adminToken: null, userTokens: null },
    ),
    schema,
    provider: createCompositeProvider(providers),
    log,
    feed,
    heartbeatMs,
    ...settings.server,
  })
  const listener = await listen(server.fetch, { host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    server.endSubscriptions()
    await listener.close(0)
    await server.stop()
    await sandbox.stop()
    await issuer.stop()
  })
  return {
    sandbox,
    server,
    listener,
    url: `${listener.url}/graphql`,
    feed,
    log: eventLog,
    issuer,
    lines: () => written.map(line => JSON.parse(line)),
    async as(organization, claims = {}) {
      const permissions = ['directories:read']
      const token = await issuer.sign({ org_id: organization, permissions, ...claims })
      return { authorization: `Bearer ${token}` }
    },
  }
}

export const AS_ADMIN = { authorization: `Bearer ${ADMIN_TOKEN}` }
