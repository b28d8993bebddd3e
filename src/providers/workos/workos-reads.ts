import type { z } from 'zod'
import type { CallContext, DirectoryProvider, Find, Found } from '../../domain/directory-provider.ts'
import type { Directory } from '../../domain/entities.ts'
import {
  answersTo,
  directoryIdOf,
  directoryKeyOf,
  type EntityKey,
  type EntityKind,
  organizationIdOf,
} from '../../domain/entity-key.ts'
import { nodesOf, type Page, type PageRequest } from '../../domain/page.ts'
import {
  NotFoundError,
  type ProviderError,
  UnavailableError,
  UnsupportedError,
} from '../../domain/provider-error.ts'
import { type Query, type UpstreamClient, urlPath } from '../../upstream/upstream-client.ts'
import { everyItem } from '../every-item.ts'
import { EMPTY_PAGE, pageOfList } from '../page-of-list.ts'
import { settle } from '../settle.ts'
import { parseAnswer, parseRecord } from '../wire-record.ts'
import { toDirectory, toDirectoryGroup, toDirectoryUser, toOrganization } from './workos-entities.ts'
import { workosIdOf } from './workos-ids.ts'
import { toPage, toQuery } from './workos-paging.ts'
import {
  directoryWire,
  type GroupWire,
  groupWire,
  listWire,
  organizationWire,
  type UserWire,
  userWire,
} from './workos-wire.ts'

type Reads = Pick<DirectoryProvider, Extract<keyof DirectoryProvider, `list${string}` | `find${string}`>>

/** The reading half of the WorkOS adapter: every list and every object is one GET. */
export function createWorkosReads(client: UpstreamClient): Reads {
  async function list<Wire, T extends object>(
    path: string,
    filter: Query,
    page: PageRequest,
    schema: z.ZodType<Wire>,
    toEntity: (wire: Wire) => T,
    call: CallContext,
  ): Promise<Page<T>> {
    // WorkOS counts no list, so there is nothing to ask when only the count is wanted.
    if (page.limit === 0) return { ...EMPTY_PAGE, totalCount: null }
    const { body } = await client.send({ method: 'get', path, query: { ...filter, ...toQuery(page) } }, call)
    return toPage(parseAnswer('workos', listWire, body), page, (raw): T | ProviderError => {
      const wire = parseRecord('workos', schema, raw)
      return wire instanceof UnavailableError ? wire : toEntity(wire)
    })
  }

  /** The object, or null for an id that WorkOS does not know. */
  async function get<Wire>(path: string, schema: z.ZodType<Wire>, call: CallContext): Promise<Wire | null> {
    const { status, body } = await client.send({ method: 'get', path, answers: [404] }, call)
    return status === 404 ? null : parseAnswer('workos', schema, body)
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
    if (wire.directory_id && wire.organization_id) return directoryKeyOf(key)
    return (await findDirectory(wire.directory_id ?? directoryIdOf(key), call))?.key ?? null
  }

  const reads: Reads = {
    async listOrganizations({ page, externalId, search }, call) {
      if (externalId === null) {
        return list('organizations', { search }, page, organizationWire, toOrganization, call)
      }
      const wire = await get(urlPath`/organizations/external_id/${externalId}`, organizationWire, call)
      const isWanted =
        wire !== null && (search === null || wire.name.toLowerCase().includes(search.toLowerCase()))
      return pageOfList(isWanted ? [toOrganization(wire)] : [], page)
    },

    listAllDirectories({ page, organization, search }, call) {
      const organization_id = organization && workosIdOf('Organization', organization)
      return list('directories', { organization_id, search }, page, directoryWire, toDirectory, call)
    },

    listDirectories(lists, call) {
      return Promise.all(
        lists.map(({ of, page }) =>
          settle(() => {
            const filter = { organization_id: workosIdOf('Organization', of.key) }
            return list('directories', filter, page, directoryWire, toDirectory, call)
          }),
        ),
      )
    },

    listUsers(lists, call) {
      return Promise.all(
        lists.map(({ within, page, filter }) =>
          settle(async () => {
            if (filter.updatedAfter !== null) {
              throw new UnsupportedError(
                'WorkOS can not filter users by the time of their last change.',
                'workos',
              )
            }
            const directory = directoryKeyOf(within.key)
            const group = within.kind === 'DirectoryGroup' ? within.key : filter.group
            if (group !== null && directoryKeyOf(group) !== directory) return EMPTY_PAGE
            const query = {
              // WorkOS wants a directory or a group; a group implies its directory, but `email` needs it named.
              directory: group === null || filter.email !== null ? workosIdOf('Directory', directory) : null,
              group: group && workosIdOf('DirectoryGroup', group),
              email: filter.email,
            }
            const toUser = (wire: UserWire) => toDirectoryUser(wire, directory)
            return onlyOf(directory, await list('directory_users', query, page, userWire, toUser, call))
          }),
        ),
      )
    },

    listGroups(lists, call) {
      return Promise.all(
        lists.map(({ within, page }) =>
          settle(async () => {
            const directory = directoryKeyOf(within.key)
            const query =
              within.kind === 'Directory'
                ? { directory: workosIdOf('Directory', within.key) }
                : { user: workosIdOf('DirectoryUser', within.key) }
            const toGroup = (wire: GroupWire) => toDirectoryGroup(wire, directory)
            return onlyOf(directory, await list('directory_groups', query, page, groupWire, toGroup, call))
          }),
        ),
      )
    },

    findOrganizations(finds, call) {
      return findEach('Organization', finds, async id => {
        const wire = await get(urlPath`/organizations/${id}`, organizationWire, call)
        return wire && toOrganization(wire)
      })
    },

    findDirectories(finds, call) {
      return findEach('Directory', finds, id => findDirectory(id, call))
    },

    findUsers(finds, call) {
      return findEach('DirectoryUser', finds, async (id, key) => {
        const wire = await get(urlPath`/directory_users/${id}`, userWire, call)
        const directory = wire && (await directoryOf(wire, key, call))
        return directory && toDirectoryUser(wire, directory)
      })
    },

    findGroups(finds, call) {
      return findEach('DirectoryGroup', finds, async (id, key) => {
        const wire = await get(urlPath`/directory_groups/${id}`, groupWire, call)
        const directory = wire && (await directoryOf(wire, key, call))
        return directory && toDirectoryGroup(wire, directory)
      })
    },

    /** The filter by e-mail needs a directory, so it costs the listing of directories and a call for each. */
    async findUsersByEmail(email, _detail, call) {
      const directories = await everyItem('workos', page =>
        list('directories', {}, page, directoryWire, toDirectory, call),
      )
      const found = directories.map(async within => {
        if (within instanceof Error) return within
        const query = { directory: workosIdOf('Directory', within.key), email }
        const toUser = (wire: UserWire) => toDirectoryUser(wire, within.key)
        return settle(
          everyItem('workos', page => list('directory_users', query, page, userWire, toUser, call)),
        )
      })
      return (await Promise.all(found)).flat()
    },
  }
  return reads
}

/**
 * The page, if what is on it is in the directory of its parent's key. WorkOS lists by one id, so a key put together
 * from a directory of one organization and a group of another would list the other's people. Throws `NotFoundError`.
 */
function onlyOf<T extends { key: EntityKey }>(directory: EntityKey, page: Page<T>): Page<T> {
  const organization = organizationIdOf(directory)
  const isElsewhere = ({ key }: T) =>
    directoryIdOf(key) !== directoryIdOf(directory) ||
    (organization !== null && organizationIdOf(key) !== organization)
  if (nodesOf(page).some(isElsewhere)) throw new NotFoundError('WorkOS has no such object.', 'workos')
  return page
}
