import { NESTED_SIZES } from '../operations.ts'
import type { Upstream } from '../upstream/sandbox-child.ts'
import { toGlobalId } from './global-id.ts'
import type { NestedData, PlainDirectory } from './nested-schema.ts'
import { createRest, type Rest, type RestDirectory, type RestOrganization } from './rest.ts'

/** As many directories as one call lists: the measured world has fewer. */
const MAX_LISTED = 100

/**
 * The nested operation written by hand for this one shape, as the limit of what any client can reach: the fewest
 * calls, and each of them as early as its input is known. WorkOS's directories come from the unfiltered listing,
 * which waits for no organization; Scalekit's first page is asked for before it is known how many of it are needed.
 * It keeps its token, as a dirgraph that keeps no answers does.
 */
export async function readNested(upstream: Upstream): Promise<NestedData> {
  rest ??= createRest(upstream)
  return read(rest)
}

let rest: Rest | undefined

async function read(rest: Rest): Promise<NestedData> {
  const [workos, scalekit, workosDirectories] = await Promise.all([
    rest.workosOrganizations(NESTED_SIZES.organizations),
    rest.scalekitOrganizations(NESTED_SIZES.organizations),
    rest.workosDirectories(null, MAX_LISTED),
  ])
  const all = [...workos.items, ...scalekit.items]
  const organizations = all.slice(0, NESTED_SIZES.organizations)
  const nodes = await Promise.all(
    organizations.map(async organization => ({
      id: toGlobalId('Organization', organization.provider, organization.id),
      name: organization.name,
      directories: { nodes: await readDirectories(rest, organization, workosDirectories) },
    })),
  )
  const hasNextPage = all.length > organizations.length || workos.isMore || scalekit.isMore
  return { organizations: { nodes, pageInfo: { hasNextPage } } }
}

async function readDirectories(
  rest: Rest,
  { provider, id }: RestOrganization,
  workosDirectories: readonly RestDirectory[],
): Promise<PlainDirectory[]> {
  const directories =
    provider === 'workos'
      ? workosDirectories.filter(({ organizationId }) => organizationId === id)
      : await rest.scalekitDirectories(id)
  return Promise.all(
    directories.slice(0, NESTED_SIZES.directories).map(async directory => {
      const [users, groups] = await Promise.all([
        rest.users(directory, NESTED_SIZES.users),
        rest.groups(directory, NESTED_SIZES.groups),
      ])
      return {
        id: toGlobalId('Directory', provider, directory.organizationId, directory.id),
        upstreamState: directory.state,
        users,
        groups,
      }
    }),
  )
}

/** The optimal client behind HTTP: whatever is sent, it answers the nested operation. */
export function createOptimal(upstream: Upstream): (request: Request) => Promise<Response> {
  return async request => {
    await request.text()
    return Response.json({ data: await readNested(upstream) })
  }
}
