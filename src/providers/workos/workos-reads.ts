import type { z } from 'zod'
import type {
  CallContext,
  Find,
  Found,
  ListDirectories,
  Listed,
  ListGroups,
  ListUsers,
  ProviderReads,
} from '../../domain/directory-provider.ts'
import type { Directory, DirectoryGroup, DirectoryUser } from '../../domain/entities.ts'
import {
  answersTo,
  directoryIdOf,
  directoryKeyOf,
  type EntityKey,
  type EntityKind,
  organizationIdOf,
  upstreamIdOf,
} from '../../domain/entity-key.ts'
import type { Page } from '../../domain/page.ts'
import { ProviderError, UnsupportedError } from '../../domain/provider-error.ts'
import { ask, createReadKeptAgain, type Reading, readKept } from '../../upstream/reading.ts'
import type { UpstreamClient, UpstreamRequest } from '../../upstream/upstream-client.ts'
import { urlPath } from '../../upstream/url-path.ts'
import { everyItem } from '../every-item.ts'
import { placeOf } from '../list-place.ts'
import { EMPTY_PAGE, pageOfList } from '../page-of-list.ts'
import { settle } from '../settle.ts'
import { isFormOf, parseAnswer } from '../wire-record.ts'
import { createDirectoryScan } from './workos-directory-scan.ts'
import { toDirectory, toDirectoryGroup, toDirectoryUser, toOrganization } from './workos-entities.ts'
import { workosIdOf } from './workos-ids.ts'
import { createWorkosLists } from './workos-lists.ts'
import { createMembershipWalk } from './workos-membership-walk.ts'
import { keptDirectories, planDirectories, planGroups } from './workos-plans.ts'
import { withProofs } from './workos-proofs.ts'
import {
  directoryWire,
  type GroupWire,
  groupWire,
  organizationWire,
  type UserWire,
  userWire,
} from './workos-wire.ts'

const EVERYWHERE = { organization: null, search: null }

/** The reading half of the WorkOS adapter: every list and every object is one GET, unless a plan has a cheaper way. */
export function createWorkosReads(client: UpstreamClient): ProviderReads {
  const lists = createWorkosLists()
  const readKeptAgain = createReadKeptAgain(client)
  const scan = createDirectoryScan(client, readKeptAgain, page => lists.directories(EVERYWHERE, page))
  const walk = createMembershipWalk({
    groupsOf: (directory, page, call) => ask(client, lists.groups({ directory, user: null }, page), call),
    membersOf: ({ key }, page, call) =>
      ask(client, lists.users({ directory: directoryKeyOf(key), group: key, email: null }, page), call),
  })

  /** Whatever brings directories brings their sizes, by which the groups of many users are planned. */
  function noted<T extends Directory | ProviderError | null>(directory: T): T {
    if (directory !== null && !(directory instanceof ProviderError)) walk.note(directory)
    return directory
  }

  function notedPage<P extends Listed<Directory> | null>(page: P): P {
    if (page !== null && !(page instanceof ProviderError)) for (const { node } of page.edges) noted(node)
    return page
  }

  function readDirectories({ of, page }: ListDirectories): Reading<Page<Directory>> {
    return lists.directories({ organization: of.key, search: null }, page)
  }

  function* readUsers({ within, page, filter }: ListUsers): Reading<Page<DirectoryUser>> {
    const { group, email, updatedAfter } = filter
    if (updatedAfter !== null) {
      throw new UnsupportedError('WorkOS can not filter users by the time of their last change.', 'workos')
    }
    const directory = directoryKeyOf(within.key)
    const its = within.kind === 'DirectoryGroup' ? within.key : group
    if (its !== null && directoryKeyOf(its) !== directory) return EMPTY_PAGE
    return yield* lists.users({ directory, group: its, email }, page)
  }

  function readGroups({ within, page }: ListGroups): Reading<Page<DirectoryGroup>> {
    const user = within.kind === 'DirectoryUser' ? within.key : null
    return lists.groups({ directory: directoryKeyOf(within.key), user }, page)
  }

  /** The object, or null for an id that WorkOS does not know. */
  async function get<Wire>(
    request: Pick<UpstreamRequest, 'path' | 'route' | 'loggedAs' | 'scope' | 'tags'>,
    schema: z.ZodType<Wire>,
    call: CallContext,
  ): Promise<Wire | null> {
    // What is kept of another's object would tell a bound caller, by a call less, that there is one.
    const isForm = isFormOf(schema)
    const isReadable = (body: unknown) => isForm(body) && isOf(call.boundTo, body)
    const { status, body } = await client.send(
      { ...request, method: 'get', answers: [404], isReadable, keptFor: call.boundTo },
      call,
    )
    // Before it is read: that another's object can't be read would tell that there is one.
    if (status === 404 || isOfAnother(call.boundTo, body)) return null
    return parseAnswer('workos', schema, body)
  }

  /** One slot for each key; what belongs elsewhere than its key says counts as missing. */
  function findEach<T extends { key: EntityKey }>(
    kind: EntityKind,
    finds: readonly Find[],
    findOne: (id: string, key: EntityKey) => Promise<T | null>,
  ): Promise<Found<T>[]> {
    const findChecked = async ({ key }: Find) => {
      const found = await findOne(workosIdOf(kind, key), key)
      return found !== null && answersTo(key, found.key) ? found : null
    }
    return Promise.all(finds.map(find => settle(() => findChecked(find))))
  }

  async function findDirectory(id: string, call: CallContext): Promise<Directory | null> {
    const wire = await get(urlPath`/directories/${id}`, directoryWire, call)
    return wire && toDirectory(wire)
  }

  /** Records of old lack their organization: then it is their directory's, which takes a call of its own to learn. */
  async function directoryOf(
    wire: UserWire | GroupWire,
    key: EntityKey,
    call: CallContext,
  ): Promise<EntityKey | null> {
    if (wire.directory_id && wire.organization_id && organizationIdOf(key) !== null)
      return directoryKeyOf(key)
    if (wire.directory_id && wire.directory_id !== directoryIdOf(key)) return null
    // What says of no directory that it is in it would be in whichever one the key claims.
    if (!wire.directory_id && call.boundTo !== null) return null
    return (await findDirectory(wire.directory_id ?? directoryIdOf(key), call))?.key ?? null
  }

  return withProofs({
    async listOrganizations({ page, externalId, search, isWithDirectories = false }, call) {
      if (externalId === null) {
        // A search finds few as a rule, and their directories are then cheaper one by one.
        if (isWithDirectories && search === null && page.limit > 1) scan.prefetch(call)
        return ask(client, lists.organizations({ search }, page), call)
      }
      const path = urlPath`/organizations/external_id/${externalId}`
      const loggedAs = 'organizations/external_id'
      const wire = await get({ ...path, loggedAs }, organizationWire, call)
      const isWanted =
        wire !== null && (search === null || wire.name.toLowerCase().includes(search.toLowerCase()))
      return pageOfList(isWanted ? [toOrganization(wire)] : [], page)
    },

    async listAllDirectories({ page, organization, search }, call) {
      return notedPage(await ask(client, lists.directories({ organization, search }, page), call))
    },

    async listDirectories(asks, call) {
      const listOne = (its: ListDirectories) => ask(client, readDirectories(its), call)
      return (await planDirectories(asks, scan, listOne, call)).map(notedPage)
    },

    listUsers: (asks, call) => Promise.all(asks.map(its => settle(ask(client, readUsers(its), call)))),

    listGroups: (asks, call) => planGroups(asks, walk, its => ask(client, readGroups(its), call), call),

    kept: {
      // What people search for is seldom asked for again.
      listOrganizations({ page, externalId, search, isWithDirectories = false }, call) {
        if (externalId !== null || search !== null) return null
        const place = placeOf('organizations', null, page)
        const kept = readKeptAgain(place, () => lists.organizations({ search }, page), call)
        const wantsScan = kept !== null && isWithDirectories && page.limit > 1
        if (wantsScan && scan.kept(call) === null) scan.prefetch(call)
        return kept
      },
      listDirectories: (its, call) =>
        notedPage(
          keptDirectories(its, scan, call) ??
            readKeptAgain(placeOf('directories', its.of.key, its.page), () => readDirectories(its), call),
        ),
      // Filters are what people type: they are seldom asked for again, and can be an e-mail address.
      listUsers: (its, call) =>
        Object.values(its.filter).some(value => value !== null)
          ? readKept(client, readUsers(its), call)
          : readKeptAgain(placeOf('users', its.within.key, its.page), () => readUsers(its), call),
      // Those of a user are planned together with those of others.
      listGroups: (its, call) =>
        its.within.kind === 'Directory'
          ? readKeptAgain(placeOf('groups', its.within.key, its.page), () => readGroups(its), call)
          : null,
    },

    findOrganizations(finds, call) {
      return findEach('Organization', finds, async id => {
        const wire = await get(urlPath`/organizations/${id}`, organizationWire, call)
        return wire && toOrganization(wire)
      })
    },

    findDirectories(finds, call) {
      return findEach('Directory', finds, async id => noted(await findDirectory(id, call)))
    },

    findUsers(finds, call) {
      return findEach('DirectoryUser', finds, async (id, key) => {
        const scope = directoryIdOf(key)
        const path = urlPath`/directory_users/${id}`
        const wire = await get({ ...path, scope, tags: [`within ${scope}`] }, userWire, call)
        const directory = wire && (await directoryOf(wire, key, call))
        return directory && toDirectoryUser(wire, directory)
      })
    },

    findGroups(finds, call) {
      return findEach('DirectoryGroup', finds, async (id, key) => {
        const path = urlPath`/directory_groups/${id}`
        const wire = await get({ ...path, tags: [`within ${directoryIdOf(key)}`] }, groupWire, call)
        const directory = wire && (await directoryOf(wire, key, call))
        return directory && toDirectoryGroup(wire, directory)
      })
    },

    /** The filter by e-mail needs a directory, so it costs the listing of directories and a call for each. */
    async findUsersByEmail({ email, organization }, call) {
      const filter = { organization, search: null }
      const directories = await everyItem('workos', page =>
        ask(client, lists.directories(filter, page), call),
      )
      const found = directories.map(directory => {
        if (directory instanceof ProviderError) return directory
        const its = { directory: directory.key, group: null, email }
        return settle(everyItem('workos', page => ask(client, lists.users(its, page), call)))
      })
      return (await Promise.all(found)).flat()
    },
  })
}

/** Whether a record is the organization's own, as it says itself; null is whoever may see all. */
function isOf(organization: EntityKey | null, record: unknown): boolean {
  return organization === null || ownersOf(record).includes(upstreamIdOf(organization))
}

/** Whether a record says that it belongs to another organization; one that says nothing does not. */
function isOfAnother(organization: EntityKey | null, record: unknown): boolean {
  const [owner] = ownersOf(record)
  return organization !== null && owner !== undefined && !isOf(organization, record)
}

/** The organization that a record names; an organization is its own. */
function ownersOf(record: unknown): string[] {
  const { object, id, organization_id } = (record ?? {}) as Record<string, unknown>
  const owner = object === 'organization' ? id : organization_id
  return typeof owner === 'string' ? [owner] : []
}
