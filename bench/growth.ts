import { type ContenderName, startContender } from './contenders/contender-child.ts'
import { createGraphClient, type GraphClient, type Operation, toData } from './harness/http-client.ts'
import { measureLatencies, measureThroughput } from './harness/load.ts'
import { type Cell, print, printTable, round, toMebibytes } from './harness/markdown.ts'
import { organizationsOf, type UsersData, usersOf } from './operations.ts'
import type { Scope } from './scope.ts'
import { type KnownDirectory, type SandboxChild, startSandboxChild } from './upstream/sandbox-child.ts'

const LARGEST_DIRECTORY = 100_000
/** What both providers give in one page. */
const PAGE_SIZE = 30
/** The greatest page of each: cursors of WorkOS fit any size, those of Scalekit their own. */
const STRIDES = { workos: 100, scalekit: PAGE_SIZE } as const
const COLUMNS = ['upstream calls', 'p50 ms', 'peak memory MiB']
const TITLES = { workos: 'WorkOS', scalekit: 'Scalekit' } as const

/** What an operation costs as the data grows: neither time nor memory may follow what is not asked for. */
export async function runGrowth(scope: Scope): Promise<void> {
  print('## Growth\n')
  print('No upstream latency, answers are not kept, each row in a process of its own.')
  await runOrganizations(scope)
  const rows: Cell[][] = []
  for (const size of scope.directorySizes) rows.push(...(await runDirectory(size, scope)))
  print(`\nA page of ${PAGE_SIZE} users:`)
  printTable(['users in the directory', 'provider', 'page', ...COLUMNS], rows)
  await runPaging(scope)
}

async function runOrganizations(scope: Scope): Promise<void> {
  const sandbox = await startSandboxChild({ scale: { organizations: Math.max(...scope.organizationCounts) } })
  const rows: Cell[][] = []
  for (const provider of ['WORKOS', 'SCALEKIT'] as const) {
    for (const count of scope.organizationCounts) {
      const costs = await measure(organizationsOf(provider, count), sandbox, scope)
      rows.push([count, provider === 'WORKOS' ? TITLES.workos : TITLES.scalekit, ...costs])
    }
  }
  await sandbox.stop()
  print('\nOrganizations with their directories:')
  printTable(['organizations', 'provider', ...COLUMNS], rows)
}

async function runDirectory(size: number, scope: Scope): Promise<Cell[][]> {
  const sandbox = await startSandboxChild({ scale: { users: size } })
  const rows: Cell[][] = []
  for (const directory of sandbox.hello.large) {
    const middle = await findMiddle(directory, size, sandbox)
    for (const [page, after] of [['first', null] as const, ['in the middle', middle] as const]) {
      const costs = await measure(usersOf(directory.globalId, PAGE_SIZE, after), sandbox, scope)
      rows.push([size.toLocaleString('en'), TITLES[directory.provider], page, ...costs])
    }
  }
  await sandbox.stop()
  return rows
}

/** Calls, p50 and peak memory of one operation, in a process that does nothing else. */
async function measure(operation: Operation, sandbox: SandboxChild, scope: Scope): Promise<Cell[]> {
  return withClient('dirgraph-uncached', sandbox, 1, async (client, peakBytes) => {
    const send = async () => void toData(await client.post(operation))
    // The first request also asks Scalekit for a token, which later ones have.
    await send()
    await sandbox.ask('clearCalls')
    await send()
    const { calls } = await sandbox.ask('callSummary')
    const [latency] = await measureLatencies([send], scope.rounds)
    return [calls, round(latency?.p50Ms ?? 0), toMebibytes(await peakBytes())]
  })
}

/** The cursor in front of the middle page, found as a client finds it: by paging up to there. */
function findMiddle(
  { globalId, provider }: KnownDirectory,
  size: number,
  sandbox: SandboxChild,
): Promise<string | null> {
  return withClient('dirgraph-uncached', sandbox, 1, async client => {
    let after: string | null = null
    for (let read = 0; read < size / 2; read += STRIDES[provider]) {
      after = (await readUsers(client, usersOf(globalId, STRIDES[provider], after))).pageInfo.endCursor
    }
    return after
  })
}

/** Many clients that read a large directory, as fast as they can and at the pace of the published limits. */
async function runPaging(scope: Scope): Promise<void> {
  print(
    `\nClients paging through directories of ${LARGEST_DIRECTORY.toLocaleString('en')} users, answers kept:`,
  )
  const rows: Cell[][] = []
  for (const name of ['dirgraph-limited', 'dirgraph'] as const) rows.push(await page(name, scope))
  printTable(
    ['clients', 'limits', 'seconds', 'pages/s', 'upstream calls', 'peak memory MiB', 'target', 'idle MiB'],
    rows,
  )
}

async function page(
  name: 'dirgraph-limited' | 'dirgraph',
  { connections, pagingMs }: Scope,
): Promise<Cell[]> {
  const enforceLimits = name === 'dirgraph-limited'
  const sandbox = await startSandboxChild({ enforceLimits, scale: { users: LARGEST_DIRECTORY } })
  const row = await withClient(name, sandbox, connections, async (client, peakBytes): Promise<Cell[]> => {
    const idleBytes = await peakBytes()
    let clients = 0
    const startPaging = () => {
      const directory = sandbox.hello.large[clients % sandbox.hello.large.length]
      // A size of its own for each client, or they would share their pages.
      const pageSize = PAGE_SIZE - Math.floor(clients / sandbox.hello.large.length)
      clients += 1
      let after: string | null = null
      return async () => {
        const users = await readUsers(client, usersOf(directory?.globalId ?? '', pageSize, after))
        after = users.pageInfo.hasNextPage ? users.pageInfo.endCursor : null
      }
    }
    const pagesPerSecond = await Promise.all(
      Array.from({ length: connections }, () => measureThroughput(startPaging(), 1, pagingMs)),
    )
    const { calls } = await sandbox.ask('callSummary')
    const total = pagesPerSecond.reduce((sum, rate) => sum + rate, 0)
    return [
      connections,
      enforceLimits ? 'published' : 'none',
      pagingMs / 1_000,
      round(total),
      calls,
      toMebibytes(await peakBytes()),
      '< 200',
      toMebibytes(idleBytes),
    ]
  })
  await sandbox.stop()
  return row
}

async function withClient<T>(
  name: ContenderName,
  sandbox: SandboxChild,
  connections: number,
  use: (client: GraphClient, peakBytes: () => Promise<number>) => Promise<T>,
): Promise<T> {
  const contender = await startContender(name, sandbox.hello.upstream)
  const client = createGraphClient(contender.hello.url, connections)
  try {
    return await use(client, () => contender.ask('peakBytes'))
  } finally {
    client.close()
    await contender.stop()
  }
}

async function readUsers(
  client: GraphClient,
  operation: Operation,
): Promise<UsersData['directory']['users']> {
  return (toData(await client.post(operation)) as UsersData).directory.users
}
