import { setTimeout as wait } from 'node:timers/promises'
import { type Cluster, startCluster } from './cluster.ts'
import { type FaultRecord, startFaults } from './faults.ts'
import { createGraphClient } from './load/graph-client.ts'
import { createJournal, type Journal } from './load/journal.ts'
import { type Attempt, startMutator, type Unseen } from './load/mutator.ts'
import { startReaders } from './load/readers.ts'
import { type Subscriber, startSubscriber } from './load/subscriber.ts'
import { wishesOf } from './load/wishes.ts'
import { type MemoryCourse, watchMemory } from './processes/memory.ts'
import type { RedisTurn } from './processes/replica.ts'
import type { CallSummary } from './sandbox/call-tally.ts'
import type { DeliverySummary, SandboxNews } from './sandbox/sandbox-messages.ts'
import type { ToldEvent } from './sandbox/told-events.ts'
import type { Scope } from './scope.ts'
import { createBook } from './truth/book.ts'
import { createCourt } from './truth/court.ts'

/** Everything that is known after a run. Times are by `performance.now()`. */
export interface RunRecord {
  readonly scope: Scope
  readonly beganMs: number
  readonly faults: readonly FaultRecord[]
  readonly journal: Journal
  readonly judged: ReturnType<ReturnType<typeof createCourt>['close']>
  readonly attempts: readonly Attempt[]
  readonly unseen: readonly Unseen[]
  readonly readsAfterWrites: number
  readonly subscribers: readonly Subscriber[]
  readonly told: readonly ToldEvent[]
  /** How long each event took from the provider to the first subscriber, and when it was there. */
  readonly lags: readonly { readonly atMs: number; readonly lagMs: number }[]
  readonly deliveries: DeliverySummary
  readonly calls: CallSummary
  /** The operations that a replica took with it, by their `x-request-id`. */
  readonly lost: readonly string[]
  readonly memory: readonly MemoryCourse[]
  /** When each replica used Redis no more, or again. */
  readonly turns: readonly (readonly RedisTurn[])[]
  readonly logged: readonly (readonly [string, number])[]
}

/** At the end: for the last webhooks to arrive, and for subscribers to hear of them. */
const SETTLING_MS = 15_000
const POLL_MS = 100

/** Runs all of it for so long. Rejects where something that belongs to the harness itself fails. */
export async function run(scope: Scope): Promise<RunRecord> {
  const told: ToldEvent[] = []
  let enter: (news: Extract<SandboxNews, { state: unknown }>) => void = () => {}
  const cluster = await startCluster(scope, news => {
    if ('told' in news) told.push(news.told)
    else enter(news)
  })
  try {
    return await runOn(cluster, scope, told, listener => {
      enter = listener
    })
  } finally {
    await cluster.stop()
  }
}

async function runOn(
  cluster: Cluster,
  scope: Scope,
  told: readonly ToldEvent[],
  onState: (listener: (news: Extract<SandboxNews, { state: unknown }>) => void) => void,
): Promise<RunRecord> {
  const { sandbox, replicas, proxy, token } = cluster
  const url = `${proxy.url}/graphql`
  const book = createBook(sandbox.hello.states)
  onState(({ state, eventIds }) => book.enter(state, eventIds))
  const court = createCourt(book)
  const journal = createJournal()
  const client = createGraphClient(url, token)

  const heardAtMs = new Map<string, number>()
  const onEvent = (id: string) => {
    const atMs = performance.now()
    book.heard(id, atMs)
    if (!heardAtMs.has(id)) heardAtMs.set(id, atMs)
  }
  const subscribers = wishesOf(sandbox.hello.states, scope).map(wish =>
    startSubscriber(wish, { url, token, onEvent }),
  )
  await Promise.all(subscribers.map(({ ready }) => ready))
  await sandbox.ask('changeEvery', scope.changeEveryMs)
  const memories = replicas.map(watchMemory)
  const ending = new AbortController()
  const readers = startReaders({ client, book, court, journal }, scope.readers, ending.signal)
  const mutator = startMutator({ client, journal }, sandbox.hello.spare, scope.mutationEveryMs, ending.signal)
  const faults = startFaults(cluster, scope)

  await Promise.all([faults.ended, wait(scope.seconds * 1_000)])
  ending.abort()
  await sandbox.ask('changeEvery', null)
  await Promise.all([readers, mutator.ended])
  const memory = memories.map(({ end }) => end())
  const deliveries = await sandbox.ask('settle', SETTLING_MS)
  await untilAllHeard(subscribers, told)
  await Promise.all(subscribers.map(({ stop }) => stop()))
  client.close()
  const calls = await sandbox.ask('calls', null)
  const logged = new Map<string, number>()
  for (const [text, times] of replicas.flatMap(({ logged }) => [...logged])) {
    logged.set(text, (logged.get(text) ?? 0) + times)
  }
  return {
    scope,
    beganMs: faults.beganMs,
    faults: faults.records,
    journal,
    judged: court.close(),
    attempts: mutator.attempts,
    unseen: mutator.unseen,
    readsAfterWrites: mutator.reads(),
    subscribers,
    told,
    lags: told.flatMap(({ id, occurredAtMs }) => {
      const atMs = heardAtMs.get(id)
      return atMs === undefined ? [] : [{ atMs, lagMs: performance.timeOrigin + atMs - occurredAtMs }]
    }),
    deliveries,
    calls,
    lost: proxy.lost().flatMap(({ requestId }) => requestId ?? []),
    memory,
    turns: replicas.map(replica => replica.turns),
    logged: [...logged],
  }
}

/** Everything that the provider has told, as far as it is theirs; or the time is over. */
async function untilAllHeard(subscribers: readonly Subscriber[], told: readonly ToldEvent[]): Promise<void> {
  const untilMs = performance.now() + SETTLING_MS
  const isComplete = ({ wish, received }: Subscriber) => {
    const had = new Set(received)
    return told.every(event => had.has(event.id) || !wish.wants(event))
  }
  while (performance.now() < untilMs && !subscribers.every(isComplete)) await sleep()
}

const sleep = () => wait(POLL_MS)
