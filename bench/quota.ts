import { setTimeout as wait } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { startContender } from './contenders/contender-child.ts'
import { createGraphClient, type GraphClient } from './harness/http-client.ts'
import { toLatency } from './harness/load.ts'
import { type Cell, print, printTable, round } from './harness/markdown.ts'
import { type UsersData, usersOf } from './operations.ts'
import type { Scope } from './scope.ts'
import { type KnownDirectory, startSandboxChild } from './upstream/sandbox-child.ts'

const DIRECTORIES = 20
const PAGE_SIZES = [5, 10, 15, 20, 25, 30]
/** Clients that are late give up after so many times the planned duration. */
const PATIENCE = 2

/** How a request ended: right, with other people than the directory has, with an error of ours, or with none. */
type Outcome = 'right' | 'wrong' | 'refused' | 'lost'

interface Sent {
  readonly outcome: Outcome
  readonly code: string | null
  readonly durationMs: number
  /** Since the first request. */
  readonly answeredAtMs: number
}

/** Many clients against providers that keep to their published limits: nobody is to notice them. */
export async function runQuota(scope: Scope): Promise<void> {
  const { requests, clients, durationMs } = scope.quota
  print('## Quotas\n')
  print(
    `${requests} requests from ${clients} clients over ${DIRECTORIES} directories in ${durationMs / 1_000} s, for ` +
      `pages of ${PAGE_SIZES.join(', ')} users, against providers that enforce the published limits.`,
  )
  const sandbox = await startSandboxChild({ enforceLimits: true, scale: { organizations: DIRECTORIES / 2 } })
  const contender = await startContender('dirgraph-limited', sandbox.hello.upstream)
  const client = createGraphClient(contender.hello.url, clients)
  const startedAt = performance.now()
  const sent = await sendAll(client, sandbox.hello.extra, scope.quota)
  const elapsedMs = performance.now() - startedAt
  const { calls, bySecond } = await sandbox.ask('callSummary')
  client.close()
  await Promise.all([contender.stop(), sandbox.stop()])

  const count = (outcome: Outcome) => sent.filter(request => request.outcome === outcome).length
  const { p50Ms, p95Ms } = toLatency(sent.map(request => request.durationMs))
  const countRefused = (from: number) => bySecond.slice(from).reduce((sum, { refused }) => sum + refused, 0)
  printTable(
    [
      'requests',
      'right',
      'wrong',
      'refused',
      'lost',
      'unsent',
      'seconds',
      'p50 ms',
      'p95 ms',
      'upstream calls',
      '429',
      '429 after second 1',
    ],
    [
      [
        requests,
        count('right'),
        count('wrong'),
        count('refused'),
        count('lost'),
        requests - sent.length,
        round(elapsedMs / 1_000),
        round(p50Ms),
        round(p95Ms),
        calls,
        countRefused(0),
        countRefused(1),
      ],
    ],
  )
  printCodes(sent)
  printTable(
    ['second', 'answered', 'upstream calls', '429'],
    Array.from({ length: Math.ceil(elapsedMs / 1_000) }, (_, second): Cell[] => [
      second + 1,
      sent.filter(({ answeredAtMs }) => Math.floor(answeredAtMs / 1_000) === second).length,
      bySecond[second]?.calls ?? 0,
      bySecond[second]?.refused ?? 0,
    ]),
  )
}

/** Each client sends at its own times, or as soon as it can when answers are late. */
async function sendAll(
  client: GraphClient,
  directories: readonly KnownDirectory[],
  { requests, clients, durationMs }: Scope['quota'],
): Promise<Sent[]> {
  const startedAt = performance.now()
  const sent: Sent[] = []
  const runClient = async (first: number) => {
    for (let index = first; index < requests; index += clients) {
      const dueInMs = startedAt + (index * durationMs) / requests - performance.now()
      if (dueInMs > 1) await wait(dueInMs)
      if (performance.now() - startedAt > PATIENCE * durationMs) return
      const directory = directories[(index * 7) % directories.length]
      const size = PAGE_SIZES[(index * 11 + Math.floor(index / DIRECTORIES)) % PAGE_SIZES.length]
      if (directory === undefined || size === undefined) throw new Error('there is no directory to ask for')
      sent.push(await sendOne(client, directory, size, startedAt))
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, first) => runClient(first)))
  return sent
}

async function sendOne(
  client: GraphClient,
  { globalId, firstEmails }: KnownDirectory,
  size: number,
  startedAt: number,
): Promise<Sent> {
  const sentAt = performance.now()
  const end = (outcome: Outcome, code: string | null = null): Sent => {
    const now = performance.now()
    return { outcome, code, durationMs: now - sentAt, answeredAtMs: now - startedAt }
  }
  try {
    const { text } = await client.post(usersOf(globalId, size))
    const { data, errors } = JSON.parse(text) as {
      data?: UsersData
      errors?: readonly { readonly extensions?: { readonly code?: string } }[]
    }
    if (errors !== undefined) return end('refused', errors[0]?.extensions?.code ?? 'no code')
    const emails = data?.directory.users.nodes.map(({ email }) => email)
    return end(isDeepStrictEqual(emails, firstEmails.slice(0, size)) ? 'right' : 'wrong')
  } catch (error) {
    return end('lost', error instanceof Error ? error.message : String(error))
  }
}

function printCodes(sent: readonly Sent[]): void {
  const counts = new Map<string, number>()
  for (const { code } of sent) if (code !== null) counts.set(code, (counts.get(code) ?? 0) + 1)
  if (counts.size > 0) printTable(['refused or lost with', 'requests'], [...counts])
}
