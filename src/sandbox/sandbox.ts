import { createAnnouncements } from './announcements.ts'
import type { SandboxChangeKind } from './change-kinds.ts'
import { type ChangeSettings, createChanges, type SandboxChange } from './changes.ts'
import { createFaultPlan, type Fault } from './faults.ts'
import { type RecordedCall, startListener } from './http-listener.ts'
import type { SandboxData, SandboxQuirks } from './sandbox-data.ts'
import { toScalekitHttpError } from './scalekit-answers.ts'
import { createScalekitStandIn } from './scalekit-stand-in.ts'
import { createSandboxData } from './seed.ts'
import type { Scale } from './seed-scale.ts'
import { createWebhooks, type WebhookSettings, type Webhooks } from './webhooks.ts'
import { toWorkosError } from './workos-answers.ts'
import { createWorkosStandIn } from './workos-stand-in.ts'

export type { SandboxEvent } from './announcements.ts'
export type { SandboxChangeKind } from './change-kinds.ts'
export type { SandboxChange } from './changes.ts'
export type { Fault, FaultKind } from './faults.ts'
export type { RecordedCall } from './http-listener.ts'
export type { SandboxData, SandboxQuirks } from './sandbox-data.ts'
export type { WebhookEndpoint } from './webhook-queue.ts'

/** How a sandbox behaves; everything has a default. */
export interface SandboxSettings {
  /** Added to each answer; default 0. */
  latencyMs?: number
  /** Whether the published limits answer 429; default false. */
  enforceLimits?: boolean
  /** The limits to enforce, where the published numbers do not suit. */
  limits?: Partial<SandboxLimits>
  /** How long a deleted WorkOS directory stays readable as `deleting`; default 3000. */
  deletionDelayMs?: number
  /** Whether WorkOS users carry `groups`, as for teams made before 2026-05-01; default false. */
  embeddedGroups?: boolean
  /** What WorkOS does with a cursor it does not know; default 'restart'. */
  staleCursor?: SandboxQuirks['staleCursor']
  /** How long a Scalekit token lives; default 86399. */
  tokenTtlSeconds?: number
  /** Adds a large directory, or many organizations, to each side; default neither. */
  scale?: Scale
  /** Who is told what happens, by webhooks; default nobody. */
  webhooks?: WebhookSettings
  /** Lets it change by itself; without it nothing happens but what it is asked for. */
  changes?: ChangeSettings
}

/** The limits of both providers. */
export interface SandboxLimits {
  /** Of one directory's users, on WorkOS; published as 4. */
  workosUsersPerSecond: number
  /** Of one API key, on WorkOS; published as 6000. */
  workosRequestsPerMinute: number
  /** Of the environment, on Scalekit; nothing is published, 50 is assumed. */
  scalekitRequestsPerSecond: number
}

/** Both directory providers over real HTTP, with data that looks real. */
export interface Sandbox {
  readonly workos: { readonly url: string; readonly apiKey: string }
  readonly scalekit: {
    readonly environmentUrl: string
    readonly clientId: string
    readonly clientSecret: string
  }
  /** The requests received, in order; the last 50,000 of them. */
  readonly calls: readonly RecordedCall[]
  clearCalls(): void
  /** Puts a fault in force and returns what removes it. */
  inject(fault: Fault): () => void
  clearFaults(): void
  /** What is served, to compare with and to change. */
  readonly data: SandboxData
  /** Delivers what happens, as the providers do. */
  readonly webhooks: Webhooks
  /**
   * Lets something happen at once, as if an identity provider had written it: of that kind, in that directory, or what
   * comes by chance. Throws where nothing can happen so.
   */
  change(kind?: SandboxChangeKind, directoryId?: string): SandboxChange
  /** Ends changes and deliveries, and closes both ports and every open connection. */
  stop(): Promise<void>
}

const apiKey = 'sk_test_sandbox'
const clientId = 'skc_10000000000000001'
const clientSecret = 'test_sandbox'

const publishedLimits: SandboxLimits = {
  workosUsersPerSecond: 4,
  workosRequestsPerMinute: 6000,
  scalekitRequestsPerSecond: 50,
}

/** Starts both providers on free loopback ports. */
export async function startSandbox(settings: SandboxSettings = {}): Promise<Sandbox> {
  const { latencyMs = 0, deletionDelayMs = 3000, tokenTtlSeconds = 86_399 } = settings
  const data = createSandboxData(
    {
      staleCursor: settings.staleCursor ?? 'restart',
      embeddedGroups: settings.embeddedGroups ?? false,
      repeatCursor: false,
      ratelimitBody: 'string',
      expiresInUnderflow: false,
    },
    settings.scale,
  )
  const limits = settings.enforceLimits ? { ...publishedLimits, ...settings.limits } : null
  const calls: RecordedCall[] = []
  const faults = createFaultPlan()
  const shared = { faults, calls, latencyMs }
  const { webhooks, send, stop: stopWebhooks } = createWebhooks(settings.webhooks ?? {})
  const announcements = createAnnouncements(data.workos.events, send)
  const makeChange = createChanges(data, announcements, settings.changes?.seed ?? 1)
  const workosLimits = limits && {
    usersPerSecond: limits.workosUsersPerSecond,
    requestsPerMinute: limits.workosRequestsPerMinute,
  }
  const workosStandIn = createWorkosStandIn(
    data,
    { apiKey, deletionDelayMs, limits: workosLimits },
    announcements,
  )
  const scalekitLimits = limits && { requestsPerSecond: limits.scalekitRequestsPerSecond }
  const scalekitStandIn = createScalekitStandIn(
    data,
    { clientId, clientSecret, tokenTtlSeconds, limits: scalekitLimits },
    announcements,
  )
  const [workos, scalekit] = await Promise.all([
    startListener({
      ...shared,
      provider: 'workos',
      standIn: workosStandIn,
      toError: status => toWorkosError(status),
    }),
    startListener({
      ...shared,
      provider: 'scalekit',
      standIn: scalekitStandIn,
      toError: toScalekitHttpError,
    }),
  ])
  const stopChanges = startChanges(makeChange, settings.changes)
  return {
    workos: { url: workos.url, apiKey },
    scalekit: { environmentUrl: scalekit.url, clientId, clientSecret },
    calls,
    clearCalls: () => {
      calls.length = 0
    },
    inject: faults.inject,
    clearFaults: faults.clear,
    data,
    webhooks,
    change(kind, directoryId) {
      const change = makeChange(kind, directoryId)
      if (change === null) throw new Error(`nothing in the sandbox can change so: ${kind ?? 'by chance'}`)
      return change
    },
    stop: async () => {
      stopChanges()
      stopWebhooks()
      await Promise.all([workos.close(), scalekit.close()])
    },
  }
}

/** Changes something every few seconds where it is wanted; gives back what ends it. */
function startChanges(change: () => unknown, settings: ChangeSettings | undefined): () => void {
  const intervalMs = settings ? settings.intervalMs : null
  if (intervalMs === null) return () => {}
  const timer = setInterval(() => change(), intervalMs ?? 3_000)
  timer.unref()
  return () => clearInterval(timer)
}
