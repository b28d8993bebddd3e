import {
  type CallContext,
  type DirectoryProvider,
  LISTS_ALL_DIRECTORIES,
} from '../domain/directory-provider.ts'
import type { Directory, Organization } from '../domain/entities.ts'
import { type EntityKey, type ProviderName, providerOf, upstreamIdOf } from '../domain/entity-key.ts'
import { nodesOf, type PageRequest } from '../domain/page.ts'
import { InvalidInputError, NotFoundError, PROVIDER_TITLES, ProviderError } from '../domain/provider-error.ts'
import type { Gap } from './journal.ts'
import { unreadIn, walkList } from './list-pages.ts'
import type { Ask } from './patient-calls.ts'
import { findDirectory, findOrganization, isOrganization, noSuch, type Selection } from './selection.ts'

/** The directories that are wanted, and what could not be found out. */
export interface FoundDirectories {
  readonly directories: readonly Directory[]
  readonly gaps: readonly Gap[]
}

/** Lists of organizations and of directories give 100 at both providers. */
const PAGE = { size: 100 }
/** A list that loses its place is begun anew so often. */
const MAX_BEGINNINGS = 3
const EVERYWHERE = { organization: null, search: null }
const ANY_ORGANIZATION = { externalId: null, search: null }

/**
 * Finds the directories of a selection. Cost: a call for a directory; for an organization one, and one more where it has
 * none; for all, one for every 100 directories of WorkOS, and one for every 100 organizations of Scalekit and for each of
 * them. Throws `ExportError` for what does not exist, and `ProviderError` where one that was named can't be asked.
 */
export async function findDirectories(
  selection: Selection,
  provider: DirectoryProvider,
  ask: Ask,
): Promise<FoundDirectories> {
  if (selection.of === 'directory') {
    return { directories: [await findDirectory(selection.id, provider, ask)], gaps: [] }
  }
  if (selection.of === 'organization') {
    const organization = await findOrganization(selection.id, provider, ask)
    return directoriesOf(organization, provider, ask)
  }
  return findAll(
    provider.statuses().map(status => status.provider),
    provider,
    ask,
  )
}

/** All directories of those providers; one that can't be asked leaves a gap. */
export async function findAll(
  names: readonly ProviderName[],
  provider: DirectoryProvider,
  ask: Ask,
): Promise<FoundDirectories> {
  const parts = await Promise.all(
    names.map(async (name): Promise<FoundDirectories> => {
      try {
        return await beginAnew(() => (LISTS_ALL_DIRECTORIES.has(name) ? listed : walked)(name, provider, ask))
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error
        const sentence = `All directories of ${PROVIDER_TITLES[name]}: ${error.message}`
        return { directories: [], gaps: [{ sentence, lookAgain: name }] }
      }
    }),
  )
  return {
    directories: parts.flatMap(({ directories }) => directories),
    gaps: parts.flatMap(({ gaps }) => gaps),
  }
}

async function directoriesOf(organization: EntityKey, provider: DirectoryProvider, ask: Ask) {
  const name = providerOf(organization)
  const list = (page: PageRequest, call: CallContext) =>
    provider.listAllDirectories({ provider: null, organization, search: null, page }, call)
  const found = await beginAnew(() => collect(name, ask, list)).catch((error: unknown) => {
    if (error instanceof NotFoundError || error instanceof InvalidInputError) throw noSuch('organization')
    throw error
  })
  const isEmpty = found.directories.length === 0 && found.gaps.length === 0
  if (isEmpty && !(await isOrganization(organization, provider, ask))) throw noSuch('organization')
  return found
}

function listed(name: ProviderName, provider: DirectoryProvider, ask: Ask): Promise<FoundDirectories> {
  return collect(name, ask, (page, call) =>
    provider.listAllDirectories({ ...EVERYWHERE, provider: name, page }, call),
  )
}

/** By the list of organizations, and the directories of each. */
async function walked(name: ProviderName, provider: DirectoryProvider, ask: Ask): Promise<FoundDirectories> {
  const title = PROVIDER_TITLES[name]
  const directories = new Map<EntityKey, Directory>()
  const asked = new Set<EntityKey>()
  const gaps: Gap[] = []
  const ofOne = async ({ key }: Organization) => {
    const id = upstreamIdOf(key)
    try {
      const found = await collect(name, ask, async (page, call) => {
        const [list] = await provider.listDirectories([{ of: { key }, page }], call)
        return list
      })
      gaps.push(...found.gaps)
      return found.directories
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error
      const sentence = `The directories of the organization ${id} of ${title}: ${error.message}`
      // One that is gone has none.
      if (!(error instanceof NotFoundError)) gaps.push({ sentence, lookAgain: name })
      return []
    }
  }
  const pages = walkList<Organization>(
    name,
    ask,
    (page, call) => provider.listOrganizations({ ...ANY_ORGANIZATION, provider: name, page }, call),
    PAGE,
  )
  for await (const { page } of pages) {
    const organizations = nodesOf(page).filter(({ key }) => !asked.has(key))
    for (const { key } of organizations) asked.add(key)
    for (const found of (await Promise.all(organizations.map(ofOne))).flat())
      directories.set(found.key, found)
    gaps.push(...unreadGaps(unreadIn(page), `organizations of ${title}`))
  }
  return { directories: [...directories.values()], gaps }
}

async function collect(
  name: ProviderName,
  ask: Ask,
  list: Parameters<typeof walkList<Directory>>[2],
): Promise<FoundDirectories> {
  const directories = new Map<EntityKey, Directory>()
  let unread = 0
  for await (const { page } of walkList<Directory>(name, ask, list, PAGE)) {
    for (const directory of nodesOf(page)) directories.set(directory.key, directory)
    unread += unreadIn(page)
  }
  const gaps = unreadGaps(unread, `directories of ${PROVIDER_TITLES[name]}`)
  return { directories: [...directories.values()], gaps }
}

function unreadGaps(count: number, what: string): Gap[] {
  return count === 0
    ? []
    : [{ sentence: `${count} ${what}: their records could not be read.`, lookAgain: null }]
}

/** A list whose cursor the provider does not know any more is read from its start; nothing of it is written yet. */
async function beginAnew<T>(read: () => Promise<T>): Promise<T> {
  for (let beginnings = 1; ; beginnings += 1) {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof InvalidInputError) || beginnings === MAX_BEGINNINGS) throw error
    }
  }
}
