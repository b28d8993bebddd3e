import { type GraphQLSchema, parse, validate } from 'graphql'
import { createAuthenticate } from './callers/authenticate.ts'
import type { UserTokenSettings } from './callers/user-token.ts'
import { cacheTtlMsOf, createProviders, credentialsOf, type ProviderSettings } from './create-providers.ts'
import { isCredential } from './domain/credential.ts'
import type { ProviderName } from './domain/entity-key.ts'
import { startEventPipeline } from './events/event-pipeline.ts'
import { createCompositeReceiver } from './providers/composite-receiver.ts'
import { restrictProvider } from './providers/restrict-provider.ts'
import { createSharedEngine, type SharedEngine } from './redis/shared-engine.ts'
import { estimateCallsOnce } from './schema/estimate-calls.ts'
import { schema as plainSchema } from './schema/index.ts'
import { toSubgraph } from './schema/subgraph.ts'
import { type ConsoleFiles, readConsoleFiles } from './server/console-files.ts'
import { operationNamesIn } from './server/operation-name.ts'
import { createServer } from './server/server.ts'
import type { PersistedDocuments } from './server/use-persisted-documents.ts'
import { isRedisUrl, isSafeBaseUrl } from './settings.ts'
import { createLogger, type Logger, type LogLevel } from './telemetry/logger.ts'
import { createPrometheusMetrics } from './telemetry/prometheus.ts'
import type { Verify } from './webhooks/signature.ts'
import { createScalekitVerify } from './webhooks/verify-scalekit.ts'
import { createWorkosVerify } from './webhooks/verify-workos.ts'

/** What a document and its answer may be, unless said otherwise. */
const LIMIT_DEFAULTS = {
  maxBodyBytes: 256 * 1_024,
  maxTokens: 1_000,
  maxDepth: 15,
  maxAliases: 30,
  maxRootFields: 20,
  maxIds: 100,
}

/** Balancers and browsers take a connection without a word for half a minute to be dead. */
const HEARTBEAT_MS = 12_000

/** What a dirgraph needs to know. At least one provider is needed; URLs have no trailing slash. */
export interface DirgraphSettings extends ProviderSettings, Partial<typeof LIMIT_DEFAULTS> {
  /** A bearer token with every permission, for servers and for GraphiQL. */
  readonly adminToken?: string | null
  /**
   * Whose tokens end users come with, each for one organization. Without these and an admin token nobody is asked for
   * one, and whoever reaches this may do everything: then whoever mounts it decides who does.
   */
  readonly userTokens?: UserTokenSettings | null
  /** Answers only requests that name localhost; for a server without tokens. Off unless asked for. */
  readonly loopbackOnly?: boolean
  /** Origins whose pages may call from a browser, such as `https://app.example.com`; none unless named. */
  readonly allowedOrigins?: readonly string[]
  /** Whether callers without the admin token may see the schema; as `graphiql`, unless said otherwise. */
  readonly introspection?: boolean
  /** Documents that clients may name by their id, and whether they have to. */
  readonly persistedDocuments?: PersistedDocuments | null
  /** What providers sign their webhooks with, several while they are rotated; without one of them there is no route. */
  readonly webhooks?: {
    readonly workosSecrets?: readonly string[]
    /** Of the form `whsec_<base64>`. */
    readonly scalekitSecrets?: readonly string[]
  } | null
  /** How often the events of WorkOS are polled, where webhooks do not bring them: 0, never, unless said otherwise. */
  readonly workosEventsPollSeconds?: number
  /** Serves GraphiQL to browsers; off unless asked for. */
  readonly graphiql?: boolean
  /** Serves the console to browsers, under `/console`; off unless asked for. */
  readonly console?: boolean
  /** `info` unless said otherwise. */
  readonly logLevel?: LogLevel
  /** How long an operation may take: 10,000, unless said otherwise. */
  readonly operationTimeoutMs?: number
  /** An operation that may need more upstream calls is refused before it runs: 2,000, unless said otherwise. */
  readonly maxEstimatedCalls?: number
  /** How many upstream calls an operation may make: 200, unless said otherwise. */
  readonly maxUpstreamCalls?: number
  /** Tells in every answer what it cost; off unless asked for, and then a header of the request can ask for it. */
  readonly reportCost?: boolean
  /** Serves the schema as a Federation 2 subgraph, with `_service` and `_entities`; off unless asked for. */
  readonly federation?: boolean
}

/** A running dirgraph, to be mounted wherever the web's Request and Response are spoken. */
export interface Dirgraph {
  /** Answers `/graphql`, `/health`, `/ready`, `/metrics` and the webhooks. */
  readonly fetch: (request: Request) => Promise<Response>
  readonly schema: GraphQLSchema
  /** Says on `/ready` from now on that it is stopping, and answers everything else as before. */
  readonly beginStop: () => void
  /** Completes the subscriptions; from then on none begins. Best done when balancers lead who comes back elsewhere. */
  readonly endSubscriptions: () => void
  /** Ends what is under way; after it `fetch` answers no more. */
  readonly stop: () => Promise<void>
}

/**
 * Puts a dirgraph together: settings → providers → schema → server. Throws `TypeError` without a provider, and for
 * a credential, an address or a persisted document that can't be one.
 * It opens no port, and makes no call of its own unless events are to be polled; it connects to Redis where that is set.
 */
export function createDirgraph(settings: DirgraphSettings = {}): Dirgraph {
  refuseUnfit(settings)
  const schema = settings.federation ? toSubgraph(plainSchema) : plainSchema
  const consoleFiles = settings.console ? readConsoleFiles() : null
  const persistedDocuments = withConsole(settings.persistedDocuments ?? null, consoleFiles)
  const documents = { ...persistedDocuments?.documents, ...persistedDocuments?.own }
  refuseUnfitDocuments(documents, schema)
  const log = createLogger(settings.logLevel ?? 'info')
  const engine = createEngine(settings, log, () => server.oldestOperationMs())
  const metrics = createPrometheusMetrics({ operationNames: operationNamesIn(Object.values(documents)) })
  const verifiers = createVerifiers(settings)
  const { adapters, provider, eventSource } = createProviders(settings, {
    log,
    metrics,
    shareAnswers: engine?.shareAnswers ?? null,
    shareBudget: engine?.shareBudget ?? null,
  })
  const everyMs = (settings.workosEventsPollSeconds ?? 0) * 1_000
  const events = startEventPipeline({
    receiver: createCompositeReceiver(adapters),
    poll:
      eventSource !== null && everyMs > 0
        ? { source: eventSource, everyMs, ...(engine && { state: engine.pollState }) }
        : null,
    ...(engine && { eventLog: engine.eventLog }),
    log,
    metrics,
  })
  if (engine) metrics.watchRedis(() => engine.redis.isUp())
  metrics.watchSubscriptions(() => events.feed.status().subscribers)
  const server = createServer({
    schema,
    provider,
    redis: engine?.redis ?? null,
    log,
    metrics,
    estimateCalls: estimateCallsOnce,
    restrict: restrictProvider,
    authenticate: createAuthenticate({
      adminToken: settings.adminToken ?? null,
      userTokens: settings.userTokens ?? null,
    }),
    asksForToken: Boolean(settings.adminToken ?? settings.userTokens),
    onlyLoopback: settings.loopbackOnly ?? false,
    allowedOrigins: settings.allowedOrigins ?? [],
    introspection: settings.introspection ?? settings.graphiql ?? false,
    persistedDocuments,
    console: settings.console ? { files: consoleFiles } : null,
    webhooks: { verifiers, take: events.take },
    graphiql: settings.graphiql ?? false,
    reportCost: settings.reportCost ?? false,
    feed: events.feed,
    heartbeatMs: HEARTBEAT_MS,
    limits: {
      ...withDefaults(LIMIT_DEFAULTS, settings),
      timeoutMs: settings.operationTimeoutMs ?? 10_000,
      maxEstimatedCalls: settings.maxEstimatedCalls ?? 2_000,
      maxUpstreamCalls: settings.maxUpstreamCalls ?? 200,
    },
  })
  return {
    fetch: server.fetch,
    schema,
    beginStop: server.beginStop,
    endSubscriptions: server.endSubscriptions,
    async stop() {
      await server.stop()
      await events.stop()
      await engine?.stop()
    },
  }
}

/** What this process shares with others of the same providers and credentials; null where it works alone. */
function createEngine(
  settings: DirgraphSettings,
  log: Logger,
  oldestRequestMs: () => number,
): SharedEngine | null {
  const { redisUrl } = settings
  if (!redisUrl) return null
  const credentials = credentialsOf(settings)
  const cacheTtlMs = cacheTtlMsOf(settings)
  return createSharedEngine({ url: redisUrl, credentials, cacheTtlMs, oldestRequestMs, log })
}

/** How the deliveries of each provider are verified. Throws `TypeError` for a secret with which anybody could sign. */
function createVerifiers({ webhooks, workos, scalekit }: DirgraphSettings): Map<ProviderName, Verify> {
  const { workosSecrets = [], scalekitSecrets = [] } = webhooks ?? {}
  const verifiers = new Map<ProviderName, Verify>()
  if (workos && workosSecrets.length > 0) verifiers.set('workos', createWorkosVerify(workosSecrets))
  if (scalekit && scalekitSecrets.length > 0) verifiers.set('scalekit', createScalekitVerify(scalekitSecrets))
  return verifiers
}

/** The console sends ids of documents, which changes nothing for those of others. */
function withConsole(
  persisted: PersistedDocuments | null,
  files: ConsoleFiles | null,
): PersistedDocuments | null {
  if (files === null) return persisted
  return { ...(persisted ?? { documents: {}, mode: 'off' }), own: files.documents }
}

/** The defaults, with what the settings say of them. */
function withDefaults<T extends object>(defaults: T, settings: Partial<T>): T {
  const given = Object.keys(defaults).filter(name => settings[name as keyof T] !== undefined)
  return { ...defaults, ...Object.fromEntries(given.map(name => [name, settings[name as keyof T]])) }
}

/** The same checks that the command makes of its environment: a key must not travel in the clear, or be no key. */
function refuseUnfit({ workos, scalekit, adminToken, userTokens, redisUrl }: DirgraphSettings): void {
  if (!workos && !scalekit) throw new TypeError('createDirgraph needs `workos`, `scalekit` or both.')
  if (redisUrl && !isRedisUrl(redisUrl))
    throw new TypeError('`redisUrl` has to be a redis:// or rediss:// URL.')
  const credentials = {
    ...(workos && { apiKey: workos.apiKey }),
    ...pick(scalekit, 'clientId', 'clientSecret'),
    ...(adminToken !== undefined && adminToken !== null && { adminToken }),
    ...pick(userTokens, 'issuer', 'audience'),
  }
  for (const [name, value] of Object.entries(credentials)) {
    if (!isCredential(value)) throw new TypeError(`\`${name}\` is missing, or has white space in it.`)
  }
  const addresses = {
    ...(workos?.apiUrl && { apiUrl: workos.apiUrl }),
    ...pick(scalekit, 'environmentUrl'),
    ...pick(userTokens, 'jwksUrl'),
  }
  for (const [name, value] of Object.entries(addresses)) {
    if (!isSafeBaseUrl(value))
      throw new TypeError(`\`${name}\` has to be an https URL (http on loopback only).`)
  }
}

/** A document that was written for another schema would be found out by the first who sends its id. */
function refuseUnfitDocuments(documents: Readonly<Record<string, string>>, schema: GraphQLSchema): void {
  for (const [id, text] of Object.entries(documents)) {
    const [mistake] = mistakesIn(text, schema)
    if (mistake)
      throw new TypeError(`The persisted document \`${id.slice(0, 80)}\` can not be run: ${mistake.message}`)
  }
}

function mistakesIn(document: string, schema: GraphQLSchema): readonly Error[] {
  try {
    return validate(schema, parse(document))
  } catch (error) {
    return [error as Error]
  }
}

function pick<T extends object, Name extends keyof T>(from: T | null | undefined, ...names: Name[]) {
  return from ? Object.fromEntries(names.map(name => [name, from[name]])) : {}
}
