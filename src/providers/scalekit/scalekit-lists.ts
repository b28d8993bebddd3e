import type { z } from 'zod'
import type { UserFilter } from '../../domain/directory-provider.ts'
import type { Detail, Directory, DirectoryGroup, DirectoryUser, Organization } from '../../domain/entities.ts'
import { type EntityKey, organizationKeyOf, upstreamIdOf } from '../../domain/entity-key.ts'
import { InvalidInputError, type ProviderError, UnavailableError } from '../../domain/provider-error.ts'
import type { Reading } from '../../upstream/reading.ts'
import type { Query, UpstreamRequest } from '../../upstream/upstream-client.ts'
import { type UrlPath, urlPath } from '../../upstream/url-path.ts'
import { createParsedOnce } from '../parsed-once.ts'
import { isFormOf, parseAnswer, parseRecord } from '../wire-record.ts'
import { toDirectory, toDirectoryGroup, toDirectoryUser, toOrganization } from './scalekit-entities.ts'
import { scalekitIdOf } from './scalekit-ids.ts'
import type { PageSizes, ReadTokenPage } from './scalekit-paging.ts'
import type { SoleDirectories } from './scalekit-sole-directories.ts'
import {
  directoriesWire,
  directoryWire,
  type GroupWire,
  groupsWire,
  groupWire,
  organizationsWire,
  organizationWire,
  type UserWire,
  usersWire,
  userWire,
} from './scalekit-wire.ts'

/** The page sizes of each list, by the API's validation rules; its guides name 100 for users, which is refused. */
export const ORGANIZATION_SIZES: PageSizes = { min: 10, max: 100 }
export const SEARCH_SIZES: PageSizes = { min: 1, max: 30 }
export const MEMBER_SIZES: PageSizes = { min: 1, max: 30 }

/** The lists of Scalekit, a GET each, as `walkPages` and scans read them. */
export interface ScalekitLists {
  organizations(filter: { externalId: string | null; search: string | null }): ReadTokenPage<Organization>
  users(directory: EntityKey, filter: Omit<UserFilter, 'email'>, detail: Detail): ReadTokenPage<DirectoryUser>
  groups(directory: EntityKey, detail: Detail): ReadTokenPage<DirectoryGroup>
  /** The directories of an organization come unpaginated. */
  directories(organization: EntityKey): Reading<readonly (Directory | ProviderError)[]>
}

/** The path of a directory, with its organization: Scalekit knows directories only within theirs. */
export function directoryPath(directory: EntityKey): UrlPath {
  const id = scalekitIdOf('Directory', directory)
  return urlPath`/api/v1/organizations/${organizationIdOf(directory)}/directories/${id}`
}

/** The path of an organization. */
export function organizationPath(organization: EntityKey): UrlPath {
  return urlPath`/api/v1/organizations/${scalekitIdOf('Organization', organization)}`
}

/** `askedForDirectories` hears of each organization's list. */
export function createScalekitLists(askedForDirectories: SoleDirectories['asked']): ScalekitLists {
  const parsedOnce = createParsedOnce()

  /** The answer to one GET, read once however often it is reused: paths name all that the reading depends on. */
  function* get<T, Result>(
    request: Pick<UpstreamRequest, 'path' | 'route' | 'query' | 'tags'>,
    answer: z.ZodType<T>,
    toResult: (answer: T) => Result,
  ): Reading<Result> {
    const { body } = yield { ...request, method: 'get', isReadable: isFormOf(answer) }
    return parsedOnce(body, '', () => toResult(parseAnswer('scalekit', answer, body)))
  }

  return {
    organizations({ externalId, search }) {
      const path = search === null ? 'api/v1/organizations' : 'api/v1/organizations:search'
      return (token, size) => {
        const query = { ...paging(token, size), query: search, external_id: externalId }
        const toPage = (answer: z.output<typeof organizationsWire>) =>
          toTokenPage(answer, answer.organizations, organizationWire, toOrganization)
        return get({ path, query, tags: ['organizations'] }, organizationsWire, toPage)
      }
    },

    users(directory, { group, updatedAfter }, detail) {
      const path = urlPath`${directoryPath(directory)}/users`
      const filter = {
        include_detail: detail === 'full' ? true : null,
        directory_group_id: group && scalekitIdOf('DirectoryGroup', group),
        updated_after: updatedAfter && toRfc3339(updatedAfter),
      }
      const toUser = (wire: UserWire) => toDirectoryUser(wire, directory, withDetail(detail))
      return (token, size) => {
        const query = { ...paging(token, size), ...filter }
        const toPage = (answer: z.output<typeof usersWire>) =>
          toTokenPage(answer, answer.users, userWire, toUser)
        return get({ ...path, query, tags: within(directory) }, usersWire, toPage)
      }
    },

    groups(directory, detail) {
      const path = urlPath`${directoryPath(directory)}/groups`
      const filter = { include_detail: detail === 'full' ? true : null }
      const toGroup = (wire: GroupWire) => toDirectoryGroup(wire, directory, withDetail(detail))
      return (token, size) => {
        const query = { ...paging(token, size), ...filter }
        const toPage = (answer: z.output<typeof groupsWire>) =>
          toTokenPage(answer, answer.groups, groupWire, toGroup)
        return get({ ...path, query, tags: within(directory) }, groupsWire, toPage)
      }
    },

    *directories(organization) {
      const path = urlPath`${organizationPath(organization)}/directories`
      const tags = [`directories of ${upstreamIdOf(organization)}`]
      const toList = (answer: z.output<typeof directoriesWire>) =>
        answer.directories.map(raw => {
          const wire = parseRecord('scalekit', directoryWire, raw)
          return wire instanceof UnavailableError ? wire : toDirectory(wire)
        })
      const note = askedForDirectories(organization)
      const directories = yield* get({ ...path, tags }, directoriesWire, toList)
      note(directories.map(directory => (directory instanceof Error ? null : directory.key)))
      return directories
    },
  }
}

function organizationIdOf(key: EntityKey): string {
  return scalekitIdOf('Organization', organizationKeyOf(key) ?? key)
}

/** Years of more than four digits are valid times, but have no form in RFC 3339. */
function toRfc3339(time: Date): string {
  const text = time.toISOString()
  if (/^\d{4}-/.test(text)) return text
  throw new InvalidInputError('This is no time that Scalekit takes.', 'filter.updatedAfter', 'scalekit')
}

/** By the organization as well, since events of users do not name the directory. */
function within(directory: EntityKey): string[] {
  return [`within ${upstreamIdOf(directory)}`, `within ${organizationIdOf(directory)}`]
}

function paging(token: string, size: number): Query {
  return { page_size: size, page_token: token === '' ? null : token }
}

/** What comes without `include_detail` is `basic`, however little was needed. */
function withDetail(detail: Detail): Detail {
  return detail === 'full' ? 'full' : 'basic'
}

function toTokenPage<Wire, T>(
  answer: {
    next_page_token: string | null
    prev_page_token: string | null
    total_size?: number | null | undefined
  },
  records: readonly unknown[],
  schema: z.ZodType<Wire>,
  toEntity: (wire: Wire) => T,
) {
  const items = records.map((raw): T | ProviderError => {
    const wire = parseRecord('scalekit', schema, raw)
    return wire instanceof UnavailableError ? wire : toEntity(wire)
  })
  return {
    items,
    next: answer.next_page_token,
    previous: answer.prev_page_token,
    totalCount: answer.total_size ?? null,
  }
}
