import type { ExecutionResult } from 'graphql'
import { expect } from 'vitest'
import { createDirgraph, type Dirgraph, type DirgraphSettings } from '../../src/app.ts'
import { type Sandbox, type SandboxSettings, startSandbox } from '../../src/sandbox/sandbox.ts'
import { NO_SCALEKIT_LIMITS, NO_WORKOS_LIMITS } from '../support/any-call.ts'
import { type RedisProxy, type RedisServer, startRedis, startRedisProxy } from '../support/redis.ts'

export interface Replica {
  readonly dirgraph: Dirgraph
  /** Its way to Redis, which can be made long or endless. */
  readonly proxy: RedisProxy
  query(document: string, variables?: object, signal?: AbortSignal): Promise<ExecutionResult>
  /** What an operation has cost, by the words of `extensions.dirgraph`. */
  costOf(document: string, variables?: object): Promise<Record<string, number>>
}

export interface Replicas {
  readonly sandbox: Sandbox
  readonly redis: RedisServer
  readonly all: readonly Replica[]
  /** The first two of them. */
  readonly one: Replica
  readonly other: Replica
  /** Settles when all of them share, and one more whose calls are counted by `callsOf`: what the first asks, all have. */
  areConnected(callsOf?: (probe: string) => Promise<number>): Promise<void>
  stop(): Promise<void>
}

export interface ReplicasSettings extends SandboxSettings {
  readonly count?: number
  readonly dirgraph?: Partial<DirgraphSettings>
}

/** Several dirgraphs in one process, on one sandbox and one Redis. */
export async function startReplicas(settings: ReplicasSettings = {}): Promise<Replicas> {
  const { count = 2, dirgraph, ...sandboxSettings } = settings
  const [sandbox, redis] = await Promise.all([startSandbox(sandboxSettings), startRedis()])
  const all = await Promise.all(
    Array.from({ length: count }, async () => {
      const proxy = await startRedisProxy(redis.port)
      return startReplica(sandbox, proxy, dirgraph ?? {})
    }),
  )
  const [one, other] = all as [Replica, Replica]
  let probes = 0

  async function areConnected(callsOf = async (_probe: string) => 0): Promise<void> {
    await expect
      .poll(
        async () => {
          // A list that nobody has asked for: its place in the whole makes it a read of its own.
          probes += 1
          const probe = `{ organizations(first: 1, filter: { provider: WORKOS, search: "probe ${probes}" }) { nodes { id } } }`
          const costs = []
          for (const replica of all) costs.push((await replica.costOf(probe)).upstreamCalls)
          return [...costs, await callsOf(probe)]
        },
        { timeout: 8_000, interval: 20 },
      )
      .toEqual([1, ...all.slice(1).map(() => 0), 0])
    sandbox.clearCalls()
  }

  await areConnected()
  return {
    sandbox,
    redis,
    all,
    one,
    other,
    areConnected,
    async stop() {
      await Promise.all(all.map(replica => replica.dirgraph.stop()))
      await Promise.all(all.map(replica => replica.proxy.stop()))
      await redis.stop()
      await sandbox.stop()
    },
  }
}

function startReplica(sandbox: Sandbox, proxy: RedisProxy, settings: Partial<DirgraphSettings>): Replica {
  const dirgraph = createDirgraph({
    workos: { apiKey: sandbox.workos.apiKey, apiUrl: sandbox.workos.url, ...NO_WORKOS_LIMITS },
    scalekit: { ...sandbox.scalekit, ...NO_SCALEKIT_LIMITS },
    logLevel: 'silent',
    cacheTtlSeconds: 30,
    reportCost: true,
    redisUrl: proxy.url,
    ...settings,
  })
  async function query(document: string, variables = {}, signal?: AbortSignal): Promise<ExecutionResult> {
    const request = new Request('http://dirgraph.test/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: document, variables }),
      ...(signal && { signal }),
    })
    const response = await dirgraph.fetch(request)
    return response.json()
  }
  return {
    dirgraph,
    proxy,
    query,
    async costOf(document, variables) {
      const { errors, extensions } = await query(document, variables)
      expect(errors).toBeUndefined()
      return extensions?.dirgraph as Record<string, number>
    },
  }
}
