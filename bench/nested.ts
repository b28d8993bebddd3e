import { isDeepStrictEqual } from 'node:util'
import {
  type Contender,
  type ContenderName,
  type ContenderQuestions,
  startContender,
} from './contenders/contender-child.ts'
import { createGraphClient, type GraphClient, toData } from './harness/http-client.ts'
import { type Latency, measureLatencies, measureThroughput, measureThroughputs } from './harness/load.ts'
import { print, printTable, round, toMebibytes } from './harness/markdown.ts'
import { NESTED, NESTED_SIZES } from './operations.ts'
import type { Scope } from './scope.ts'
import type { CallSummary } from './upstream/call-log.ts'
import { type SandboxChild, startSandboxChild } from './upstream/sandbox-child.ts'

const CONTENDERS: Readonly<Partial<Record<ContenderName, string>>> = {
  optimal: 'optimal REST client',
  'dirgraph-cold': 'dirgraph, cold',
  dirgraph: 'dirgraph, warm',
  naive: 'naive GraphQL server',
  memory: 'GraphQL from memory',
}
const LATENCIES_MS = [0, 20]

interface Result extends Latency {
  readonly name: ContenderName
  readonly latencyMs: number
  readonly calls: number
  readonly longestChain: number
  /** Processor time of the contender's process for one request. */
  readonly cpuMs: number
  readonly requestsPerSecond: number
  readonly peakBytes: number
}

interface Entrant {
  readonly name: ContenderName
  readonly contender: Contender
  readonly client: GraphClient
  readonly send: () => Promise<void>
}

/** The nested operation by all contenders, at each upstream latency, and the ratios that matter. */
export async function runNested(scope: Scope): Promise<void> {
  print(`## One nested operation\n`)
  print(
    `${NESTED_SIZES.organizations} organizations of both providers → directories → ${NESTED_SIZES.users} users and ` +
      `${NESTED_SIZES.groups} groups each. The contenders take turns: p50 and p95 are of one request at a time, requests a second of stretches of load.`,
  )
  const results: Result[] = []
  for (const latencyMs of LATENCIES_MS) results.push(...(await runAt(latencyMs, scope)))
  printTable(
    [
      'contender',
      'upstream latency',
      'upstream calls',
      'longest chain',
      'p50 ms',
      'p95 ms',
      'CPU ms a request',
      `requests/s at ${scope.connections} connections`,
      'peak memory MiB',
    ],
    results.map(result => [
      CONTENDERS[result.name] ?? result.name,
      `${result.latencyMs} ms`,
      result.calls,
      // Without latency one call can end before its neighbour arrives, so chains can't be told from bundles.
      result.latencyMs === 0 ? '–' : result.longestChain,
      round(result.p50Ms),
      round(result.p95Ms),
      round(result.cpuMs),
      round(result.requestsPerSecond),
      toMebibytes(result.peakBytes),
    ]),
  )
  printRatios(results)
}

async function runAt(latencyMs: number, scope: Scope): Promise<Result[]> {
  // So many more that the first page holds organizations of both providers.
  const sandbox = await startSandboxChild({ latencyMs, scale: { organizations: 4 } })
  const names = Object.keys(CONTENDERS) as ContenderName[]
  const entrants = await Promise.all(names.map(name => enter(name, sandbox, scope.connections)))
  await compareAnswers(entrants)

  // All of them before any is measured: the sandbox has to get into its stride as well.
  for (const { send } of entrants) await measureThroughput(send, scope.connections, scope.warmUpMs)
  const senders = entrants.map(({ send }) => send)
  const throughputs = await measureThroughputs(senders, scope.connections, scope.loadMs)
  await sandbox.ask('clearCalls')
  const cpuBefore = await askAll(entrants, 'cpuMs')
  const latencies = await measureLatencies(senders, scope.rounds)
  const cpuAfter = await askAll(entrants, 'cpuMs')
  const costs: CallSummary[] = []
  for (const { send } of entrants) costs.push(await countCalls(send, sandbox))
  const peaks = await askAll(entrants, 'peakBytes')
  for (const { client } of entrants) client.close()
  await Promise.all([sandbox, ...entrants.map(({ contender }) => contender)].map(child => child.stop()))

  return entrants.map(({ name }, index) => ({
    name,
    latencyMs,
    calls: costs[index]?.calls ?? 0,
    longestChain: costs[index]?.longestChain ?? 0,
    cpuMs: ((cpuAfter[index] ?? 0) - (cpuBefore[index] ?? 0)) / scope.rounds,
    requestsPerSecond: throughputs[index] ?? 0,
    peakBytes: peaks[index] ?? 0,
    ...(latencies[index] ?? { p50Ms: 0, p95Ms: 0 }),
  }))
}

function askAll(entrants: readonly Entrant[], question: keyof ContenderQuestions): Promise<number[]> {
  return Promise.all(entrants.map(({ contender }) => contender.ask(question)))
}

/** Of a second request: what is kept from the first is kept. */
async function countCalls(send: () => Promise<void>, sandbox: SandboxChild): Promise<CallSummary> {
  await send()
  await sandbox.ask('clearCalls')
  await send()
  return sandbox.ask('callSummary')
}

async function enter(name: ContenderName, sandbox: SandboxChild, connections: number): Promise<Entrant> {
  const contender = await startContender(name, sandbox.hello.upstream)
  const client = createGraphClient(contender.hello.url, connections)
  const send = async () => void toData(await client.post(NESTED))
  return { name, contender, client, send }
}

/** Who answers something else is no contender. It also fills the caches of those that have one. */
async function compareAnswers(entrants: readonly Entrant[]): Promise<void> {
  const answers = await Promise.all(
    entrants.map(async ({ name, client }) => ({ name, data: toData(await client.post(NESTED)) })),
  )
  const [first] = answers
  for (const { name, data } of answers) {
    if (!isDeepStrictEqual(data, first?.data))
      throw new Error(`${name} and ${first?.name} answer differently`)
  }
}

function printRatios(results: readonly Result[]): void {
  const find = (name: ContenderName, latencyMs: number) =>
    results.find(result => result.name === name && result.latencyMs === latencyMs)
  const ratio = (
    one: ContenderName,
    other: ContenderName,
    latencyMs: number,
    figure: 'p50Ms' | 'requestsPerSecond',
  ) => round((find(one, latencyMs)?.[figure] ?? 0) / (find(other, latencyMs)?.[figure] ?? 1))
  printTable(
    ['ratio', 'upstream latency', 'measured', 'target'],
    [
      ['p50: dirgraph, cold / optimal', '20 ms', ratio('dirgraph-cold', 'optimal', 20, 'p50Ms'), '≤ 1.15'],
      [
        'requests/s: dirgraph, warm / naive',
        '0 ms',
        ratio('dirgraph', 'naive', 0, 'requestsPerSecond'),
        '≥ 5',
      ],
      [
        'requests/s: dirgraph, warm / from memory',
        '0 ms',
        ratio('dirgraph', 'memory', 0, 'requestsPerSecond'),
        '≥ 0.5',
      ],
    ],
  )
}
