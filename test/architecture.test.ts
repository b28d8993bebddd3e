import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parseSync } from 'oxc-parser'
import { describe, expect, test } from 'vitest'

const SRC = resolve(import.meta.dirname, '../src')

/** Who may import whom, and which library has its only home where. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  domain: [],
  telemetry: ['domain'],
  settings: ['domain', 'telemetry'],
  mistakes: ['settings'],
  'setting-checks': ['mistakes', 'settings'],
  'trace-settings': ['telemetry'],
  config: ['mistakes', 'domain', 'setting-checks', 'settings', 'telemetry', 'trace-settings'],
  sandbox: [],
  relay: ['domain'],
  upstream: ['domain', 'telemetry'],
  providers: ['domain'],
  'providers/workos': ['domain', 'telemetry', 'upstream', 'providers'],
  'providers/scalekit': ['domain', 'telemetry', 'upstream', 'providers'],
  redis: ['domain', 'events', 'telemetry', 'upstream'],
  callers: ['domain'],
  webhooks: [],
  events: ['domain', 'telemetry'],
  request: ['domain', 'telemetry'],
  schema: ['domain', 'relay', 'request'],
  server: ['domain', 'events', 'request', 'telemetry', 'webhooks'],
  'create-providers': ['domain', 'providers', 'providers/workos', 'providers/scalekit', 'upstream'],
  export: ['domain', 'relay'],
  app: [
    'callers',
    'create-providers',
    'domain',
    'events',
    'providers',
    'redis',
    'schema',
    'server',
    'settings',
    'telemetry',
    'webhooks',
  ],
  greeting: ['config'],
  'choose-providers': ['app', 'config', 'create-providers', 'sandbox'],
  'export-command': [
    'choose-providers',
    'config',
    'create-providers',
    'domain',
    'export',
    'redis',
    'server',
    'telemetry',
    'upstream',
  ],
  cli: ['app', 'choose-providers', 'config', 'export-command', 'greeting', 'server', 'telemetry', 'upstream'],
}

const HOMES: Record<string, readonly string[]> = {
  ky: ['upstream'],
  '@pothos/core': ['schema'],
  '@pothos/plugin-errors': ['schema'],
  '@pothos/plugin-relay': ['schema'],
  '@pothos/plugin-scope-auth': ['schema'],
  ioredis: ['redis'],
  jose: ['callers'],
  dataloader: ['request'],
  '@graphql-tools/executor': ['server'],
  'graphql-yoga': ['server'],
  pino: ['telemetry'],
  'prom-client': ['telemetry'],
  '@opentelemetry/api': ['telemetry'],
  '@opentelemetry/context-async-hooks': ['telemetry'],
  '@opentelemetry/core': ['telemetry'],
  '@opentelemetry/exporter-trace-otlp-proto': ['telemetry'],
  '@opentelemetry/resources': ['telemetry'],
  '@opentelemetry/sdk-trace': ['telemetry'],
  '@faker-js/faker': ['sandbox'],
  'cli-progress': ['export'],
  'csv-stringify': ['export'],
}

/** Networking of Node's own; the rest of the source runs wherever the web's Request and Response do. */
const NETWORKING = /^(undici|node:(http|https|http2|net|tls|dgram|dns))\b/
const NETWORKING_HOMES: readonly string[] = [
  'sandbox',
  'server/listen.ts',
  'upstream/pooled-fetch.ts',
  'export/path-lock.ts',
]

interface Import {
  readonly file: string
  readonly folder: string
  readonly specifier: string
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'))
const imports = files.flatMap(importsOf)

describe('the layers', () => {
  test('have the folders that the table names, and no others', () => {
    const folders = new Set(files.map(folderOf))
    expect([...folders].sort()).toEqual(Object.keys(MAY_IMPORT).sort())
  })

  test('import only what their row of the table allows', () => {
    const trespasses = imports
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ file, folder, specifier }) => ({ file, folder, target: folderOf(targetOf(file, specifier)) }))
      .filter(({ folder, target }) => target !== folder && !MAY_IMPORT[folder]?.includes(target))
    expect(trespasses).toEqual([])
  })

  test('keep each library in its one home', () => {
    const strays = imports.filter(({ folder, specifier }) => {
      const home = HOMES[packageOf(specifier)]
      return home !== undefined && !home.includes(folder)
    })
    expect(strays).toEqual([])
  })

  test('leave networking to the sandbox and the listener', () => {
    const strays = imports.filter(
      ({ file, folder, specifier }) =>
        NETWORKING.test(specifier) && !NETWORKING_HOMES.includes(folder) && !NETWORKING_HOMES.includes(file),
    )
    expect(strays).toEqual([])
  })
})

describe('the source', () => {
  test('reads the environment in one file', () => {
    const readers = files.filter(file => read(file).includes('process.env'))
    expect(readers).toEqual(['config.ts'])
  })

  test('keeps the words of an upstream inside its adapter', () => {
    const words = /page_token|list_metadata|page_size|directory_users|include_detail/
    const leaks = files.filter(
      file => !/^(providers\/(workos|scalekit)|sandbox)\//.test(file) && words.test(read(file)),
    )
    expect(leaks).toEqual([])
  })

  test('has no file beyond 300 lines', () => {
    const long = files
      .map(file => ({ file, lines: read(file).split('\n').length }))
      .filter(({ lines }) => lines > 300)
    expect(long).toEqual([])
  })
})

function importsOf(file: string): Import[] {
  const { module } = parseSync(file, read(file))
  const specifiers = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(entry => entry.moduleRequest?.value ?? []),
    ),
    ...module.dynamicImports.map(({ moduleRequest }) =>
      read(file).slice(moduleRequest.start + 1, moduleRequest.end - 1),
    ),
  ]
  return specifiers.map(specifier => ({ file, folder: folderOf(file), specifier }))
}

/** The row of the table that a file belongs to: its folder, or its name where it stands alone. */
function folderOf(file: string): string {
  const parts = file.split('/')
  if (parts.length === 1) return file.replace(/\.ts$/, '')
  return parts[0] === 'providers' ? parts.slice(0, -1).join('/') : (parts[0] ?? '')
}

function targetOf(file: string, specifier: string): string {
  return relative(SRC, resolve(join(SRC, file), '..', specifier))
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function read(file: string): string {
  return readFileSync(join(SRC, file), 'utf8')
}
