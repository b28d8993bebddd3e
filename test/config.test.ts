import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ConfigError, readConfig } from '../src/config.ts'

type Environment = Record<string, string | undefined>

const workos = { WORKOS_API_KEY: 'sk_test_1' }
const scalekit = {
  SCALEKIT_ENVIRONMENT_URL: 'https://acme.scalekit.com',
  SCALEKIT_CLIENT_ID: 'skc_1',
  SCALEKIT_CLIENT_SECRET: 'test_2',
}

const OPEN_TO_ALL =
  'HOST is no loopback address and nobody would need a token: set DIRGRAPH_ADMIN_TOKEN, or DIRGRAPH_JWKS_URL and what belongs to it.'

function mistakesOf(environment: Environment): readonly string[] {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes
    throw error
  }
  return []
}

describe('without settings', () => {
  test('everything has a default, and the sandbox stands in for both providers', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      port: 4000,
      workos: null,
      scalekit: null,
      isSandbox: true,
      sandboxChanges: false,
      adminToken: null,
      userTokens: null,
      loopbackOnly: false,
      allowedOrigins: [],
      graphiql: true,
      console: true,
      introspection: true,
      federation: false,
      persistedDocuments: null,
      webhooks: { workosSecrets: [], scalekitSecrets: [] },
      workosEventsPollSeconds: 0,
      maxBodyBytes: 262_144,
      maxTokens: 1_000,
      maxDepth: 15,
      maxAliases: 30,
      maxRootFields: 20,
      maxIds: 100,
      redisUrl: null,
      logLevel: 'info',
      cacheTtlSeconds: 30,
      maxEstimatedCalls: 2_000,
      maxUpstreamCalls: 200,
      operationTimeoutMs: 10_000,
      traces: null,
      propagateTraces: false,
      drainMs: 0,
      workosLimits: { requestsPerMinute: 6_000, directoryUsersPerSecond: 4 },
      scalekitLimits: { requestsPerSecond: 50 },
      isUnderNpm: false,
      warnings: [],
    })
  })

  test('an empty setting counts as not given', () => {
    const empty = { PORT: '', HOST: '', WORKOS_API_KEY: '', SCALEKIT_CLIENT_ID: '', DIRGRAPH_SANDBOX: '' }
    expect(readConfig(empty)).toEqual(readConfig({}))
  })
})

describe('a setting', () => {
  test.each<[Environment, Partial<ReturnType<typeof readConfig>>]>([
    [{ HOST: '0.0.0.0' }, { host: '0.0.0.0' }],
    [{ HOST: '::1' }, { host: '::1' }],
    [{ HOST: 'my-host.internal' }, { host: 'my-host.internal' }],
    [{ PORT: '0' }, { port: 0 }],
    [{ PORT: '65535' }, { port: 65_535 }],
    [{ LOG_LEVEL: 'silent' }, { logLevel: 'silent' }],
    [{ DIRGRAPH_GRAPHIQL: 'false' }, { graphiql: false }],
    [
      { ...workos, DIRGRAPH_GRAPHIQL: 'true' },
      { graphiql: true, console: true },
    ],
    [
      { ...workos, DIRGRAPH_CONSOLE: 'true' },
      { graphiql: false, console: true },
    ],
    [{ DIRGRAPH_CONSOLE: 'false' }, { graphiql: true, console: false }],
    [{ DIRGRAPH_FEDERATION: 'true' }, { federation: true }],
    [workos, { workos: { apiKey: 'sk_test_1', apiUrl: 'https://api.workos.com' } }],
    [
      { ...workos, WORKOS_API_URL: 'https://workos.example/v1/' },
      { workos: { apiKey: 'sk_test_1', apiUrl: 'https://workos.example/v1' } },
    ],
    [
      scalekit,
      {
        scalekit: {
          environmentUrl: 'https://acme.scalekit.com',
          clientId: 'skc_1',
          clientSecret: 'test_2',
        },
      },
    ],
  ])('is taken as given: %o', (environment, expected) => {
    expect(readConfig(environment)).toMatchObject(expected)
  })

  test.each<[Environment, string]>([
    [
      { HOST: 'http://localhost' },
      'HOST is `http://localhost`; it may be a host name or address to listen on.',
    ],
    [{ HOST: ' ' }, 'HOST is ` `; it may be a host name or address to listen on.'],
    [{ PORT: '65536' }, 'PORT is `65536`; it may be a port number, 0 to 65535.'],
    [{ PORT: '-1' }, 'PORT is `-1`; it may be a port number, 0 to 65535.'],
    [{ PORT: '4e3' }, 'PORT is `4e3`; it may be a port number, 0 to 65535.'],
    [{ PORT: ' 80' }, 'PORT is ` 80`; it may be a port number, 0 to 65535.'],
    [{ LOG_LEVEL: 'INFO' }, 'LOG_LEVEL is `INFO`; it may be fatal, error, warn, info, debug, trace, silent.'],
    [{ DIRGRAPH_SANDBOX: '1' }, 'DIRGRAPH_SANDBOX is `1`; it may be `true` or `false`.'],
    [{ DIRGRAPH_GRAPHIQL: 'yes' }, 'DIRGRAPH_GRAPHIQL is `yes`; it may be `true` or `false`.'],
    [{ DIRGRAPH_FEDERATION: '2' }, 'DIRGRAPH_FEDERATION is `2`; it may be `true` or `false`.'],
    [
      { ...scalekit, SCALEKIT_CLIENT_ID: 'skc 1' },
      'SCALEKIT_CLIENT_ID is `skc 1`; it may be a client id without white space.',
    ],
  ])(
    'that is wrong gets a line with its name, what it held and what it may hold: %o',
    (environment, line) => {
      expect(mistakesOf(environment)).toEqual([line])
    },
  )

  test('that is wrong gets one line however much it held', () => {
    const [line = '', ...others] = mistakesOf({ PORT: `1\n2\r3\u{1b}[31m${'4'.repeat(9_000)}` })
    expect(others).toEqual([])
    expect(line).not.toMatch(/\p{Cc}/u)
    expect(line.length).toBeLessThan(200)
  })
})

/** Each setting that is a number: its range, how that is said, and where it stands. */
const NUMBERS: readonly (readonly [
  name: string,
  least: number,
  most: number,
  words: string,
  read: (config: ReturnType<typeof readConfig>) => number,
])[] = [
  [
    'DIRGRAPH_CACHE_TTL_SECONDS',
    0,
    86_400,
    'whole seconds, 0 (never) to 86400',
    ({ cacheTtlSeconds }) => cacheTtlSeconds,
  ],
  [
    'DIRGRAPH_MAX_ESTIMATED_CALLS',
    1,
    1_000_000,
    'a number of calls, 1 to 1000000',
    ({ maxEstimatedCalls }) => maxEstimatedCalls,
  ],
  [
    'DIRGRAPH_MAX_UPSTREAM_CALLS',
    1,
    100_000,
    'a number of calls, 1 to 100000',
    ({ maxUpstreamCalls }) => maxUpstreamCalls,
  ],
  [
    'DIRGRAPH_OPERATION_TIMEOUT_MS',
    100,
    600_000,
    'milliseconds, 100 to 600000',
    ({ operationTimeoutMs }) => operationTimeoutMs,
  ],
  ['DIRGRAPH_DRAIN_MS', 0, 600_000, 'milliseconds, 0 to 600000', ({ drainMs }) => drainMs],
  [
    'WORKOS_REQUESTS_PER_MINUTE',
    1,
    100_000,
    'a number of requests, 1 to 100000',
    ({ workosLimits }) => workosLimits.requestsPerMinute,
  ],
  [
    'WORKOS_DIRECTORY_USERS_PER_SECOND',
    1,
    1_000,
    'a number of requests, 1 to 1000',
    ({ workosLimits }) => workosLimits.directoryUsersPerSecond,
  ],
  [
    'SCALEKIT_REQUESTS_PER_SECOND',
    1,
    10_000,
    'a number of requests, 1 to 10000',
    ({ scalekitLimits }) => scalekitLimits.requestsPerSecond,
  ],
]

describe.each(NUMBERS)('%s', (name, least, most, words, read) => {
  test.each([least, most])('may be %i', number => {
    expect(read(readConfig({ [name]: `${number}` }))).toBe(number)
    expect(read(readConfig({ ...workos, ...scalekit, [name]: `${number}` }))).toBe(number)
  })

  test.each([
    `${least - 1}`,
    `${most + 1}`,
    '-1',
    '1.5',
    '1e2',
    '0x10',
    ' 5',
    'many',
    '99999999999999999999',
  ])('may not be `%s`, and that is one line', text => {
    expect(mistakesOf({ [name]: text })).toEqual([`${name} is \`${text}\`; it may be ${words}.`])
  })

  test('counts as not given when it is empty', () => {
    expect(read(readConfig({ [name]: '' }))).toBe(read(readConfig({})))
  })
})

test('wrong numbers are a line each', () => {
  const wrong = Object.fromEntries(NUMBERS.map(([name]) => [name, 'x']))
  expect(mistakesOf(wrong)).toEqual(
    NUMBERS.map(([name, , , words]) => `${name} is \`x\`; it may be ${words}.`),
  )
})

describe('the address of a provider', () => {
  const withUrl = (url: string) => ({ ...workos, WORKOS_API_URL: url })

  test.each([
    'https://api.workos.com',
    'http://localhost:4010',
    'http://127.0.0.1:4010',
    'http://127.8.9.1',
    'http://[::1]:4010',
  ])('may be %s', url => {
    expect(readConfig(withUrl(url)).workos?.apiUrl).toBe(url)
  })

  test.each([
    'http://api.workos.com',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://0.0.0.0:4010',
    'http://10.0.0.1',
    'ftp://api.workos.com',
    'javascript:alert(1)',
    'https:api.workos.com',
    'api.workos.com',
    'https://',
    'https://api.workos.com?a=b',
    'https://api.workos.com?',
    'https://api.workos.com#a',
    'https://me@api.workos.com',
  ])('may not be %s, where a key would travel in the open or to somewhere else', url => {
    expect(mistakesOf(withUrl(url))).toEqual([
      expect.stringMatching(
        /^WORKOS_API_URL is `.+`; it may be an https URL without query \(http on loopback only\)\.$/,
      ),
    ])
    expect(mistakesOf({ ...scalekit, SCALEKIT_ENVIRONMENT_URL: url })).toHaveLength(1)
  })

  test('has no slash at its end, and its host in lower case', () => {
    expect(readConfig(withUrl('HTTPS://API.WorkOS.com//')).workos?.apiUrl).toBe('https://api.workos.com')
  })
})

describe('the address of Redis', () => {
  test.each([
    'redis://localhost',
    'redis://10.0.0.1:6379/0',
    'rediss://default:p%40ss@cache.example.com:6380/12',
    'redis://:pass@[::1]:6379/',
  ])('may be %s', url => {
    expect(readConfig({ REDIS_URL: url }).redisUrl).toBe(url)
  })

  test.each([
    'localhost:6379',
    'redis://',
    'redis:/localhost',
    'http://localhost:6379',
    'redis://localhost:port',
    'redis://localhost:70000',
    'redis://localhost/cache',
    'redis://localhost?db=1',
    'redis://user:%zz@localhost',
    'redis://user:%ff@localhost',
    'redis://me:hidden@local host',
  ])('may not be %s, which is told in a line that does not show it', url => {
    expect(mistakesOf({ REDIS_URL: url })).toEqual([
      'REDIS_URL is set to something that can not be used; it may be a redis:// or rediss:// URL, such as `redis://:password@host:6379/0`.',
    ])
  })
})

describe('mistakes', () => {
  test('are told all at once, each once', () => {
    expect(
      mistakesOf({ PORT: 'x', LOG_LEVEL: 'y', DIRGRAPH_SANDBOX: 'z', SCALEKIT_CLIENT_ID: 'skc_1' }),
    ).toEqual([
      expect.stringMatching(/^PORT is /),
      expect.stringMatching(/^DIRGRAPH_SANDBOX is /),
      expect.stringMatching(/^LOG_LEVEL is /),
      expect.stringMatching(/^SCALEKIT_ENVIRONMENT_URL is not set; Scalekit needs all of /),
      expect.stringMatching(/^SCALEKIT_CLIENT_SECRET is not set; Scalekit needs all of /),
    ])
  })

  test('stand in the message, a line each', () => {
    expect(() => readConfig({ PORT: 'x', LOG_LEVEL: 'y' })).toThrow(/^PORT is .*\nLOG_LEVEL is .*$/)
  })

  test.each<[string, Environment]>([
    ['an API key with a space', { WORKOS_API_KEY: 'hidden key' }],
    ['an API key with a line break at its end', { WORKOS_API_KEY: 'hidden\n' }],
    ['a client secret that is no ASCII', { ...scalekit, SCALEKIT_CLIENT_SECRET: 'hidden…' }],
    ['credentials in an address', { ...workos, WORKOS_API_URL: 'https://me:hidden@api.workos.com' }],
    [
      'a password with slashes in an address',
      { ...workos, WORKOS_API_URL: 'https://me:a/hidden@b@workos.com' },
    ],
    ['a key in a query', { ...workos, WORKOS_API_URL: 'https://api.workos.com?key=hidden' }],
    ['a key in a fragment', { ...workos, WORKOS_API_URL: 'https://api.workos.com#hidden' }],
    ['a key where the address belongs', { ...workos, WORKOS_API_URL: 'sk_live_hidden' }],
    ['a key where the port belongs', { ...workos, PORT: 'test_hidden' }],
    [
      'the secret in a second place',
      { ...scalekit, SCALEKIT_CLIENT_SECRET: 'hidden', SCALEKIT_CLIENT_ID: 'a hidden' },
    ],
    ['a webhook secret that has not the form', { SCALEKIT_WEBHOOK_SECRETS: 'whsec_YWI=,hidden' }],
    ['webhook secrets of which one is empty', { WORKOS_WEBHOOK_SECRETS: 'hidden,' }],
    [
      'one of the webhook secrets in a second place',
      { WORKOS_WEBHOOK_SECRETS: 'first,hidden', DIRGRAPH_ALLOWED_ORIGINS: 'hidden' },
    ],
  ])('never show a secret: %s', (_, environment) => {
    const mistakes = mistakesOf(environment)
    expect(mistakes.length).toBeGreaterThan(0)
    expect(mistakes.join('\n')).not.toContain('hidden')
  })
})

describe('the secrets of webhooks', () => {
  test('are several while they are rotated, in the sandbox as well', () => {
    const secrets = {
      WORKOS_WEBHOOK_SECRETS: 'new, old',
      SCALEKIT_WEBHOOK_SECRETS: 'whsec_YWI=,whsec_YWJj',
    }
    const webhooks = { workosSecrets: ['new', 'old'], scalekitSecrets: ['whsec_YWI=', 'whsec_YWJj'] }
    expect(readConfig({ ...workos, ...scalekit, ...secrets })).toMatchObject({ webhooks })
    expect(readConfig(secrets)).toMatchObject({ isSandbox: true, webhooks })
  })

  test.each(['whsec_', 'YWI=', 'whsec_YW I=', 'whsec_YWI===', 'whsec_YWI=,', 'WHSEC_YWI='])(
    'of Scalekit have a form, and %s has not',
    secrets => {
      expect(mistakesOf({ SCALEKIT_WEBHOOK_SECRETS: secrets })).toEqual([
        'SCALEKIT_WEBHOOK_SECRETS is set to something that can not be used; it may be comma-separated webhook secrets of the form `whsec_<base64>`.',
      ])
    },
  )
})

describe('the providers', () => {
  test('each stands without the other', () => {
    expect(readConfig(workos)).toMatchObject({ isSandbox: false, scalekit: null, graphiql: false })
    expect(readConfig(scalekit)).toMatchObject({ isSandbox: false, workos: null, graphiql: false })
  })

  test.each(Object.keys(scalekit))('Scalekit without %s is a mistake that names it', missing => {
    const line = `${missing} is not set; Scalekit needs all of ${Object.keys(scalekit).join(', ')}.`
    expect(mistakesOf({ ...scalekit, [missing]: undefined })).toEqual([line])
    expect(mistakesOf({ ...workos, ...scalekit, [missing]: '' })).toEqual([line])
  })

  test.each(Object.entries(scalekit))('Scalekit with nothing but %s lacks the other two', (name, value) => {
    expect(mistakesOf({ [name]: value })).toHaveLength(2)
    expect(mistakesOf({ [name]: value, DIRGRAPH_SANDBOX: 'false' })).toHaveLength(2)
  })
})

describe('the sandbox', () => {
  test.each<[Environment, boolean]>([
    [{}, true],
    [{ DIRGRAPH_SANDBOX: 'true' }, true],
    [{ ...workos, DIRGRAPH_SANDBOX: 'true' }, true],
    [{ ...scalekit, DIRGRAPH_SANDBOX: 'true' }, true],
    [workos, false],
    [{ ...workos, DIRGRAPH_SANDBOX: 'false' }, false],
    [{ ...workos, ...scalekit }, false],
  ])('with %o stands in: %s', (environment, expected) => {
    const {
      isSandbox,
      graphiql,
      workos: workosSettings,
      scalekit: scalekitSettings,
    } = readConfig(environment)
    expect(isSandbox).toBe(expected)
    expect(graphiql).toBe(expected)
    expect(workosSettings === null && scalekitSettings === null).toBe(expected)
  })

  test('that is forbidden while no provider is set up is a mistake', () => {
    expect(mistakesOf({ DIRGRAPH_SANDBOX: 'false' })).toEqual([
      'DIRGRAPH_SANDBOX is `false` and no provider is set; set WORKOS_API_KEY or the three of Scalekit.',
    ])
  })

  test.each<[Environment, boolean]>([
    [{ DIRGRAPH_SANDBOX_CHANGES: 'true' }, true],
    [{ DIRGRAPH_SANDBOX_CHANGES: 'false' }, false],
    [{ ...workos, DIRGRAPH_SANDBOX: 'true', DIRGRAPH_SANDBOX_CHANGES: 'true' }, true],
    [{ ...workos, DIRGRAPH_SANDBOX_CHANGES: 'false' }, false],
  ])('with %o changes by itself: %s', (environment, expected) => {
    expect(readConfig(environment).sandboxChanges).toBe(expected)
  })

  test('does not miss what it does not read', () => {
    expect(mistakesOf({ DIRGRAPH_SANDBOX: 'true', SCALEKIT_CLIENT_ID: 'skc_1' })).toEqual([])
  })
})

describe('settings that are fine one by one', () => {
  const tokens = {
    DIRGRAPH_JWKS_URL: 'https://issuer.example/keys',
    DIRGRAPH_JWT_ISSUER: 'https://issuer.example',
    DIRGRAPH_JWT_AUDIENCE: 'dirgraph',
  }
  test.each<[Environment, string]>([
    [
      { DIRGRAPH_PERSISTED_DOCUMENTS_MODE: 'only' },
      'DIRGRAPH_PERSISTED_DOCUMENTS_MODE is `only`; set DIRGRAPH_PERSISTED_DOCUMENTS as well.',
    ],
    [
      { ...workos, DIRGRAPH_ADMIN_TOKEN: workos.WORKOS_API_KEY },
      'DIRGRAPH_ADMIN_TOKEN is a provider’s own key; make a token that is nothing else.',
    ],
    [
      { ...workos, ...tokens, DIRGRAPH_JWT_PROVIDER: 'scalekit' },
      'DIRGRAPH_JWT_PROVIDER is `scalekit`, which is not set up here.',
    ],
    [
      { ...workos, DIRGRAPH_SANDBOX_CHANGES: 'true' },
      'DIRGRAPH_SANDBOX_CHANGES is `true` and the sandbox is off; set DIRGRAPH_SANDBOX to `true`.',
    ],
    [{ ...workos, HOST: '0.0.0.0' }, OPEN_TO_ALL],
  ])('are a mistake together: %o', (environment, mistake) => {
    expect(mistakesOf(environment)).toEqual([mistake])
  })

  test('are none where they fit', () => {
    expect(mistakesOf({ ...workos, ...tokens, DIRGRAPH_JWT_PROVIDER: 'workos', HOST: '0.0.0.0' })).toEqual([])
  })
})

test.each(['a-token-that-is-no-path-but-long-enough', 'eyJhbGciOi.x'])(
  'a token on the wrong line is not printed: %s',
  token => {
    for (const name of ['DIRGRAPH_PERSISTED_DOCUMENTS', 'DIRGRAPH_MAX_DEPTH']) {
      const [mistake = ''] = mistakesOf({ [name]: token })
      expect(mistake).toContain(name)
      expect(mistake).not.toContain(token.slice(0, 8))
    }
  },
)

describe('warnings', () => {
  test.each<[Environment, string[]]>([
    [{ DIRGRAPH_SANDBOXX: 'true' }, ['DIRGRAPH_SANDBOXX is no setting of dirgraph; it is ignored.']],
    [{ DIRGRAPH_SANDBOXX: '' }, []],
    [{ OTHER_PROGRAM: 'x', npm_config_yes: 'true' }, []],
    [
      { ...workos, DIRGRAPH_SANDBOX: 'true' },
      ['DIRGRAPH_SANDBOX is `true`; the settings of WorkOS and Scalekit are ignored.'],
    ],
    [
      { WORKOS_API_URL: 'https://workos.example' },
      ['WORKOS_API_URL is set without WORKOS_API_KEY; it is ignored.'],
    ],
    [
      {
        WORKOS_WEBHOOK_SECRETS: 'a',
        WORKOS_EVENTS_POLL_SECONDS: '5',
        SCALEKIT_WEBHOOK_SECRETS: 'whsec_YWI=',
      },
      [],
    ],
    [
      { ...scalekit, WORKOS_WEBHOOK_SECRETS: 'a', WORKOS_EVENTS_POLL_SECONDS: '5' },
      [
        'WORKOS_WEBHOOK_SECRETS is set without WORKOS_API_KEY; it is ignored.',
        'WORKOS_EVENTS_POLL_SECONDS is set without WORKOS_API_KEY; it is ignored.',
      ],
    ],
    [
      { ...workos, SCALEKIT_WEBHOOK_SECRETS: 'whsec_YWI=' },
      ['SCALEKIT_WEBHOOK_SECRETS is set without SCALEKIT_ENVIRONMENT_URL; it is ignored.'],
    ],
    [
      { DIRGRAPH_JWT_PERMISSIONS: 'a=directories:read' },
      ['DIRGRAPH_JWT_PERMISSIONS is set without DIRGRAPH_JWKS_URL; it is ignored.'],
    ],
    [
      { DIRGRAPH_ADMIN_TOKEN: 'short' },
      ['DIRGRAPH_ADMIN_TOKEN is shorter than 16 characters; it can be guessed.'],
    ],
  ])('of %o are %o, and nothing stops', (environment, warnings) => {
    expect(readConfig(environment).warnings).toEqual(warnings)
  })

  test('tell of a subgraph that takes persisted documents only, where users would come through a gateway', () => {
    const manifest = join(tmpdir(), `dirgraph-manifest-${process.pid}.json`)
    writeFileSync(manifest, '{}')
    onTestFinished(() => rmSync(manifest))
    const environment: Environment = {
      DIRGRAPH_FEDERATION: 'true',
      DIRGRAPH_PERSISTED_DOCUMENTS: manifest,
      DIRGRAPH_PERSISTED_DOCUMENTS_MODE: 'only',
      DIRGRAPH_JWKS_URL: 'https://issuer.example/keys',
      DIRGRAPH_JWT_ISSUER: 'https://issuer.example',
      DIRGRAPH_JWT_AUDIENCE: 'dirgraph',
      DIRGRAPH_JWT_PROVIDER: 'workos',
    }
    expect(readConfig(environment).warnings).toEqual([
      'DIRGRAPH_PERSISTED_DOCUMENTS_MODE is `only`; a gateway’s documents are its own, so it can not ask for users.',
    ])
    for (const change of [{ DIRGRAPH_FEDERATION: 'false' }, { DIRGRAPH_PERSISTED_DOCUMENTS_MODE: 'allow' }]) {
      expect(readConfig({ ...environment, ...change }).warnings).toEqual([])
    }
  })
})
