import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { type Caller, PERMISSIONS, type Permission } from '../../src/domain/caller.ts'
import type { EntityKey } from '../../src/domain/entity-key.ts'
import { createCompositeProvider } from '../../src/providers/composite-provider.ts'
import { createScalekitProvider } from '../../src/providers/scalekit/scalekit-provider.ts'
import { createWorkosProvider } from '../../src/providers/workos/workos-provider.ts'
import { type Sandbox, type SandboxData, startSandbox } from '../../src/sandbox/sandbox.ts'
import { schema } from '../../src/schema/index.ts'
import { createServer, type ServerSettings } from '../../src/server/server.ts'
import { NO_SCALEKIT_LIMITS, NO_WORKOS_LIMITS } from '../support/any-call.ts'
import { ANY_SERVER } from '../support/any-server.ts'

export interface GuardedServer {
  readonly sandbox: Sandbox
  /** Who asks from now on. */
  caller: Caller
  /** Posts an operation and gives back the text of the answer. */
  post(body: object): Promise<string>
  /** Everything that was logged, line by line. */
  readonly lines: () => Record<string, unknown>[]
}

interface GuardedServerSettings {
  readonly callerOf: (data: SandboxData) => Caller
  readonly restrict?: ServerSettings['restrict']
}

/** A server whose caller, rules and log are the test's; ends with the test. */
export async function startServer({ callerOf, ...settings }: GuardedServerSettings): Promise<GuardedServer> {
  const sandbox = await startSandbox()
  const written: string[] = []
  const log = pino({ level: 'trace' }, { write: line => written.push(line) })
  const environment = { log, cacheTtlMs: 0, fetch }
  const { apiKey, url: apiUrl } = sandbox.workos
  const provider = createCompositeProvider(
    new Map([
      ['workos', createWorkosProvider({ apiKey, apiUrl, ...NO_WORKOS_LIMITS }, environment)],
      ['scalekit', createScalekitProvider({ ...sandbox.scalekit, ...NO_SCALEKIT_LIMITS }, environment)],
    ]),
  )
  const server = createServer({
    ...ANY_SERVER,
    schema,
    provider,
    log,
    authenticate: () => Promise.resolve(guarded.caller),
    ...settings,
  })
  onTestFinished(async () => {
    await server.stop()
    await sandbox.stop()
  })
  const guarded: GuardedServer = {
    sandbox,
    caller: callerOf(sandbox.data),
    async post(body) {
      const request = new Request('http://dirgraph.test/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return (await server.fetch(request)).text()
    },
    lines: () => written.map(line => JSON.parse(line)),
  }
  return guarded
}

/** A user of the organization with that key, with every permission unless said otherwise. */
export function userOf(organization: string, permissions: readonly Permission[] = PERMISSIONS): Caller {
  return {
    kind: 'user',
    subject: 'user_1',
    organization: organization as EntityKey,
    permissions: new Set(permissions),
    expiresAtMs: null,
  }
}
