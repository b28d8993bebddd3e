import type { z } from 'zod'
import type { CallContext, UserFilter } from '../../domain/directory-provider.ts'
import type { Detail, Directory, DirectoryGroup, DirectoryUser, Organization } from '../../domain/entities.ts'
import { type EntityKey, organizationKeyOf, upstreamIdOf } from '../../domain/entity-key.ts'
import { type ProviderError, UnavailableError } from '../../domain/provider-error.ts'
import {
  type Query,
  type UpstreamClient,
  type UpstreamRequest,
  urlPath,
} from '../../upstream/upstream-client.ts'
import { parseAnswer, parseRecord } from '../wire-record.ts'
import { toDirectory, toDirectoryGroup, toDirectoryUser, toOrganization } from './scalekit-entities.ts'
import { scalekitIdOf } from './scalekit-ids.ts'
import type { FetchTokenPage, PageSizes } from './scalekit-paging.ts'
import {
  directoriesWire,
  directoryWire,
  groupsWire,
  groupWire,
  organizationsWire,
  organizationWire,
  usersWire,
  userWire,
} from './scalekit-wire.ts'

/** The page sizes of each list, by the API's validation rules; its guides name 100 for users, which is refused. */
export const ORGANIZATION_SIZES: PageSizes = { min: 10, max: 100 }
export const SEARCH_SIZES: PageSizes = { min: 1, max: 30 }
export const MEMBER_SIZES: PageSizes = { min: 1, max: 30 }

/** The lists of Scalekit, a GET each, as `walkPages` and scans ask for them. */
export interface ScalekitLists {
  organizations(
    filter: { externalId: string | null; search: string | null },
    call: CallContext,
  ): FetchTokenPage<Organization>
  users(
    directory: EntityKey,
    filter: Omit<UserFilter, 'email'>,
    detail: Detail,
    call: CallContext,
  ): FetchTokenPage<DirectoryUser>
  groups(directory: EntityKey, detail: Detail, call: CallContext): FetchTokenPage<DirectoryGroup>
  /** The directories of an organization come unpaginated. */
  directories(organization: EntityKey, call: CallContext): Promise<(Directory | ProviderError)[]>
}

/** The path of a directory, with its organization: Scalekit knows directories only within theirs. */
export function directoryPath(directory: EntityKey): string {
  const id = scalekitIdOf('Directory', directory)
  return urlPath`/api/v1/organizations/${organizationIdOf(directory)}/directories/${id}`
}

/** The path of an organization. */
export function organizationPath(organization: EntityKey): string {
  return urlPath`/api/v1/organizations/${scalekitIdOf('Organization', organization)}`
}

export function createScalekitLists(client: UpstreamClient): ScalekitLists {
  async function get<T>(
    request: Pick<UpstreamRequest, 'path' | 'query' | 'tags'>,
    answer: z.ZodType<T>,
    call: CallContext,
  ): Promise<T> {
    const { body } = await client.send({ ...request, method: 'get' }, call)
    return parseAnswer('scalekit', answer, body)
  }

  return {
    organizations({ externalId, search }, call) {
      const path = search === null ? 'api/v1/organizations' : 'api/v1/organizations:search'
      return async (token, size) => {
        const query = { ...paging(token, size), query: search, external_id: externalId }
        const answer = await get({ path, query, tags: ['organizations'] }, organizationsWire, call)
        return toTokenPage(answer, answer.organizations, organizationWire, toOrganization)
      }
    },

    users(directory, { group, updatedAfter }, detail, call) {
      const path = `${directoryPath(directory)}/users`
      const filter = {
        include_detail: detail === 'full' ? true : null,
        directory_group_id: group && scalekitIdOf('DirectoryGroup', group),
        updated_after: updatedAfter?.toISOString() ?? null,
      }
      return async (token, size) => {
        const query = { ...paging(token, size), ...filter }
        const answer = await get({ path, query, tags: [within(directory)] }, usersWire, call)
        return toTokenPage(answer, answer.users, userWire, wire =>
          toDirectoryUser(wire, directory, withDetail(detail)),
        )
      }
    },

    groups(directory, detail, call) {
      const path = `${directoryPath(directory)}/groups`
      const filter = { include_detail: detail === 'full' ? true : null }
      return async (token, size) => {
        const query = { ...paging(token, size), ...filter }
        const answer = await get({ path, query, tags: [within(directory)] }, groupsWire, call)
        return toTokenPage(answer, answer.groups, groupWire, wire =>
          toDirectoryGroup(wire, directory, withDetail(detail)),
        )
      }
    },

    async directories(organization, call) {
      const path = `${organizationPath(organization)}/directories`
      const tags = [`directories of ${upstreamIdOf(organization)}`]
      const answer = await get({ path, tags }, directoriesWire, call)
      return answer.directories.map(raw => {
        const wire = parseRecord('scalekit', directoryWire, raw)
        return wire instanceof UnavailableError ? wire : toDirectory(wire)
      })
    },
  }
}

function organizationIdOf(key: EntityKey): string {
  return scalekitIdOf('Organization', organizationKeyOf(key) ?? key)
}

function within(directory: EntityKey): string {
  return `within ${upstreamIdOf(directory)}`
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
