import type {
  CallContext,
  Found,
  ListDirectories,
  ListGroups,
  ListUsers,
  ProviderReads,
} from '../../domain/directory-provider.ts'
import {
  type Detail,
  type Directory,
  type DirectoryGroup,
  type DirectoryUser,
  suffices,
} from '../../domain/entities.ts'
import {
  answersTo,
  directoryKeyOf,
  type EntityKey,
  organizationKeyOf,
  upstreamIdOf,
} from '../../domain/entity-key.ts'
import type { Page, PageRequest } from '../../domain/page.ts'
import { InvalidInputError, ProviderError } from '../../domain/provider-error.ts'
import { ask, createReadKeptAgain, type Reading, readKept } from '../../upstream/reading.ts'
import type { UpstreamClient } from '../../upstream/upstream-client.ts'
import { everyItem } from '../every-item.ts'
import { placeOf } from '../list-place.ts'
import { EMPTY_PAGE, pageOfList } from '../page-of-list.ts'
import { settle } from '../settle.ts'
import { isFormOf, parseAnswer } from '../wire-record.ts'
import { findGrouped } from './find-grouped.ts'
import { createDirectoryWalk, matches } from './scalekit-directory-walk.ts'
import { toDirectory, toOrganization } from './scalekit-entities.ts'
import {
  createScalekitLists,
  directoryPath,
  MEMBER_SIZES,
  ORGANIZATION_SIZES,
  organizationPath,
  SEARCH_SIZES,
} from './scalekit-lists.ts'
import { type ReadTokenPage, walkPages } from './scalekit-paging.ts'
import { scanPages } from './scalekit-scans.ts'
import type { SoleDirectories } from './scalekit-sole-directories.ts'
import { directoryAnswer, organizationAnswer } from './scalekit-wire.ts'

const NO_FILTER = { group: null, updatedAfter: null }

/** The reading half of the Scalekit adapter. `askedForDirectories` hears of each organization's list. */
export function createScalekitReads(
  client: UpstreamClient,
  askedForDirectories: SoleDirectories['asked'] = () => () => {},
): ProviderReads {
  const lists = createScalekitLists(askedForDirectories)
  const readKeptAgain = createReadKeptAgain(client)
  const walkDirectories = createDirectoryWalk(client, lists)

  async function findOrganization(key: EntityKey, call: CallContext) {
    const path = organizationPath(key)
    const { status, body } = await client.send(
      { method: 'get', ...path, answers: [404], isReadable: isFormOf(organizationAnswer) },
      call,
    )
    if (status === 404) return null
    const organization = toOrganization(parseAnswer('scalekit', organizationAnswer, body).organization)
    return answersTo(key, organization.key) ? organization : null
  }

  async function findDirectory(key: EntityKey, call: CallContext) {
    const path = directoryPath(key)
    const tags = [`directory of ${upstreamIdOf(organizationOf(key))}`]
    const { status, body } = await client.send(
      { method: 'get', ...path, answers: [404], tags, isReadable: isFormOf(directoryAnswer) },
      call,
    )
    return status === 404 ? null : toDirectory(parseAnswer('scalekit', directoryAnswer, body).directory)
  }

  /** Cost: one call, whether for a single directory or, by the unpaginated list, for many of one organization. */
  async function findDirectoriesOf(organization: EntityKey, keys: readonly EntityKey[], call: CallContext) {
    const [only] = keys
    const there =
      only !== undefined && keys.length === 1
        ? [await findDirectory(only, call)]
        : await ask(client, lists.directories(organization), call)
    const found = there.filter(
      directory => directory !== null && !(directory instanceof Error),
    ) as Directory[]
    // A record that could not be read may be the one that is missing.
    const unread = there.find(directory => directory instanceof ProviderError) ?? null
    return new Map<EntityKey, Found<Directory>>([
      ...keys.map(key => [key, unread] as const),
      ...found.map(directory => [directory.key, directory] as const),
    ])
  }

  /** Finds users or groups of one directory by one scan for all of them. */
  async function scanFor<T extends { readonly key: EntityKey }>(
    keys: readonly EntityKey[],
    readPage: ReadTokenPage<T>,
    call: CallContext,
  ): Promise<Map<EntityKey, Found<T>>> {
    const found = new Map<EntityKey, Found<T>>()
    const wanted = new Set(keys)
    const visit = (item: T) => {
      if (wanted.delete(item.key)) found.set(item.key, item)
    }
    const isEnough = () => wanted.size === 0
    const failure = await settle(ask(client, scanPages(readPage, visit, isEnough), call))
    for (const key of wanted) found.set(key, failure)
    return found
  }

  function* readUsers({ within, page, filter, detail }: ListUsers): Reading<Page<DirectoryUser>> {
    const directory = directoryKeyOf(within.key)
    const group = within.kind === 'DirectoryGroup' ? within.key : filter.group
    if (group !== null && directoryKeyOf(group) !== directory) return EMPTY_PAGE
    const users = (needed: Detail) => lists.users(directory, { ...filter, group }, needed)
    if (filter.email === null) return yield* walkPages(page, MEMBER_SIZES, users(detail))
    return pageOfList(yield* scanForEmail(filter.email, users('full')), page)
  }

  /** Reads in full, since a person's further addresses come with the details only. */
  function* scanForEmail(email: string, readPage: ReadTokenPage<DirectoryUser>): Reading<DirectoryUser[]> {
    const users: DirectoryUser[] = []
    const visit = (user: DirectoryUser) => {
      if (user.emails.some(address => address.toLowerCase() === email.toLowerCase())) users.push(user)
    }
    yield* scanPages(readPage, visit, () => false)
    return users
  }

  function readGroups(
    directory: EntityKey,
    page: PageRequest,
    detail: Detail,
  ): Reading<Page<DirectoryGroup>> {
    return walkPages(page, MEMBER_SIZES, lists.groups(directory, detail))
  }

  function* readDirectories({ of, page }: ListDirectories): Reading<Page<Directory>> {
    return pageOfList(yield* lists.directories(of.key), page)
  }

  /** A user's groups come inside the user, by id and name; what else is asked of them is found in their directory. */
  async function listGroupsOf(
    { within, page, detail }: ListGroups,
    call: CallContext,
  ): Promise<Page<DirectoryGroup>> {
    if (within.kind === 'Directory') {
      return ask(client, readGroups(within.key, page, detail), call)
    }
    const groups = within.groups ?? (await groupsOfUser(within.key, call))
    const embedded = pageOfList(groups, page)
    if (suffices('name', detail)) return embedded
    const keys = embedded.edges.flatMap(({ node }) => (node instanceof Error ? [] : [node.key]))
    const whole = await reads.findGroups(
      keys.map(key => ({ key, detail })),
      call,
    )
    const wholeOf = new Map(keys.map((key, index) => [key, whole[index]]))
    return {
      ...embedded,
      edges: embedded.edges.map(({ cursor, node }) => ({
        cursor,
        node: node instanceof Error ? node : (wholeOf.get(node.key) ?? node),
      })),
    }
  }

  async function groupsOfUser(key: EntityKey, call: CallContext): Promise<readonly DirectoryGroup[]> {
    const [user] = await reads.findUsers([{ key, detail: 'full' }], call)
    if (user instanceof Error) throw user
    return user?.groups ?? []
  }

  /** A page that was read in full shows what is needed of a lesser one. */
  function keptOf<T>(detail: Detail, readKeptIn: (detail: Detail) => T | null): T | null {
    return readKeptIn(detail) ?? (detail === 'full' ? null : readKeptIn('full'))
  }

  const reads: ProviderReads = {
    async listOrganizations({ page, externalId, search }, call) {
      // Counted in characters, as the API's own rule does, not in UTF-16 units.
      const length = search === null ? null : [...search].length
      if (length !== null && (length < 3 || length > 100)) {
        throw new InvalidInputError('Scalekit searches for 3 to 100 characters.', 'search', 'scalekit')
      }
      if (externalId === null || search === null) {
        const sizes = search === null ? ORGANIZATION_SIZES : SEARCH_SIZES
        return ask(client, walkPages(page, sizes, lists.organizations({ externalId, search })), call)
      }
      const readPage = lists.organizations({ externalId, search: null })
      const named = (await ask(client, readPage('', ORGANIZATION_SIZES.min), call)).items
      const isMatch = (name: string) => name.toLowerCase().includes(search.toLowerCase())
      return pageOfList(
        named.filter(item => item instanceof Error || isMatch(item.name)),
        page,
      )
    },

    async listAllDirectories({ page, organization, search }, call) {
      if (organization === null) return walkDirectories(page, search, call)
      const directories = await ask(client, lists.directories(organization), call)
      return pageOfList(
        directories.filter(directory => directory instanceof Error || matches(directory, search)),
        page,
      )
    },

    listDirectories: (lists, call) =>
      Promise.all(lists.map(list => settle(ask(client, readDirectories(list), call)))),
    listUsers: (lists, call) => Promise.all(lists.map(list => settle(ask(client, readUsers(list), call)))),
    listGroups: (lists, call) => Promise.all(lists.map(list => settle(listGroupsOf(list, call)))),

    kept: {
      // What people search for is seldom asked for again.
      listOrganizations({ page, externalId, search }, call) {
        if (externalId !== null || search !== null) return null
        const organizations = lists.organizations({ externalId, search })
        const read = () => walkPages(page, ORGANIZATION_SIZES, organizations)
        return readKeptAgain(placeOf('organizations', null, page), read, call)
      },
      listDirectories: (list, call) =>
        readKeptAgain(placeOf('directories', list.of.key, list.page), () => readDirectories(list), call),
      // Filters are what people type: they are seldom asked for again, and can be an e-mail address.
      listUsers: (list, call) =>
        keptOf(list.detail, detail => {
          const read = () => readUsers({ ...list, detail })
          return Object.values(list.filter).some(value => value !== null)
            ? readKept(client, read(), call)
            : readKeptAgain(placeOf(`users ${detail}`, list.within.key, list.page), read, call)
        }),
      listGroups: ({ within, page, detail }, call) =>
        within.kind === 'Directory'
          ? keptOf(detail, needed => {
              const read = () => readGroups(within.key, page, needed)
              return readKeptAgain(placeOf(`groups ${needed}`, within.key, page), read, call)
            })
          : null,
    },

    findOrganizations: (finds, call) =>
      Promise.all(finds.map(({ key }) => settle(() => findOrganization(key, call)))),

    findDirectories: (finds, call) =>
      findGrouped('Directory', finds, organizationOf, (organization, keys) =>
        findDirectoriesOf(organization, keys, call),
      ),

    findUsers: (finds, call) =>
      findGrouped('DirectoryUser', finds, directoryKeyOf, (directory, keys, detail) =>
        scanFor(keys, lists.users(directory, NO_FILTER, detail), call),
      ),

    findGroups: (finds, call) =>
      findGrouped('DirectoryGroup', finds, directoryKeyOf, (directory, keys, detail) =>
        scanFor(keys, lists.groups(directory, detail), call),
      ),

    /** There is no look-up by address: every directory is read, each up to the bound of a scan. */
    async findUsersByEmail({ email, organization }, call) {
      const directories = await (organization === null
        ? everyItem('scalekit', page => walkDirectories(page, null, call))
        : ask(client, lists.directories(organization), call))
      const scans = directories.map(directory => {
        if (directory instanceof Error) return directory
        const users = lists.users(directory.key, NO_FILTER, 'full')
        return settle(ask(client, scanForEmail(email, users), call))
      })
      return (await Promise.all(scans)).flat()
    },
  }
  return reads
}

function organizationOf(key: EntityKey): EntityKey {
  return organizationKeyOf(key) ?? key
}
