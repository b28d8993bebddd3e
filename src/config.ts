import { z } from 'zod'

/** Every setting that the environment can hold, read and checked; the one reader of the environment is this file. */
export interface Config {
  readonly host: string
  readonly port: number
  /** Null where the provider is not set up. */
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

/** A credential belongs into a header, where white space and line breaks have no place. */
const secret = z.string().regex(/^[\x21-\x7e]+$/)

const baseUrl = z
  .string()
  .refine(isSafeBaseUrl)
  .transform(url => url.replace(/\/+$/, ''))

const settings = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .refine(port => port <= 65_535)
    .default(4_000),
  WORKOS_API_KEY: secret.optional(),
  WORKOS_API_URL: baseUrl.default('https://api.workos.com'),
  SCALEKIT_ENVIRONMENT_URL: baseUrl.optional(),
  SCALEKIT_CLIENT_ID: secret.optional(),
  SCALEKIT_CLIENT_SECRET: secret.optional(),
  DIRGRAPH_SANDBOX: flag.optional(),
  DIRGRAPH_GRAPHIQL: flag.optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
})
type Name = keyof typeof settings.shape

const MAY_HOLD: Record<Name, string> = {
  HOST: 'a host name or address to listen on',
  PORT: 'a port number, 0 to 65535',
  WORKOS_API_KEY: 'an API key without white space',
  WORKOS_API_URL: 'an https URL without query (http on loopback only)',
  SCALEKIT_ENVIRONMENT_URL: 'an https URL without query (http on loopback only)',
  SCALEKIT_CLIENT_ID: 'a client id without white space',
  SCALEKIT_CLIENT_SECRET: 'a client secret without white space',
  DIRGRAPH_SANDBOX: '`true` or `false`',
  DIRGRAPH_GRAPHIQL: '`true` or `false`',
  LOG_LEVEL: LOG_LEVELS.join(', '),
}

const SECRETS: ReadonlySet<string> = new Set<Name>(['WORKOS_API_KEY', 'SCALEKIT_CLIENT_SECRET'])
const SCALEKIT: readonly Name[] = ['SCALEKIT_ENVIRONMENT_URL', 'SCALEKIT_CLIENT_ID', 'SCALEKIT_CLIENT_SECRET']

/** Reads the settings. An empty one counts as not given. Throws `ConfigError` with all mistakes at once. */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== '' && value !== undefined),
  )
  const parsed = settings.safeParse(given)
  const wrong = parsed.success ? [] : [...new Set(parsed.error.issues.map(issue => issue.path[0] as Name))]
  const mistakes = wrong.map(name => `${name} is ${show(name, given[name])}; it may be ${MAY_HOLD[name]}.`)

  const isScalekitGiven = SCALEKIT.filter(name => given[name] !== undefined)
  const isSandbox = given.DIRGRAPH_SANDBOX === 'true' || isUnset(given)
  if (!isSandbox && isScalekitGiven.length > 0 && isScalekitGiven.length < SCALEKIT.length) {
    const missing = SCALEKIT.filter(name => !isScalekitGiven.includes(name))
    mistakes.push(...missing.map(name => `${name} is not set; Scalekit needs all of ${SCALEKIT.join(', ')}.`))
  }
  if (
    given.DIRGRAPH_SANDBOX === 'false' &&
    given.WORKOS_API_KEY === undefined &&
    isScalekitGiven.length === 0
  ) {
    mistakes.push(
      'DIRGRAPH_SANDBOX is `false` and no provider is set; set WORKOS_API_KEY or the three of Scalekit.',
    )
  }
  if (mistakes.length > 0 || !parsed.success) throw new ConfigError(mistakes)

  const { data } = parsed
  const { SCALEKIT_ENVIRONMENT_URL, SCALEKIT_CLIENT_ID, SCALEKIT_CLIENT_SECRET } = data
  return Object.freeze({
    host: data.HOST,
    port: data.PORT,
    workos:
      data.WORKOS_API_KEY === undefined || isSandbox
        ? null
        : { apiKey: data.WORKOS_API_KEY, apiUrl: data.WORKOS_API_URL },
    scalekit:
      SCALEKIT_ENVIRONMENT_URL && SCALEKIT_CLIENT_ID && SCALEKIT_CLIENT_SECRET && !isSandbox
        ? {
            environmentUrl: SCALEKIT_ENVIRONMENT_URL,
            clientId: SCALEKIT_CLIENT_ID,
            clientSecret: SCALEKIT_CLIENT_SECRET,
          }
        : null,
    isSandbox,
    graphiql: data.DIRGRAPH_GRAPHIQL ?? isSandbox,
    logLevel: data.LOG_LEVEL,
    warnings: unknownNames(given),
  })
}

/** Whether no provider is set up, and it is not said that the sandbox must not stand in. */
function isUnset(given: Readonly<Record<string, string | undefined>>): boolean {
  const isProviderSet = given.WORKOS_API_KEY !== undefined || SCALEKIT.some(name => given[name] !== undefined)
  return !isProviderSet && given.DIRGRAPH_SANDBOX !== 'false'
}

function unknownNames(given: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(given)
    .filter(name => name.startsWith('DIRGRAPH_') && !(name in settings.shape))
    .map(name => `${name} is no setting of dirgraph; it is ignored.`)
}

function show(name: Name, value: string | undefined): string {
  if (value === undefined) return 'not set'
  return SECRETS.has(name) ? 'set to something that can not be used' : `\`${value}\``
}

/** Keys travel to this address, so it is https; only a test on the same machine may do without. */
function isSafeBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)
  const isPlain = url.search === '' && url.hash === '' && url.username === '' && url.password === ''
  return isPlain && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback))
}
