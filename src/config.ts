import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Permission } from './domain/caller.ts'
import { show, toMistake } from './mistakes.ts'
import {
  findContradictions,
  findMissing,
  findMissingOfTokens,
  findWarnings,
  SCALEKIT,
} from './setting-checks.ts'
import { type Given, type SettingName as Name, settings } from './settings.ts'
import type { LogLevel } from './telemetry/logger.ts'
import { readTraceSettings } from './trace-settings.ts'

/** Every setting that the environment can hold, read and checked; the one reader of the environment is this file. */
export interface Config {
  readonly host: string
  readonly port: number
  /** Null where the provider is not set up, and on the sandbox. */
  readonly workos: { readonly apiKey: string; readonly apiUrl: string } | null
  readonly scalekit: {
    readonly environmentUrl: string
    readonly clientId: string
    readonly clientSecret: string
  } | null
  /** Both providers are the built-in sandbox. */
  readonly isSandbox: boolean
  /** The sandbox changes by itself, and tells this server so. */
  readonly sandboxChanges: boolean
  readonly adminToken: string | null
  readonly userTokens: {
    readonly jwksUrl: string
    readonly issuer: string
    readonly audience: string
    readonly provider: 'workos' | 'scalekit'
    readonly permissions: Readonly<Record<string, readonly Permission[]>>
  } | null
  /** Real accounts without tokens, on loopback: only requests that name localhost may be answered. */
  readonly loopbackOnly: boolean
  readonly allowedOrigins: readonly string[]
  /** Of the sandbox's too; of no use for a provider that is not set up. */
  readonly webhooks: {
    readonly workosSecrets: readonly string[]
    readonly scalekitSecrets: readonly string[]
  }
  /** 0 is never. */
  readonly workosEventsPollSeconds: number
  readonly graphiql: boolean
  readonly console: boolean
  readonly introspection: boolean
  /** Serves the schema as a Federation 2 subgraph. */
  readonly federation: boolean
  readonly persistedDocuments: {
    readonly documents: Readonly<Record<string, string>>
    readonly mode: 'off' | 'allow' | 'only'
  } | null
  readonly maxBodyBytes: number
  readonly maxTokens: number
  readonly maxDepth: number
  readonly maxAliases: number
  readonly maxRootFields: number
  readonly maxIds: number
  /** Of the Redis or Valkey that replicas share; null for a process that works alone. */
  readonly redisUrl: string | null
  readonly logLevel: LogLevel
  /** How long an upstream's answer may be reused by other operations; 0 is never. */
  readonly cacheTtlSeconds: number
  readonly maxEstimatedCalls: number
  readonly maxUpstreamCalls: number
  readonly operationTimeoutMs: number
  /** Null where nobody has asked for traces. */
  readonly traces: ReturnType<typeof readTraceSettings>
  readonly propagateTraces: boolean
  /** How long requests are still taken once `/ready` says that the server stops. */
  readonly drainMs: number
  /** What each provider may be asked; of the sandbox's too. */
  readonly workosLimits: { readonly requestsPerMinute: number; readonly directoryUsersPerSecond: number }
  readonly scalekitLimits: { readonly requestsPerSecond: number }
  /** Started by `npm start`, `npx` or the like, with npm as the one who is told to stop. */
  readonly isUnderNpm: boolean
  /** What is not wrong, but probably not meant. */
  readonly warnings: readonly string[]
}

/** Settings that can't be used: a readable line for each mistake. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly mistakes: readonly string[]
  /** A name that is misspelt is often the reason. */
  readonly warnings: readonly string[]
  constructor(mistakes: readonly string[], warnings: readonly string[]) {
    super(mistakes.join('\n'))
    this.mistakes = mistakes
    this.warnings = warnings
  }
}

/** Reads the settings. An empty one counts as not given. Throws `ConfigError` with all mistakes at once. */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given: Given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value))
  const isProviderGiven = ['WORKOS_API_KEY', ...SCALEKIT].some(name => given[name] !== undefined)
  const isSandbox =
    given.DIRGRAPH_SANDBOX === 'true' || (given.DIRGRAPH_SANDBOX === undefined && !isProviderGiven)

  const parsed = settings.safeParse(given)
  const wrong = new Set(parsed.error?.issues.map(issue => issue.path[0] as Name))
  const mistakes = [...wrong].map(name => toMistake(name, given))
  // A sandbox neither needs the providers' settings nor reads them.
  if (!isSandbox) mistakes.push(...findMissing(given, isProviderGiven))
  mistakes.push(...findMissingOfTokens(given))
  const isOpen = given.DIRGRAPH_ADMIN_TOKEN === undefined && given.DIRGRAPH_JWKS_URL === undefined
  if (isOpen && !isSandbox && !isLoopback(given.HOST ?? '127.0.0.1')) mistakes.push(OPEN_TO_ALL)
  const persisted = readManifest(given)
  if (typeof persisted === 'string') mistakes.push(persisted)
  mistakes.push(...findContradictions(given, isSandbox))
  const traces = readTraceSettings(given, mistakes)
  const warnings = findWarnings(given, isSandbox, isSandbox && isProviderGiven)
  if (mistakes.length > 0 || !parsed.success) throw new ConfigError(mistakes, warnings)

  const { data } = parsed
  const graphiql = data.DIRGRAPH_GRAPHIQL ?? isSandbox
  return Object.freeze({
    host: data.HOST,
    port: data.PORT,
    workos: isSandbox ? null : toWorkos(data),
    scalekit: isSandbox ? null : toScalekit(data),
    isSandbox,
    sandboxChanges: data.DIRGRAPH_SANDBOX_CHANGES,
    adminToken: data.DIRGRAPH_ADMIN_TOKEN ?? null,
    userTokens: toUserTokens(data),
    loopbackOnly: isOpen && !isSandbox,
    allowedOrigins: data.DIRGRAPH_ALLOWED_ORIGINS ?? [],
    webhooks: {
      workosSecrets: data.WORKOS_WEBHOOK_SECRETS ?? [],
      scalekitSecrets: data.SCALEKIT_WEBHOOK_SECRETS ?? [],
    },
    workosEventsPollSeconds: data.WORKOS_EVENTS_POLL_SECONDS,
    graphiql,
    console: data.DIRGRAPH_CONSOLE ?? graphiql,
    introspection: data.DIRGRAPH_INTROSPECTION ?? graphiql,
    federation: data.DIRGRAPH_FEDERATION,
    persistedDocuments:
      persisted === null || typeof persisted === 'string'
        ? null
        : { documents: persisted, mode: data.DIRGRAPH_PERSISTED_DOCUMENTS_MODE },
    maxBodyBytes: data.DIRGRAPH_MAX_BODY_BYTES,
    maxTokens: data.DIRGRAPH_MAX_TOKENS,
    maxDepth: data.DIRGRAPH_MAX_DEPTH,
    maxAliases: data.DIRGRAPH_MAX_ALIASES,
    maxRootFields: data.DIRGRAPH_MAX_ROOT_FIELDS,
    maxIds: data.DIRGRAPH_MAX_IDS,
    redisUrl: data.REDIS_URL ?? null,
    logLevel: data.LOG_LEVEL,
    cacheTtlSeconds: data.DIRGRAPH_CACHE_TTL_SECONDS,
    maxEstimatedCalls: data.DIRGRAPH_MAX_ESTIMATED_CALLS,
    maxUpstreamCalls: data.DIRGRAPH_MAX_UPSTREAM_CALLS,
    operationTimeoutMs: data.DIRGRAPH_OPERATION_TIMEOUT_MS,
    traces,
    propagateTraces: data.DIRGRAPH_PROPAGATE_TRACES,
    drainMs: data.DIRGRAPH_DRAIN_MS,
    workosLimits: {
      requestsPerMinute: data.WORKOS_REQUESTS_PER_MINUTE,
      directoryUsersPerSecond: data.WORKOS_DIRECTORY_USERS_PER_SECOND,
    },
    scalekitLimits: { requestsPerSecond: data.SCALEKIT_REQUESTS_PER_SECOND },
    isUnderNpm: given.npm_lifecycle_event !== undefined,
    warnings,
  })
}

type Settings = z.output<typeof settings>

function toWorkos({ WORKOS_API_KEY: apiKey, WORKOS_API_URL: apiUrl }: Settings): Config['workos'] {
  return apiKey === undefined ? null : { apiKey, apiUrl }
}

function toScalekit({
  SCALEKIT_ENVIRONMENT_URL: environmentUrl,
  SCALEKIT_CLIENT_ID: clientId,
  SCALEKIT_CLIENT_SECRET: clientSecret,
}: Settings): Config['scalekit'] {
  return environmentUrl && clientId && clientSecret ? { environmentUrl, clientId, clientSecret } : null
}

function toUserTokens(data: Settings): Config['userTokens'] {
  const { DIRGRAPH_JWKS_URL: jwksUrl, DIRGRAPH_JWT_ISSUER: issuer } = data
  const { DIRGRAPH_JWT_AUDIENCE: audience, DIRGRAPH_JWT_PROVIDER: provider } = data
  if (!jwksUrl || !issuer || !audience || !provider) return null
  const pairs = Object.groupBy(data.DIRGRAPH_JWT_PERMISSIONS ?? [], ([theirs]) => theirs)
  const permissions = Object.fromEntries(
    Object.entries(pairs).map(([theirs, its = []]) => [theirs, its.map(([, ours]) => ours)]),
  )
  return { jwksUrl, issuer, audience, provider, permissions }
}

const OPEN_TO_ALL =
  'HOST is no loopback address and nobody would need a token: set DIRGRAPH_ADMIN_TOKEN, or DIRGRAPH_JWKS_URL and what belongs to it.'

function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host)
}

/** The documents in the manifest at a path; null where there is no path, and a line about it where it is none. */
function readManifest(given: Given): Record<string, string> | string | null {
  const path = given.DIRGRAPH_PERSISTED_DOCUMENTS
  if (path === undefined) return null
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no file' : 'no manifest of documents by id'
    return `DIRGRAPH_PERSISTED_DOCUMENTS is ${show('DIRGRAPH_PERSISTED_DOCUMENTS', given)}, which is ${why}; it may be the path of a JSON file.`
  }
}
