import { pino } from 'pino'
import type { DirectoryProvider } from '../../src/domain/directory-provider.ts'
import type { ProviderName } from '../../src/domain/entity-key.ts'
import { createCompositeProvider } from '../../src/providers/composite-provider.ts'
import { createScalekitProvider } from '../../src/providers/scalekit/scalekit-provider.ts'
import { createWorkosProvider } from '../../src/providers/workos/workos-provider.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { schema } from '../../src/schema/index.ts'
import { createServer } from '../../src/server/server.ts'
import { NO_SCALEKIT_LIMITS, NO_WORKOS_LIMITS } from './any-call.ts'
import { ANY_SERVER } from './any-server.ts'

export interface LoggedApp {
  readonly sandbox: Sandbox
  /** Everything that was logged, as text. */
  readonly log: () => string
  /** The same line by line. */
  readonly lines: () => Record<string, unknown>[]
  /** Posts an operation and gives back the text of the answer. */
  post(body: object): Promise<string>
  stop(): Promise<void>
}

/** A dirgraph that logs all that it ever logs, with nothing redacted on the way, to be read by a test. */
export async function startLoggedApp(): Promise<LoggedApp> {
  const sandbox = await startSandbox()
  const written: string[] = []
  const log = pino({ level: 'trace' }, { write: line => written.push(line) })
  const environment = { log, cacheTtlMs: 0, fetch }
  const workos = createWorkosProvider(
    { apiKey: sandbox.workos.apiKey, apiUrl: sandbox.workos.url, ...NO_WORKOS_LIMITS },
    environment,
  )
  const providers = new Map<ProviderName, DirectoryProvider>([
    ['workos', workos],
    ['scalekit', createScalekitProvider({ ...sandbox.scalekit, ...NO_SCALEKIT_LIMITS }, environment)],
  ])
  const provider = createCompositeProvider(providers)
  const server = createServer({ ...ANY_SERVER, schema, provider, log })
  return {
    sandbox,
    log: () => written.join(''),
    lines: () => written.map(line => JSON.parse(line)),
    async post(body) {
      const request = new Request('http://dirgraph.test/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      const response = await server.fetch(request)
      return response.text()
    },
    async stop() {
      await server.stop()
      await sandbox.stop()
    },
  }
}
