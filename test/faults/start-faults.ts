import type { ServerResponse } from 'node:http'
import type { ExecutionResult } from 'graphql'
import { onTestFinished, vi } from 'vitest'
import { createDirgraph, type DirgraphSettings } from '../../src/app.ts'
import type { RecordedCall } from '../../src/sandbox/sandbox.ts'
import { createPooledFetch } from '../../src/upstream/pooled-fetch.ts'
import { NO_WORKOS_LIMITS } from '../support/any-call.ts'
import { startApp, type TestApp, type TestAppSettings } from '../support/start-app.ts'
import { type ReceivedRequest, type Server, startServer } from '../upstream/start-server.ts'

/** A list of WorkOS that costs one call; another `first` is another call. */
export const organizations = (first = 5, provider = 'WORKOS') =>
  `organizations(first: ${first}, filter: { provider: ${provider} }) { nodes { id name } }`

/** As many lists as that in one operation, no two of them the same call: of Scalekit, all up to ten are. */
export const manyOrganizations = (count: number, provider = 'WORKOS') =>
  `{ ${Array.from({ length: count }, (_, index) => `at${index}: ${organizations(index + 11, provider)}`).join(' ')} }`

export const ONE_LIST = `{ ${organizations()} }`

/** A dirgraph on a sandbox, which ends with the test. */
export async function start(settings: TestAppSettings = {}): Promise<TestApp> {
  const app = await startApp(settings)
  onTestFinished(() => app.stop())
  return app
}

export interface RawApp {
  readonly server: Server
  query(document: string, signal?: AbortSignal): Promise<ExecutionResult<Record<string, unknown>>>
}

/** A dirgraph whose WorkOS is a bare server, for answers that no sandbox gives. */
export async function startRaw(
  answer: (request: ReceivedRequest, response: ServerResponse) => void,
  settings: Partial<DirgraphSettings> = {},
): Promise<RawApp> {
  const server = await startServer(answer)
  const dirgraph = createDirgraph({
    workos: { apiKey: 'sk_test_raw', apiUrl: server.url, ...NO_WORKOS_LIMITS },
    logLevel: 'silent',
    cacheTtlSeconds: 0,
    fetch: createPooledFetch(),
    ...settings,
  })
  onTestFinished(async () => {
    await dirgraph.stop()
    await server.stop()
  })
  return {
    server,
    async query(document, signal) {
      const response = await dirgraph.fetch(post(document, signal))
      return (await response.json()) as ExecutionResult<Record<string, unknown>>
    },
  }
}

export function post(query: string, signal: AbortSignal | null = null, variables: object = {}): Request {
  return new Request('http://dirgraph.test/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
    signal,
  })
}

/** What a provider was asked, less the token endpoint. */
export function callsTo({ sandbox }: TestApp, provider: 'workos' | 'scalekit' = 'workos'): RecordedCall[] {
  return sandbox.calls.filter(call => call.provider === provider && call.path !== '/oauth/token')
}

/** Lets the tests move the clock by which answers and tokens grow old; it ends with the test. */
export function holdClock(): (seconds: number) => void {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  return seconds => vi.advanceTimersByTime(seconds * 1_000)
}

/** The codes and the places of what failed. */
export function failuresOf({ errors = [] }: ExecutionResult<unknown>): Record<string, unknown>[] {
  // Each request has an id of its own.
  const without = ({ requestId: _, ...rest }: Record<string, unknown> = {}) => rest
  return errors.map(({ path, extensions }) => ({ path: path?.join('.'), ...without(extensions) }))
}
