import { randomBytes } from 'node:crypto'
import { type Proxy as LoadBalancer, startProxy } from '../test/support/proxy.ts'
import { type RedisServer, startRedis } from '../test/support/redis.ts'
import { type Replica, startReplica } from './processes/replica.ts'
import { type SandboxChild, startSandboxChild } from './sandbox/sandbox-child.ts'
import type { SandboxNews } from './sandbox/sandbox-messages.ts'
import type { Scope } from './scope.ts'

/** Two replicas behind a proxy, Redis and both providers: each a process, but for the proxy. */
export interface Cluster {
  readonly sandbox: SandboxChild
  readonly redis: RedisServer
  readonly replicas: readonly [Replica, Replica]
  readonly proxy: LoadBalancer
  /** The admin token. */
  readonly token: string
  stop(): Promise<void>
}

/** How long a replica that is told to stop is still asked: longer than the proxy takes to learn of it. */
const DRAIN_MS = 1_000

/** Starts all of it. What the sandbox has to tell goes to `onNews`. */
export async function startCluster(scope: Scope, onNews: (news: SandboxNews) => void): Promise<Cluster> {
  const secret = `whsec_${randomBytes(24).toString('base64')}`
  const token = randomBytes(24).toString('base64url')
  const redis = await startRedis()
  const sandbox = await startSandboxChild({ organizations: scope.organizations, secret }, onNews)
  const { workos, scalekit } = sandbox.hello
  const settings = {
    WORKOS_API_KEY: workos.apiKey,
    WORKOS_API_URL: workos.url,
    SCALEKIT_ENVIRONMENT_URL: scalekit.environmentUrl,
    SCALEKIT_CLIENT_ID: scalekit.clientId,
    SCALEKIT_CLIENT_SECRET: scalekit.clientSecret,
    WORKOS_WEBHOOK_SECRETS: secret,
    SCALEKIT_WEBHOOK_SECRETS: secret,
    WORKOS_EVENTS_POLL_SECONDS: '5',
    REDIS_URL: redis.url,
    DIRGRAPH_ADMIN_TOKEN: token,
    DIRGRAPH_DRAIN_MS: String(DRAIN_MS),
  }
  const replicas = await Promise.all([startReplica(settings), startReplica(settings)])
  const proxy = await startProxy({ replicas: replicas.map(({ url }) => url) })
  await sandbox.ask('deliverTo', proxy.url)
  return {
    sandbox,
    redis,
    replicas,
    proxy,
    token,
    async stop() {
      await proxy.stop()
      await Promise.all(replicas.map(replica => replica.end('SIGKILL')))
      await Promise.all([redis.stop(), sandbox.stop()])
    },
  }
}
