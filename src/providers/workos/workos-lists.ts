import type { z } from 'zod'
import type { Directory, DirectoryGroup, DirectoryUser, Organization } from '../../domain/entities.ts'
import { directoryIdOf, type EntityKey, organizationIdOf } from '../../domain/entity-key.ts'
import { nodesOf, type Page, type PageRequest } from '../../domain/page.ts'
import { noSuchObject, type ProviderError, UnavailableError } from '../../domain/provider-error.ts'
import type { Reading } from '../../upstream/reading.ts'
import type { UpstreamRequest } from '../../upstream/upstream-client.ts'
import { EMPTY_PAGE } from '../page-of-list.ts'
import { createParsedOnce } from '../parsed-once.ts'
import { isFormOf, parseAnswer, parseRecord } from '../wire-record.ts'
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

/** The lists of WorkOS, a GET for each page. */
export interface WorkosLists {
  organizations(filter: { search: string | null }, page: PageRequest): Reading<Page<Organization>>
  directories(
    filter: { organization: EntityKey | null; search: string | null },
    page: PageRequest,
  ): Reading<Page<Directory>>
  users(
    filter: { directory: EntityKey; group: EntityKey | null; email: string | null },
    page: PageRequest,
  ): Reading<Page<DirectoryUser>>
  groups(
    filter: { directory: EntityKey; user: EntityKey | null },
    page: PageRequest,
  ): Reading<Page<DirectoryGroup>>
}

export function createWorkosLists(): WorkosLists {
  const parsedOnce = createParsedOnce()

  /** `within` is the directory of members: they take it from where they were asked, so it is part of the reading. */
  function* list<Wire, T extends { readonly key: EntityKey }>(
    request: Omit<UpstreamRequest, 'method'>,
    page: PageRequest,
    schema: z.ZodType<Wire>,
    toEntity: (wire: Wire) => T,
    within: EntityKey | null = null,
  ): Reading<Page<T>> {
    // WorkOS counts no list, so there is nothing to ask when only the count is wanted.
    if (page.limit === 0) return { ...EMPTY_PAGE, totalCount: null }
    const query = { ...request.query, ...toQuery(page) }
    const { body } = yield { ...request, method: 'get', query, isReadable: isFormOf(listWire) }
    return parsedOnce(body, within ?? '', () => {
      const read = toPage(parseAnswer('workos', listWire, body), page, (raw): T | ProviderError => {
        const wire = parseRecord('workos', schema, raw)
        return wire instanceof UnavailableError ? wire : toEntity(wire)
      })
      return within === null ? read : onlyOf(within, read)
    })
  }

  return {
    organizations({ search }, page) {
      const request = { path: 'organizations', query: { search }, tags: ['organizations'] }
      return list(request, page, organizationWire, toOrganization)
    },

    *directories({ organization, search }, page) {
      const organization_id = organization && workosIdOf('Organization', organization)
      const tags =
        organization_id === null
          ? ['directories']
          : [`directories of ${organization_id}`, 'directories of an organization']
      const request = { path: 'directories', query: { organization_id, search }, tags }
      return yield* list(request, page, directoryWire, toDirectory)
    },

    /** The users of a directory have a limit of their own, which a group's or an address's count for as well. */
    *users({ directory, group, email }, page) {
      const scope = workosIdOf('Directory', directory)
      // WorkOS wants a directory or a group; a group implies its directory, but `email` needs it named.
      const named = group === null || email !== null ? scope : null
      const groupId = group && workosIdOf('DirectoryGroup', group)
      const query = { directory: named, group: groupId, email }
      const tags = [
        `within ${scope}`,
        ...(groupId === null ? [] : [`users of ${groupId}`, `members within ${scope}`]),
        ...(email === null ? [] : [`users by e-mail of ${scope}`]),
        ...(groupId === null && email === null ? [`users of ${scope}`] : []),
      ]
      const request = { path: 'directory_users', query, scope, tags }
      const toUser = (wire: UserWire) => toDirectoryUser(wire, directory)
      return yield* list(request, page, userWire, toUser, directory)
    },

    *groups({ directory, user }, page) {
      const id = workosIdOf('Directory', directory)
      const userId = user && workosIdOf('DirectoryUser', user)
      const query = userId === null ? { directory: id } : { user: userId }
      const tags = userId === null ? [`groups of ${id}`] : [`groups of ${userId}`, `memberships within ${id}`]
      const request = { path: 'directory_groups', query, tags: [`within ${id}`, ...tags] }
      const toGroup = (wire: GroupWire) => toDirectoryGroup(wire, directory)
      return yield* list(request, page, groupWire, toGroup, directory)
    },
  }
}

/**
 * The page, if what is on it is in the directory of its parent's key. WorkOS lists by one id, so a key put together
 * from a directory of one organization and a group of another would list the other's people. Throws `NotFoundError`.
 */
function onlyOf<T extends { readonly key: EntityKey }>(directory: EntityKey, page: Page<T>): Page<T> {
  const organization = organizationIdOf(directory)
  const isElsewhere = ({ key }: T) =>
    directoryIdOf(key) !== directoryIdOf(directory) ||
    (organization !== null && organizationIdOf(key) !== organization)
  if (nodesOf(page).some(isElsewhere)) throw noSuchObject('workos')
  return page
}
