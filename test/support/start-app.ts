import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { type ExecutionResult, print } from 'graphql'
import { createDirgraph, type Dirgraph, type DirgraphSettings } from '../../src/app.ts'
import { type Sandbox, type SandboxSettings, startSandbox } from '../../src/sandbox/sandbox.ts'
import { createPooledFetch } from '../../src/upstream/pooled-fetch.ts'
import { NO_SCALEKIT_LIMITS, NO_WORKOS_LIMITS } from './any-call.ts'

export interface TestApp {
  readonly sandbox: Sandbox
  readonly dirgraph: Dirgraph
  /** Runs an operation through the real HTTP handler and gives back its JSON, errors and all. */
  query<Data = Record<string, unknown>, Variables = Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables> | string,
    variables?: Variables,
    headers?: Record<string, string>,
  ): Promise<ExecutionResult<Data>>
  stop(): Promise<void>
}

export interface TestAppSettings extends SandboxSettings {
  /** What dirgraph is told beyond the providers; without it nothing is kept between operations, and limits are far off. */
  readonly dirgraph?: Partial<Omit<DirgraphSettings, 'workos' | 'scalekit'>>
  readonly workosLimits?: Partial<typeof NO_WORKOS_LIMITS>
  readonly scalekitLimits?: Partial<typeof NO_SCALEKIT_LIMITS>
  /** Both unless said otherwise. */
  readonly providers?: readonly ('workos' | 'scalekit')[]
  /** Those set up with credentials that they refuse; none unless said otherwise. */
  readonly refused?: readonly ('workos' | 'scalekit')[]
  readonly graphiql?: boolean
}

/** A dirgraph on a sandbox of its own; the upstreams are real HTTP servers, the front is reached without a port. */
export async function startApp(settings: TestAppSettings = {}): Promise<TestApp> {
  const sandbox = await startSandbox(settings)
  const dirgraph = createDirgraphOn(sandbox, settings)
  return {
    sandbox,
    dirgraph,
    async query(document, variables, headers) {
      const query = typeof document === 'string' ? document : print(document)
      const response = await dirgraph.fetch(
        new Request('http://dirgraph.test/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
          body: JSON.stringify({ query, variables }),
        }),
      )
      return response.json()
    },
    async stop() {
      await dirgraph.stop()
      await sandbox.stop()
    },
  }
}

/** A dirgraph on a sandbox that runs already. */
export function createDirgraphOn(sandbox: Sandbox, settings: TestAppSettings): Dirgraph {
  const { providers, refused, graphiql, dirgraph: own, workosLimits, scalekitLimits } = settings
  const wanted = new Set(providers ?? ['workos', 'scalekit'])
  const apiKey = refused?.includes('workos') ? 'sk_test_wrong' : sandbox.workos.apiKey
  const clientSecret = refused?.includes('scalekit') ? 'test_wrong' : sandbox.scalekit.clientSecret
  return createDirgraph({
    workos: wanted.has('workos')
      ? { apiKey, apiUrl: sandbox.workos.url, ...NO_WORKOS_LIMITS, ...workosLimits }
      : null,
    scalekit: wanted.has('scalekit')
      ? { ...sandbox.scalekit, clientSecret, ...NO_SCALEKIT_LIMITS, ...scalekitLimits }
      : null,
    logLevel: 'silent',
    graphiql: graphiql ?? false,
    cacheTtlSeconds: 0,
    // As the command does; tests of `upstream` use the platform's.
    fetch: createPooledFetch(),
    ...own,
  })
}

/** The global id of an entity, put together as clients never should: from its type and key. */
export function globalId(kind: string, ...path: readonly string[]): string {
  return Buffer.from(`${kind}:${path.join(':')}`).toString('base64url')
}
