import type { DirectoryProvider } from './domain/directory-provider.ts'
import type { ProviderName } from './domain/entity-key.ts'
import type { EventReceiver } from './domain/event-receiver.ts'
import type { EventSource } from './domain/event-source.ts'
import { createCompositeProvider } from './providers/composite-provider.ts'
import { createScalekitProvider, type ScalekitSettings } from './providers/scalekit/scalekit-provider.ts'
import { createWorkosProvider, type WorkosSettings } from './providers/workos/workos-provider.ts'
import type { UpstreamFetch } from './upstream/fetch-whole.ts'
import type { UpstreamEnvironment } from './upstream/upstream-client.ts'

/** What WorkOS publishes: 6,000 requests a minute for a key, and 4 a second for the users of one directory. */
const WORKOS_DEFAULTS = {
  apiUrl: 'https://api.workos.com',
  requestsPerMinute: 6_000,
  directoryUsersPerSecond: 4,
}

/** Scalekit publishes no limit. */
const SCALEKIT_DEFAULTS = { requestsPerSecond: 50 }

/** Which providers there are, and how they are reached. At least one is needed; URLs have no trailing slash. */
export interface ProviderSettings {
  readonly workos?: (Pick<WorkosSettings, 'apiKey'> & Partial<WorkosSettings>) | null
  readonly scalekit?: (Omit<ScalekitSettings, 'requestsPerSecond'> & Partial<ScalekitSettings>) | null
  /** Of the Redis or Valkey that replicas share, `redis://` or `rediss://`; without it a process works alone. */
  readonly redisUrl?: string | null
  /** How long an upstream's answer may be reused by other operations: 30, unless said otherwise; 0 is never. */
  readonly cacheTtlSeconds?: number
  /** What sends requests to providers, called with an address and as `fetch` is; the platform's own, unless given. */
  readonly fetch?: UpstreamFetch
  /** Names the trace that a request belongs to to the providers (W3C `traceparent`); off unless asked for. */
  readonly propagateTraces?: boolean
}

/** The providers that are set up. */
export interface Providers {
  /** By name, in the order in which lists over all of them are read. */
  readonly adapters: ReadonlyMap<ProviderName, DirectoryProvider & EventReceiver>
  /** All of them as one. */
  readonly provider: DirectoryProvider
  /** Whose events can be polled; null where there is none. */
  readonly eventSource: EventSource | null
}

/** Puts the providers of a server or of an export together. Throws `TypeError` where none is set up. Makes no call. */
export function createProviders(
  settings: ProviderSettings,
  shared: Pick<UpstreamEnvironment, 'log' | 'metrics' | 'shareAnswers' | 'shareBudget'>,
): Providers {
  const environment: UpstreamEnvironment = {
    ...shared,
    cacheTtlMs: cacheTtlMsOf(settings),
    // Looked up at each call: instrumentation replaces it whenever it is loaded.
    fetch: settings.fetch ?? ((url, init) => fetch(url, init)),
    propagateTraces: settings.propagateTraces ?? false,
  }
  const adapters = new Map<ProviderName, DirectoryProvider & EventReceiver>()
  const workos =
    settings.workos && createWorkosProvider({ ...WORKOS_DEFAULTS, ...settings.workos }, environment)
  if (workos) adapters.set('workos', workos)
  if (settings.scalekit) {
    const scalekit = { ...SCALEKIT_DEFAULTS, ...settings.scalekit }
    adapters.set('scalekit', createScalekitProvider(scalekit, environment))
  }
  if (adapters.size === 0) throw new TypeError('createDirgraph needs `workos`, `scalekit` or both.')
  return { adapters, provider: createCompositeProvider(adapters), eventSource: workos ?? null }
}

/** How long an answer may be reused, in milliseconds. */
export function cacheTtlMsOf({ cacheTtlSeconds = 30 }: ProviderSettings): number {
  return cacheTtlSeconds * 1_000
}

/** By which processes with the same providers know each other: addresses and credentials, to be hashed. */
export function credentialsOf({ workos, scalekit }: ProviderSettings): readonly string[] {
  const ofWorkos = workos ? [workos.apiUrl ?? WORKOS_DEFAULTS.apiUrl, workos.apiKey] : []
  const ofScalekit = scalekit ? [scalekit.environmentUrl, scalekit.clientId, scalekit.clientSecret] : []
  return [...ofWorkos, ...ofScalekit]
}
