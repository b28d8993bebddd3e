import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'vitest'
import type { ProviderName } from '../../src/domain/entity-key.ts'
import { ADMIN_TOKEN, type GuardedApp, startGuarded } from '../security/start-guarded.ts'
import { globalId } from '../support/start-app.ts'
import type { Vocabulary } from './random-documents.ts'

/** The time of an operation here; no answer may take longer. */
const TIMEOUT_MS = 5_000
const SLACK_MS = 1_000

/** Every code that an error may have here: the fixed list, less those that tell of a fault, for nothing is at fault. */
const CODES: ReadonlySet<unknown> = new Set([
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'UNSUPPORTED',
  'RATE_LIMITED',
  'QUERY_TOO_COSTLY',
])

/** What is said without JSON: that nothing is there, or to a HEAD, which has no body at all. */
const PLAIN_REFUSALS = [404]

/** Every line that a log may have here. */
const LINES = new Set(['operation', 'operation refused', 'upstream call', 'audit'])

/** Somebody of every organization, somebody of one, and somebody of that who may only read. */
export const WHO = ['admin', 'user', 'reader'] as const
export type Who = (typeof WHO)[number]

export interface Target {
  readonly app: GuardedApp
  readonly tokens: Readonly<Record<Who, string>>
  readonly vocabulary: Vocabulary
  /** Sends a request and holds the answer to all that is promised of any answer. */
  check(request: Request): Promise<Answer>
  /** The same for an operation as JSON. */
  checkOperation(operation: unknown, who: Who): Promise<Answer>
  /** Holds what was sent to the providers to reads, and what was logged to what a log may have; forgets both. */
  checkTraces(): void
  stop(): Promise<void>
}

export interface Answer {
  readonly status: number
  readonly text: string
}

/** A dirgraph that asks for tokens, with what a curious caller of one organization could know of it and of others. */
export async function startTarget(provider: ProviderName = 'workos'): Promise<Target> {
  const app = await startGuarded({ provider, timeoutMs: TIMEOUT_MS, cacheTtlMs: 30_000 })
  const tokens = {
    admin: ADMIN_TOKEN,
    user: await app.sign(),
    reader: await app.sign({ permissions: ['directories:read'] }),
  }
  const foreign = foreignWords(app)
  const isUsers = (request: Request) => /^bearer\s+ey/i.test(request.headers.get('authorization') ?? '')

  async function check(request: Request): Promise<Answer> {
    const startedAt = performance.now()
    const isOfUser = isUsers(request)
    const response = await Promise.race([
      app.fetch(request),
      wait(TIMEOUT_MS + SLACK_MS, undefined, { ref: false }),
    ])
    if (!response) throw new Error('not answered in time')
    const text = await response.text()
    const { status, headers } = response
    const head = [...headers].map(([name, value]) => `${name}: ${value}`).join('\n')
    expect(status, text).toBeLessThan(500)
    expect(performance.now() - startedAt).toBeLessThan(TIMEOUT_MS + SLACK_MS)
    expect(head).not.toMatch(/set-cookie|ratelimit|^server:|x-powered-by/im)
    expect(head).toMatch(/^x-request-id: [\w.-]{1,64}$/m)
    for (const secret of app.secrets()) expect(`${head}\n${text}`).not.toContain(secret)
    const results = resultsIn(text, headers.get('content-type') ?? '')
    if (status >= 400 && results.length === 0) expect(PLAIN_REFUSALS).toContain(status)
    for (const result of results) {
      for (const { extensions, message } of result.errors ?? []) {
        if (!CODES.has(extensions?.code)) throw new Error(`code ${extensions?.code}: ${message}`)
      }
      if (isOfUser) for (const word of wordsIn(result.data)) expect(foreign.has(word), word).toBe(false)
    }
    return { status, text }
  }

  function checkTraces(): void {
    const log = app.log()
    const lines = app.lines()
    const writes = app.sandbox.calls.filter(isWrite)
    app.sandbox.clearCalls()
    app.clearLog()
    expect(writes).toEqual([])
    expect(lines.find(({ msg }) => msg === 'unexpected error')).toBeUndefined()
    expect(/[\w.]*\w(@|%40)[\w.]+/.exec(log)?.[0]).toBeUndefined()
    for (const secret of [...app.secrets(), tokens.user, tokens.reader])
      expect(log.includes(secret)).toBe(false)
    expect(lines.filter(({ msg }) => !LINES.has(String(msg)))).toEqual([])
  }

  return {
    app,
    tokens,
    vocabulary: await readVocabulary(app, provider),
    check,
    checkOperation: (operation, who) => check(toRequest(operation, tokens[who])),
    checkTraces,
    stop: app.stop,
  }
}

/** An operation as clients send it. */
export function toRequest(operation: unknown, token: string): Request {
  return new Request('http://dirgraph.test/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: typeof operation === 'string' ? operation : JSON.stringify(operation),
  })
}

/** The bytes in use, with all garbage gone. */
export async function heapInUse(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let round = 0; round < 3; round += 1) {
    collect()
    await wait(20)
  }
  return process.memoryUsage().heapUsed
}

interface Result {
  readonly data?: unknown
  readonly errors?: readonly { message: string; extensions?: { code: string } }[]
}

/** The results in an answer: one as JSON, or several as events or parts. */
function resultsIn(text: string, contentType: string): Result[] {
  if (text === '') return []
  if (/^application\/(graphql-response\+)?json/.test(contentType)) return [JSON.parse(text)]
  if (/^(text\/event-stream|multipart\/mixed)/.test(contentType)) {
    return text.split('\n').flatMap(line => {
      const json = /^(?:data: ?)?(\{.*\})\s*$/.exec(line)?.[1]
      return json === undefined ? [] : [JSON.parse(json)]
    })
  }
  return []
}

/** The POST for a token of one’s own changes nothing; Scalekit’s GET for a synchronization does. */
function isWrite({ method, path }: { method: string; path: string }): boolean {
  return (method !== 'GET' && path !== '/oauth/token') || path.endsWith(':sync')
}

/** Every string in an answer, and what is packed in those that are ids or cursors. */
function* wordsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    yield value
    if (/^[\w-]{12,}$/.test(value))
      yield* Buffer.from(value, 'base64url')
        .toString()
        .split(/[:"[\],]/)
  } else if (typeof value === 'object' && value !== null) {
    for (const one of Object.values(value)) yield* wordsIn(one)
  }
}

/** Ids and addresses of all organizations but the user's own. */
function foreignWords({ sandbox, organization }: GuardedApp): ReadonlySet<string> {
  const { workos, scalekit } = sandbox.data
  const own = new Set<string>()
  const foreign = new Set<string>()
  for (const { organizations, directories, rosters } of [workos, scalekit]) {
    for (const { id } of organizations) (id === organization ? own : foreign).add(id)
    for (const { id, organization_id } of directories) {
      const words = organization_id === organization ? own : foreign
      words.add(id)
      const roster = rosters.get(id)
      for (const user of roster?.users ?? []) {
        words.add(user.id)
        if (user.email) words.add(user.email)
      }
      for (const group of roster?.groups ?? []) words.add(group.id)
    }
  }
  return new Set([...foreign].filter(word => !own.has(word)))
}

/** Ids, addresses and cursors of the user's own organization, and of others. */
async function readVocabulary(app: GuardedApp, provider: ProviderName): Promise<Vocabulary> {
  const { known, workos, scalekit } = app.sandbox.data
  const ids: string[] = []
  const texts: string[] = [
    '',
    ' ',
    '%',
    '*',
    '"',
    '\\',
    'a',
    'Okta',
    '田中',
    '🦄',
    '\ud800',
    '\0',
    '..',
    'ada@private.example',
  ]
  const sides = [
    ['workos', workos],
    ['scalekit', scalekit],
  ] as const
  for (const [name, { organizations, directories, rosters }] of sides) {
    for (const { id } of organizations.slice(0, 6)) {
      ids.push(id, globalId('Organization', name, id))
      texts.push(id)
    }
    for (const { id, organization_id } of directories.slice(0, 12)) {
      const path = [name, organization_id ?? '-', id]
      ids.push(id, globalId('Directory', ...path), globalId('Directory', name, app.organization, id))
      texts.push(id)
      const { users = [], groups = [] } = rosters.get(id) ?? {}
      for (const user of users.slice(0, 2)) {
        ids.push(globalId('DirectoryUser', ...path, user.id))
        ids.push(globalId('DirectoryUser', name, app.organization, id, user.id))
        if (user.email) texts.push(user.email)
      }
      for (const group of groups.slice(0, 2)) ids.push(globalId('DirectoryGroup', ...path, group.id))
    }
  }
  const directory = globalId(
    'Directory',
    ...(provider === 'workos'
      ? ['workos', app.organization, known.workosMediumDirectoryId]
      : ['scalekit', app.organization, known.scalekitMediumDirectoryId]),
  )
  ids.push(directory, 'x', '', globalId('Organization', provider, '..'))
  const response = await app.post(
    {
      query: `query($id: ID!) {
        organizations(first: 3) { edges { cursor } }
        directories(first: 3) { edges { cursor } }
        node(id: $id) { ... on Directory { users(first: 3) { edges { cursor } } groups(first: 3) { edges { cursor } } } }
      }`,
      variables: { id: directory },
    },
    ADMIN_TOKEN,
  )
  const cursors = [...(await response.text()).matchAll(/"cursor":"([^"]+)"/g)].map(
    ([, cursor]) => cursor as string,
  )
  expect(cursors.length).toBeGreaterThan(6)
  app.clearLog()
  app.sandbox.clearCalls()
  return { ids, cursors: [...cursors, '', 'x', 'WzEsIngiLCJ4Il0'], texts }
}
