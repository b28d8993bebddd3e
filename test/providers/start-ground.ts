import type { DirectoryProvider } from '../../src/domain/directory-provider.ts'
import type { EntityKey, ProviderName } from '../../src/domain/entity-key.ts'
import type { Page, PageRequest } from '../../src/domain/page.ts'
import { ProviderError } from '../../src/domain/provider-error.ts'
import { createCompositeProvider } from '../../src/providers/composite-provider.ts'
import { createScalekitProvider } from '../../src/providers/scalekit/scalekit-provider.ts'
import { createWorkosProvider } from '../../src/providers/workos/workos-provider.ts'
import { type Sandbox, type SandboxSettings, startSandbox } from '../../src/sandbox/sandbox.ts'
import { createLogger, type Logger } from '../../src/telemetry/logger.ts'
import { NO_SCALEKIT_LIMITS, NO_WORKOS_LIMITS } from '../support/any-call.ts'

/** The adapters on a sandbox of their own, as the composition root would put them together. */
export interface Ground {
  readonly sandbox: Sandbox
  readonly workos: DirectoryProvider
  readonly scalekit: DirectoryProvider
  readonly composite: DirectoryProvider
  stop(): Promise<void>
}

export async function startGround(
  settings: SandboxSettings = {},
  log: Logger = createLogger('silent'),
): Promise<Ground> {
  const sandbox = await startSandbox(settings)
  const workos = openWorkos(sandbox, log)
  const scalekit = openScalekit(sandbox, log)
  return {
    sandbox,
    workos,
    scalekit,
    composite: createCompositeProvider(
      new Map<ProviderName, DirectoryProvider>([
        ['workos', workos],
        ['scalekit', scalekit],
      ]),
    ),
    stop: sandbox.stop,
  }
}

export function openWorkos(
  { workos }: Pick<Sandbox, 'workos'>,
  log: Logger = createLogger('silent'),
  cacheTtlMs = 0,
) {
  return createWorkosProvider(
    { apiKey: workos.apiKey, apiUrl: workos.url, ...NO_WORKOS_LIMITS },
    { log, cacheTtlMs, fetch },
  )
}

export function openScalekit(
  { scalekit }: Pick<Sandbox, 'scalekit'>,
  log: Logger = createLogger('silent'),
  cacheTtlMs = 0,
) {
  return createScalekitProvider({ ...scalekit, ...NO_SCALEKIT_LIMITS }, { log, cacheTtlMs, fetch })
}

export function forward(limit: number, cursor: string | null = null): PageRequest {
  return { direction: 'forward', limit, cursor }
}

export function backward(limit: number, cursor: string | null = null): PageRequest {
  return { direction: 'backward', limit, cursor }
}

export const NO_ORGANIZATION_FILTER = { provider: null, externalId: null, search: null }
export const NO_DIRECTORY_FILTER = { provider: null, organization: null, search: null }
export const NO_USER_FILTER = { group: null, email: null, updatedAfter: null }

/** The keys on a page, in order; throws where an item is an error. */
export function keysOf(page: Page<{ key: EntityKey }>): EntityKey[] {
  return page.edges.map(({ node }) => {
    if (node instanceof Error) throw node
    return (node as { key: EntityKey }).key
  })
}

export function firstCursor(page: Page<unknown>): string | null {
  return page.edges.at(0)?.cursor ?? null
}

export function lastCursor(page: Page<unknown>): string | null {
  return page.edges.at(-1)?.cursor ?? null
}

/** What came, where it must be no error. */
export function whole<T>(slot: T | ProviderError | undefined): T {
  if (slot === undefined) throw new Error('the slot is missing')
  if (slot instanceof ProviderError) throw slot
  return slot
}

/** What was thrown. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expectedFailure(),
    (error: unknown) => error,
  )
}

function expectedFailure(): never {
  throw new Error('this was expected to fail')
}

/** The paths that were asked for at a provider, less the token endpoint. */
export function callsTo({ calls }: Sandbox, provider: ProviderName) {
  return calls.filter(call => call.provider === provider && call.path !== '/oauth/token')
}
