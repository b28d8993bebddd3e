import type { CallContext, DirectoryProvider, Found } from '../domain/directory-provider.ts'
import type { Directory } from '../domain/entities.ts'
import {
  directoryKeyInAnyOrganization,
  type EntityKey,
  type EntityKind,
  organizationKey,
  type ProviderName,
  providerOf,
} from '../domain/entity-key.ts'
import { InvalidInputError, NotFoundError, ProviderError } from '../domain/provider-error.ts'
import { parseGlobalId } from '../relay/global-id.ts'
import { ExportError } from './export-error.ts'
import type { Ask } from './patient-calls.ts'

/** What is wanted, as it was asked for. */
export type Selection =
  | { readonly of: 'all' }
  | { readonly of: 'organization' | 'directory'; readonly id: string }

const UPSTREAM_ID = /^[A-Za-z0-9_-]{1,64}$/
/** Scalekit's ids of directories; it knows a directory only within its organization. */
const SCALEKIT_DIRECTORY = /^dir_/

/**
 * The organization with that global id, which need not exist, or with that id at a provider. Both providers' ids begin
 * alike, so each that is set up is asked; one that does not answer is waited for only where the other one has none. Throws
 * `ExportError` for none and for two, and `ProviderError` where it can't be told.
 */
export async function findOrganization(
  id: string,
  provider: DirectoryProvider,
  ask: Ask,
): Promise<EntityKey> {
  const key = globalKey('Organization', id)
  if (key !== null) return key
  const names = UPSTREAM_ID.test(id) ? provider.statuses().map(status => status.provider) : []
  const look = (name: ProviderName, isPatient: boolean) =>
    isOrganization(organizationKey(name, id), provider, ask, isPatient)
  const answers = await Promise.all(names.map(name => look(name, false).catch(silenceOf)))
  const isKnown = answers.includes(true)
  const found = await Promise.all(
    answers.map((answer, index) =>
      answer === null && !isKnown ? look(names[index] as ProviderName, true) : answer,
    ),
  )
  const [only, ...others] = names.filter((_, index) => found[index])
  if (only === undefined) throw noSuch('organization')
  if (others.length > 0)
    throw new ExportError('Both providers have an organization with this id: give its global id.')
  return organizationKey(only, id)
}

/** Whether there is such an organization. */
export async function isOrganization(
  key: EntityKey,
  provider: DirectoryProvider,
  ask: Ask,
  isPatient = true,
): Promise<boolean> {
  const read = async (call: CallContext) =>
    unlessError(await provider.findOrganizations([{ key, detail: 'key' }], call))
  return (await ask(providerOf(key), read, isPatient).catch(nullIfUnfit)) !== null
}

/** Whether there is still such a directory. */
export async function isDirectory(key: EntityKey, provider: DirectoryProvider, ask: Ask): Promise<boolean> {
  const read = async (call: CallContext) =>
    unlessError(await provider.findDirectories([{ key, detail: 'key' }], call))
  try {
    return (await ask(providerOf(key), read)) !== null
  } catch (error) {
    if (error instanceof NotFoundError) return false
    throw error
  }
}

/** The directory with that global id, or with that id at WorkOS. Throws `ExportError` where there is none. */
export async function findDirectory(id: string, provider: DirectoryProvider, ask: Ask): Promise<Directory> {
  const key = globalKey('Directory', id) ?? upstreamDirectoryKey(id)
  const directory = await ask(providerOf(key), async call =>
    unlessError(await provider.findDirectories([{ key, detail: 'full' }], call)),
  ).catch(nullIfUnfit)
  if (directory === null) throw noSuch('directory')
  return directory
}

/** The one sentence for what is not there. */
export function noSuch(what: 'organization' | 'directory'): ExportError {
  return new ExportError(
    `There is no such ${what}: neither a global id nor a provider's own id leads to one.`,
  )
}

function upstreamDirectoryKey(id: string): EntityKey {
  if (SCALEKIT_DIRECTORY.test(id)) {
    throw new ExportError(
      'Scalekit knows a directory only within its organization: give the global id of the directory, or export its organization.',
    )
  }
  if (!UPSTREAM_ID.test(id)) throw noSuch('directory')
  return directoryKeyInAnyOrganization('workos' satisfies ProviderName, id)
}

/** Null for what is no global id. */
function globalKey(wanted: EntityKind, id: string): EntityKey | null {
  let named: ReturnType<typeof parseGlobalId>
  try {
    named = parseGlobalId(id, 'id')
  } catch {
    return null
  }
  if (named.kind === wanted) return named.key
  throw new ExportError(`This is the id of something else; wanted is that of type ${wanted}.`)
}

function unlessError<T>([slot = null]: readonly Found<T>[]): T | null {
  if (slot instanceof ProviderError) throw slot
  return slot
}

/** An id that can't be the provider's is that of nothing. */
function nullIfUnfit(error: unknown): null {
  if (error instanceof InvalidInputError) return null
  throw error
}

/** Null stands for a provider that has not answered. */
function silenceOf(error: unknown): null {
  if (error instanceof ProviderError) return null
  throw error
}
