import { z } from 'zod'
import type { CallContext } from '../../domain/directory-provider.ts'
import type { Directory, Organization } from '../../domain/entities.ts'
import { type EntityKey, organizationKey, upstreamIdOf } from '../../domain/entity-key.ts'
import type { Edge, Page, PageRequest } from '../../domain/page.ts'
import {
  InvalidInputError,
  type ProviderError,
  QueryTooCostlyError,
  UnsupportedError,
} from '../../domain/provider-error.ts'
import { ask } from '../../upstream/reading.ts'
import type { UpstreamClient } from '../../upstream/upstream-client.ts'
import { settle } from '../settle.ts'
import { isScalekitId } from './scalekit-ids.ts'
import { ORGANIZATION_SIZES, type ScalekitLists } from './scalekit-lists.ts'
import { walkPages } from './scalekit-paging.ts'

/** Organizations that one page of directories may look into, before the search for more is given up. */
export const MAX_WALKED_ORGANIZATIONS = 150

/**
 * The place of a directory: where its organization is, which one that is, and which of its directories this is.
 * An organization that could not be read has a place, but no id.
 */
const placeWire = z.tuple([
  z.string(),
  z
    .string()
    .refine(id => isScalekitId('Organization', id))
    .nullable(),
  z.int().min(0),
])

/** What one organization gives to the walk, in the list's order; `isEnd` when no organization follows. */
interface Stop {
  readonly edges: readonly Edge<Directory>[]
  readonly isEnd: boolean
}

/**
 * Directories across organizations, of which Scalekit has no list: its organizations in their order, and the
 * directories of each. Cost: the pages of organizations, and one call an organization until the page is full.
 * An organization that can't be asked is an error in its place.
 */
export function createDirectoryWalk(client: UpstreamClient, lists: ScalekitLists) {
  async function stopAt(
    place: string,
    organization: EntityKey,
    isEnd: boolean,
    call: CallContext,
  ): Promise<Stop> {
    const all = await settle(ask(client, lists.directories(organization), call))
    // The operation has no calls left: that is no trouble of this organization's.
    if (all instanceof QueryTooCostlyError) throw all
    const nodes: readonly (Directory | ProviderError)[] = all instanceof Error ? [all] : all
    const edges = nodes.map((node, index) => ({ node, cursor: formatPlace(place, organization, index) }))
    return { edges, isEnd }
  }

  /** The organizations from a place on, in the direction of the walk, as many at once as there is room for. */
  async function* stops(request: PageRequest, room: () => number, call: CallContext): AsyncGenerator<Stop> {
    const { direction } = request
    let cursor = request.cursor
    let isEnd = false
    for (let walked = 0; !isEnd; ) {
      const organizations = walkPages(
        { direction, limit: Math.max(room(), ORGANIZATION_SIZES.min), cursor },
        ORGANIZATION_SIZES,
        lists.organizations({ externalId: null, search: null }),
      )
      const page: Page<Organization> = await ask(client, organizations, call)
      const ahead = direction === 'forward' ? [...page.edges] : page.edges.toReversed()
      isEnd = !(direction === 'forward' ? page.hasNextPage : page.hasPreviousPage)
      cursor = ahead.at(-1)?.cursor ?? cursor
      while (ahead.length > 0) {
        const some = ahead.splice(0, room())
        walked += some.length
        if (walked > MAX_WALKED_ORGANIZATIONS) {
          // What was found is a page, short as it is, and the next one looks further from there.
          if (room() < request.limit) return
          throw tooManyOrganizations()
        }
        const last = ahead.length === 0 && isEnd ? some.at(-1) : undefined
        yield* await Promise.all(
          some.map(edge =>
            edge.node instanceof Error
              ? {
                  edges: [{ node: edge.node, cursor: formatPlace(edge.cursor, null, 0) }],
                  isEnd: edge === last,
                }
              : stopAt(edge.cursor, edge.node.key, edge === last, call),
          ),
        )
      }
    }
  }

  return async function walkDirectories(
    request: PageRequest,
    search: string | null,
    call: CallContext,
  ): Promise<Page<Directory>> {
    const isForward = request.direction === 'forward'
    const from = request.cursor === null ? null : parsePlace(request.cursor, isForward ? 'after' : 'before')
    const edges: Edge<Directory>[] = []
    let isMore = true

    function take(stop: Stop): void {
      const wanted = stop.edges.filter(({ node }) => node instanceof Error || matches(node, search))
      const room = request.limit - edges.length
      const taken = isForward ? wanted.slice(0, room) : wanted.slice(Math.max(0, wanted.length - room))
      edges.splice(isForward ? edges.length : 0, 0, ...taken)
      isMore = taken.length < wanted.length || !stop.isEnd
    }

    if (from !== null && from.organization !== null) {
      const here = await stopAt(from.place, from.organization, false, call)
      take({ ...here, edges: isForward ? here.edges.slice(from.index + 1) : here.edges.slice(0, from.index) })
    }
    const room = () => request.limit - edges.length
    if (room() > 0) {
      isMore = false
      for await (const stop of stops({ ...request, cursor: from?.place ?? null }, room, call)) {
        take(stop)
        if (room() === 0) break
      }
    }
    const isBehind = request.cursor !== null
    return {
      edges,
      hasNextPage: isForward ? isMore : isBehind,
      hasPreviousPage: isForward ? isBehind : isMore,
      totalCount: null,
    }
  }
}

/** Whether the directory is one that a search for part of its name wants. */
export function matches(directory: Pick<Directory, 'name'>, search: string | null): boolean {
  return search === null || directory.name.toLowerCase().includes(search.toLowerCase())
}

function formatPlace(place: string, organization: EntityKey | null, index: number): string {
  return JSON.stringify([place, organization && upstreamIdOf(organization), index])
}

function parsePlace(cursor: string, field: 'after' | 'before') {
  try {
    const [place, organization, index] = placeWire.parse(JSON.parse(cursor))
    return {
      place,
      organization: organization === null ? null : organizationKey('scalekit', organization),
      index,
    }
  } catch {
    throw new InvalidInputError('This is no cursor of Scalekit.', field, 'scalekit')
  }
}

function tooManyOrganizations(): UnsupportedError {
  return new UnsupportedError(
    `Scalekit can not search directories: none was found in ${MAX_WALKED_ORGANIZATIONS} organizations. Name the organization.`,
    'scalekit',
    'SEARCH_DIRECTORIES',
  )
}
