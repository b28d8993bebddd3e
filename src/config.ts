import { z } from 'zod'

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
  readonly graphiql: boolean
  readonly logLevel: LogLevel
  /** How long an upstream's answer may be reused by other operations; 0 is never. */
  readonly cacheTtlSeconds: number
  readonly maxEstimatedCalls: number
  readonly maxUpstreamCalls: number
  readonly operationTimeoutMs: number
  /** What each provider may be asked; of the sandbox's too. */
  readonly workosLimits: { readonly requestsPerMinute: number; readonly directoryUsersPerSecond: number }
  readonly scalekitLimits: { readonly requestsPerSecond: number }
  /** Started by `npm start`, `npx` or the like, with npm as the one who is told to stop. */
  readonly isUnderNpm: boolean
  /** What is not wrong, but probably not meant. */
  readonly warnings: readonly string[]
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
type LogLevel = (typeof LOG_LEVELS)[number]

/** Settings that can't be used: a readable line for each mistake. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly mistakes: readonly string[]
  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'))
    this.mistakes = mistakes
  }
}

const flag = z.enum(['true', 'false']).transform(word => word === 'true')

/** Whether it can be a credential: it belongs into a header, where white space and line breaks have no place. */
export function isCredential(text: unknown): boolean {
  return typeof text === 'string' && /^[\x21-\x7e]+$/.test(text)
}

const credential = z.string().refine(isCredential)

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,7}$/)
    .transform(Number)
    .refine(number => number >= min && number <= max)

const baseUrl = z.string().refine(isSafeBaseUrl).transform(toBaseUrl)

/** Each setting with what it may hold, as its mistakes say it. */
const settings = z.object({
  HOST: z
    .string()
    .regex(/^[\w.:%-]+$/)
    .default('127.0.0.1')
    .describe('a host name or address to listen on'),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .refine(port => port <= 65_535)
    .default(4_000)
    .describe('a port number, 0 to 65535'),
  WORKOS_API_KEY: credential.optional().describe('an API key without white space'),
  WORKOS_API_URL: baseUrl
    .default('https://api.workos.com')
    .describe('an https URL without query (http on loopback only)'),
  SCALEKIT_ENVIRONMENT_URL: baseUrl.optional().describe('an https URL without query (http on loopback only)'),
  SCALEKIT_CLIENT_ID: credential.optional().describe('a client id without white space'),
  SCALEKIT_CLIENT_SECRET: credential.optional().describe('a client secret without white space'),
  DIRGRAPH_SANDBOX: flag.optional().describe('`true` or `false`'),
  DIRGRAPH_GRAPHIQL: flag.optional().describe('`true` or `false`'),
  DIRGRAPH_CACHE_TTL_SECONDS: wholeNumber(0, 86_400)
    .default(30)
    .describe('whole seconds, 0 (never) to 86400'),
  DIRGRAPH_MAX_ESTIMATED_CALLS: wholeNumber(1, 1_000_000)
    .default(2_000)
    .describe('a number of calls, 1 to 1000000'),
  DIRGRAPH_MAX_UPSTREAM_CALLS: wholeNumber(1, 100_000)
    .default(200)
    .describe('a number of calls, 1 to 100000'),
  DIRGRAPH_OPERATION_TIMEOUT_MS: wholeNumber(100, 600_000)
    .default(10_000)
    .describe('milliseconds, 100 to 600000'),
  WORKOS_REQUESTS_PER_MINUTE: wholeNumber(1, 100_000)
    .default(6_000)
    .describe('a number of requests, 1 to 100000'),
  WORKOS_DIRECTORY_USERS_PER_SECOND: wholeNumber(1, 1_000)
    .default(4)
    .describe('a number of requests, 1 to 1000'),
  SCALEKIT_REQUESTS_PER_SECOND: wholeNumber(1, 10_000)
    .default(50)
    .describe('a number of requests, 1 to 10000'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe(LOG_LEVELS.join(', ')),
})
type Name = keyof typeof settings.shape
type Given = Readonly<Partial<Record<string, string>>>

const SECRETS: ReadonlySet<Name> = new Set(['WORKOS_API_KEY', 'SCALEKIT_CLIENT_SECRET'])
const SCALEKIT: readonly Name[] = ['SCALEKIT_ENVIRONMENT_URL', 'SCALEKIT_CLIENT_ID', 'SCALEKIT_CLIENT_SECRET']

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
  if (mistakes.length > 0 || !parsed.success) throw new ConfigError(mistakes)

  const { data } = parsed
  return Object.freeze({
    host: data.HOST,
    port: data.PORT,
    workos: isSandbox ? null : toWorkos(data),
    scalekit: isSandbox ? null : toScalekit(data),
    isSandbox,
    graphiql: data.DIRGRAPH_GRAPHIQL ?? isSandbox,
    logLevel: data.LOG_LEVEL,
    cacheTtlSeconds: data.DIRGRAPH_CACHE_TTL_SECONDS,
    maxEstimatedCalls: data.DIRGRAPH_MAX_ESTIMATED_CALLS,
    maxUpstreamCalls: data.DIRGRAPH_MAX_UPSTREAM_CALLS,
    operationTimeoutMs: data.DIRGRAPH_OPERATION_TIMEOUT_MS,
    workosLimits: {
      requestsPerMinute: data.WORKOS_REQUESTS_PER_MINUTE,
      directoryUsersPerSecond: data.WORKOS_DIRECTORY_USERS_PER_SECOND,
    },
    scalekitLimits: { requestsPerSecond: data.SCALEKIT_REQUESTS_PER_SECOND },
    isUnderNpm: given.npm_lifecycle_event !== undefined,
    warnings: findWarnings(given, isSandbox && isProviderGiven),
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

function findMissing(given: Given, isProviderGiven: boolean): string[] {
  // What DIRGRAPH_SANDBOX holds may be the mistake itself; then it has its line already.
  if (!isProviderGiven && given.DIRGRAPH_SANDBOX === 'false') {
    return [
      'DIRGRAPH_SANDBOX is `false` and no provider is set; set WORKOS_API_KEY or the three of Scalekit.',
    ]
  }
  const missing = SCALEKIT.filter(name => given[name] === undefined)
  if (missing.length === SCALEKIT.length) return []
  return missing.map(name => `${name} is not set; Scalekit needs all of ${SCALEKIT.join(', ')}.`)
}

function findWarnings(given: Given, isProviderIgnored: boolean): string[] {
  const warnings = Object.keys(given)
    .filter(name => /^(DIRGRAPH|WORKOS|SCALEKIT)_/.test(name) && !(name in settings.shape))
    .map(name => `${onOneLine(name)} is no setting of dirgraph; it is ignored.`)
  if (isProviderIgnored) {
    warnings.push('DIRGRAPH_SANDBOX is `true`; the settings of WorkOS and Scalekit are ignored.')
  } else if (given.WORKOS_API_URL !== undefined && given.WORKOS_API_KEY === undefined) {
    warnings.push('WORKOS_API_URL is set without WORKOS_API_KEY; it is ignored.')
  }
  return warnings
}

function toMistake(name: Name, given: Given): string {
  return `${name} is ${show(name, given)}; it may be ${settings.shape[name].description}.`
}

/** What a setting held, so that its author knows it again, but for what is secret or looks as if it were. */
function show(name: Name, given: Given): string {
  const value = given[name] ?? ''
  // Somebody may have put a key into the line above or below its own.
  const isSecret =
    SECRETS.has(name) ||
    /(^|[^a-z])(sk|key|test|live|prod|secret)_/i.test(value) ||
    [...SECRETS].some(secret => given[secret] !== undefined && value.includes(given[secret]))
  if (isSecret) return 'set to something that can not be used'
  const withoutCredentials = value.replace(/^([a-z]+:\/\/)?.*@/is, '$1…@').replace(/[?#].*$/s, '?…')
  return `\`${onOneLine(withoutCredentials)}\``
}

function onOneLine(text: string): string {
  const printable = text.replace(/\p{C}/gu, '\u{fffd}')
  return printable.length > 80 ? `${printable.slice(0, 80)}…` : printable
}

/** Keys travel to this address, so it is https; only a test on the same machine may do without. */
export function isSafeBaseUrl(text: unknown): boolean {
  if (typeof text !== 'string' || !/^https?:\/\//i.test(text) || !URL.canParse(text)) return false
  const url = new URL(text)
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)
  const isPlain = !/[?#]/.test(text) && url.username === '' && url.password === ''
  return isPlain && (url.protocol === 'https:' || isLoopback)
}

function toBaseUrl(text: string): string {
  const { origin, pathname } = new URL(text)
  return `${origin}${pathname}`.replace(/\/+$/, '')
}
