import type { CallContext, DirectoryProvider } from '../../src/domain/directory-provider.ts'
import type { ProviderName } from '../../src/domain/entity-key.ts'
import { createScalekitReads } from '../../src/providers/scalekit/scalekit-reads.ts'
import { createScalekitToken } from '../../src/providers/scalekit/scalekit-token.ts'
import { createWorkosReads } from '../../src/providers/workos/workos-reads.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { createUpstreamClient, type UpstreamClient } from '../../src/upstream/upstream-client.ts'
import { anyCall } from '../support/any-call.ts'
import { callsTo } from './start-ground.ts'

export type Reads = Pick<
  DirectoryProvider,
  Extract<keyof DirectoryProvider, `list${string}` | `find${string}`>
>

/** One thing that can be asked of an adapter. */
export type Read = (reads: Reads, call: CallContext) => Promise<unknown>

/** An adapter’s reads over a cache that keeps for long, beside ones that keep nothing. */
export interface KeptReads<Name extends string> {
  /** Asks for everything, so that all of it is kept. */
  prime(): Promise<void>
  /** Ends the reuse of answers by their tags. */
  drop(tags: readonly string[]): Promise<void>
  /** Which answers are not what the provider says now. */
  wrong(): Promise<Name[]>
  /** Which reads have to be asked of the provider. */
  asked(): Promise<Name[]>
}

export function keepReads<Name extends string>(
  provider: ProviderName,
  sandbox: Sandbox,
  reads: Readonly<Record<Name, Read>>,
): KeptReads<Name> {
  const kept = openClient(provider, sandbox, 300_000)
  const [cached, fresh] = [kept, openClient(provider, sandbox, 0)].map(client =>
    provider === 'workos' ? createWorkosReads(client) : createScalekitReads(client),
  )
  if (cached === undefined || fresh === undefined) throw new Error('there are two')
  const names = Object.keys(reads) as Name[]

  async function filterNames(isSo: (read: Read) => Promise<boolean>): Promise<Name[]> {
    const found: Name[] = []
    for (const name of names) if (await isSo(reads[name])) found.push(name)
    return found
  }

  return {
    async prime() {
      for (const name of names) await reads[name](cached, anyCall())
    },
    drop: tags => kept.drop(tags),
    wrong: () =>
      filterNames(async read => {
        const [one, other] = await Promise.all([read(cached, anyCall()), read(fresh, anyCall())])
        return JSON.stringify(one) !== JSON.stringify(other)
      }),
    asked: () =>
      filterNames(async read => {
        sandbox.clearCalls()
        await read(cached, anyCall())
        return callsTo(sandbox, provider).length > 0
      }),
  }
}

function openClient(provider: ProviderName, sandbox: Sandbox, cacheTtlMs: number): UpstreamClient {
  const log = createLogger('silent')
  const { workos, scalekit } = sandbox
  if (provider === 'workos') {
    const authorization = async () => `Bearer ${workos.apiKey}`
    return createUpstreamClient({
      provider,
      baseUrl: workos.url,
      authorization,
      budget: null,
      cacheTtlMs,
      log,
      fetch,
    })
  }
  const upstream = { provider, baseUrl: scalekit.environmentUrl, budget: null, log, fetch } as const
  const authorization = createScalekitToken(
    createUpstreamClient({ ...upstream, authorization: null, cacheTtlMs: 0 }),
    scalekit,
  )
  return createUpstreamClient({ ...upstream, authorization, cacheTtlMs })
}
