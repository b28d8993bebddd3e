import { z } from 'zod'
import { PERMISSIONS } from './domain/caller.ts'
import { isCredential } from './domain/credential.ts'
import { LOG_LEVELS } from './telemetry/logger.ts'

const flag = z.enum(['true', 'false']).transform(word => word === 'true')

const credential = z.string().refine(isCredential)

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,7}$/)
    .transform(Number)
    .refine(number => number >= min && number <= max)

const baseUrl = z.string().refine(isSafeBaseUrl).transform(toBaseUrl)

/** `theirs=ours` pairs: what a permission or a role of the tokens stands for here. */
const permissionPairs = commaSeparated(pair => {
  const [, theirs, ours] = /^([^=]+)=([^=]+)$/.exec(pair) ?? []
  const permission = PERMISSIONS.find(one => one === ours)
  return theirs !== undefined && permission !== undefined ? ([theirs, permission] as const) : null
})

/** Providers make them; one that is empty or holds white space is a slip of whoever copied it. */
const workosSecrets = commaSeparated(text => (isCredential(text) ? text : null))
const scalekitSecrets = commaSeparated(text => (/^whsec_[A-Za-z0-9+/]{2,}={0,2}$/.test(text) ? text : null))

const origins = commaSeparated(text => (URL.canParse(text) && new URL(text).origin === text ? text : null))

/** Each setting with what it may hold, as its mistakes say it. */
export const settings = z.object({
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
  WORKOS_WEBHOOK_SECRETS: workosSecrets
    .optional()
    .describe('comma-separated webhook secrets without white space'),
  SCALEKIT_WEBHOOK_SECRETS: scalekitSecrets
    .optional()
    .describe('comma-separated webhook secrets of the form `whsec_<base64>`'),
  WORKOS_EVENTS_POLL_SECONDS: wholeNumber(0, 86_400).default(0).describe('whole seconds, 0 (never) to 86400'),
  DIRGRAPH_SANDBOX: flag.optional().describe('`true` or `false`'),
  DIRGRAPH_SANDBOX_CHANGES: flag.default(false).describe('`true` or `false`'),
  DIRGRAPH_ADMIN_TOKEN: credential.optional().describe('a token without white space'),
  DIRGRAPH_JWKS_URL: z
    .string()
    .refine(isSafeBaseUrl)
    .optional()
    .describe('an https URL without query (http on loopback only)'),
  DIRGRAPH_JWT_ISSUER: credential.optional().describe('the `iss` of the tokens, to the letter'),
  DIRGRAPH_JWT_AUDIENCE: credential.optional().describe('the `aud` of the tokens, to the letter'),
  DIRGRAPH_JWT_PROVIDER: z.enum(['workos', 'scalekit']).optional().describe('`workos` or `scalekit`'),
  DIRGRAPH_JWT_PERMISSIONS: permissionPairs
    .optional()
    .describe(
      `comma-separated pairs such as \`directory.view=directories:read\`; ours are ${PERMISSIONS.join(', ')}`,
    ),
  DIRGRAPH_ALLOWED_ORIGINS: origins
    .optional()
    .describe('comma-separated origins such as `https://app.example.com`, without a path'),
  DIRGRAPH_INTROSPECTION: flag.optional().describe('`true` or `false`'),
  DIRGRAPH_PERSISTED_DOCUMENTS: z
    .string()
    .optional()
    .describe('the path of a manifest: JSON, documents by id'),
  DIRGRAPH_PERSISTED_DOCUMENTS_MODE: z
    .enum(['off', 'allow', 'only'])
    .default('allow')
    .describe('`off`, `allow` or `only`'),
  DIRGRAPH_MAX_BODY_BYTES: wholeNumber(1_024, 9_999_999)
    .default(256 * 1_024)
    .describe('bytes, 1024 to 9999999'),
  DIRGRAPH_MAX_TOKENS: wholeNumber(10, 100_000).default(1_000).describe('a number of tokens, 10 to 100000'),
  DIRGRAPH_MAX_DEPTH: wholeNumber(1, 100).default(15).describe('a number of levels, 1 to 100'),
  DIRGRAPH_MAX_ALIASES: wholeNumber(0, 10_000).default(30).describe('a number of aliases, 0 to 10000'),
  DIRGRAPH_MAX_ROOT_FIELDS: wholeNumber(1, 1_000).default(20).describe('a number of fields, 1 to 1000'),
  DIRGRAPH_MAX_IDS: wholeNumber(1, 1_000).default(100).describe('a number of ids, 1 to 1000'),
  DIRGRAPH_GRAPHIQL: flag.optional().describe('`true` or `false`'),
  DIRGRAPH_CONSOLE: flag.optional().describe('`true` or `false`'),
  DIRGRAPH_FEDERATION: flag.default(false).describe('`true` or `false`'),
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
  DIRGRAPH_PROPAGATE_TRACES: flag.default(false).describe('`true` or `false`'),
  DIRGRAPH_DRAIN_MS: wholeNumber(0, 600_000).default(0).describe('milliseconds, 0 to 600000'),
  WORKOS_REQUESTS_PER_MINUTE: wholeNumber(1, 100_000)
    .default(6_000)
    .describe('a number of requests, 1 to 100000'),
  WORKOS_DIRECTORY_USERS_PER_SECOND: wholeNumber(1, 1_000)
    .default(4)
    .describe('a number of requests, 1 to 1000'),
  SCALEKIT_REQUESTS_PER_SECOND: wholeNumber(1, 10_000)
    .default(50)
    .describe('a number of requests, 1 to 10000'),
  REDIS_URL: z
    .string()
    .refine(isRedisUrl)
    .optional()
    .describe('a redis:// or rediss:// URL, such as `redis://:password@host:6379/0`'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe(LOG_LEVELS.join(', ')),
})

export type SettingName = keyof typeof settings.shape

/** What the environment holds; an empty setting is none. */
export type Given = Readonly<Partial<Record<string, string>>>

/** A list of settings in one: each part as `read` has it, which says null to what it can't be. */
function commaSeparated<T>(read: (part: string) => T | null) {
  return z.string().transform((text, context) => {
    const parts = text.split(',').map(part => read(part.trim()))
    if (parts.every(part => part !== null)) return parts as T[]
    context.addIssue({ code: 'custom' })
    return z.NEVER
  })
}

/** Keys travel to this address, so it is https; only a test on the same machine may do without. */
export function isSafeBaseUrl(text: unknown): boolean {
  if (typeof text !== 'string' || !/^https?:\/\//i.test(text) || !URL.canParse(text)) return false
  const url = new URL(text)
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)
  const isPlain = !/[?#]/.test(text) && url.username === '' && url.password === ''
  return isPlain && (url.protocol === 'https:' || isLoopback)
}

/** `redis://` or, over TLS, `rediss://`: a host, and where wanted a port, a name and password, and a database's number. */
export function isRedisUrl(text: unknown): boolean {
  if (typeof text !== 'string' || !/^rediss?:\/\/[^\s?#]+$/i.test(text) || !URL.canParse(text)) return false
  const { hostname, username, password, pathname } = new URL(text)
  return hostname !== '' && isDecodable(username + password) && /^(\/\d{0,4})?$/.test(pathname)
}

function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== null
  } catch {
    return false
  }
}

function toBaseUrl(text: string): string {
  const { origin, pathname } = new URL(text)
  return `${origin}${pathname}`.replace(/\/+$/, '')
}
