import type { GraphQLSchema } from 'graphql'
import type { DirectoryProvider } from './domain/directory-provider.ts'
import type { ProviderName } from './domain/entity-key.ts'
import { createCompositeProvider } from './providers/composite-provider.ts'
import { createScalekitProvider, type ScalekitSettings } from './providers/scalekit/scalekit-provider.ts'
import { createWorkosProvider, type WorkosSettings } from './providers/workos/workos-provider.ts'
import { schema } from './schema/index.ts'
import { createServer } from './server/server.ts'
import { createLogger, type Logger, type LogLevel } from './telemetry/logger.ts'

/** What a dirgraph needs to know. At least one provider is needed; URLs have no trailing slash. */
export interface DirgraphSettings {
  readonly workos?: { readonly apiKey: string; readonly apiUrl?: string } | null
  readonly scalekit?: ScalekitSettings | null
  /** Serves GraphiQL to browsers; off unless asked for. */
  readonly graphiql?: boolean
  /** `info` unless said otherwise. */
  readonly logLevel?: LogLevel
}

/** A running dirgraph, to be mounted wherever the web's Request and Response are spoken. */
export interface Dirgraph {
  /** Answers `/graphql`, `/health` and `/ready`. */
  readonly fetch: (request: Request) => Promise<Response>
  readonly schema: GraphQLSchema
  /** Ends what is under way; after it `fetch` answers no more. */
  readonly stop: () => Promise<void>
}

/**
 * Puts a dirgraph together: settings → providers → schema → server. Throws `TypeError` without a provider.
 * It opens no port and makes no call of its own.
 */
export function createDirgraph(settings: DirgraphSettings): Dirgraph {
  const log = createLogger(settings.logLevel ?? 'info')
  const provider = createCompositeProvider(createProviders(settings, log))
  const server = createServer({ schema, provider, log, graphiql: settings.graphiql ?? false })
  return { fetch: server.fetch, schema, stop: server.stop }
}

/** The adapters that are set up, in the order in which lists over all of them are read. */
function createProviders(
  settings: DirgraphSettings,
  log: Logger,
): ReadonlyMap<ProviderName, DirectoryProvider> {
  const providers = new Map<ProviderName, DirectoryProvider>()
  if (settings.workos) {
    const workos: WorkosSettings = { apiUrl: 'https://api.workos.com', ...settings.workos }
    providers.set('workos', createWorkosProvider(workos, log))
  }
  if (settings.scalekit) providers.set('scalekit', createScalekitProvider(settings.scalekit, log))
  if (providers.size === 0) throw new TypeError('createDirgraph needs `workos`, `scalekit` or both.')
  return providers
}
