import { createSchema, createYoga } from 'graphql-yoga'
import type { Upstream } from '../upstream/sandbox-child.ts'
import { toGlobalId } from './global-id.ts'
import { type First, nestedTypeDefs } from './nested-schema.ts'
import { createRest, type RestDirectory, type RestOrganization } from './rest.ts'

/**
 * The server that one writes first: each field fetches what it shows when it is resolved. No loaders, no cache, no
 * limits; only the Scalekit token is kept.
 */
export function createNaive(upstream: Upstream): (request: Request) => Promise<Response> {
  const rest = createRest(upstream)
  const schema = createSchema({
    typeDefs: nestedTypeDefs,
    resolvers: {
      Query: {
        organizations: async (_root: unknown, { first }: First) => {
          const workos = await rest.workosOrganizations(first)
          const room = first - workos.items.length
          if (workos.isMore || room === 0) {
            return { nodes: workos.items, pageInfo: { hasNextPage: workos.isMore } }
          }
          const scalekit = await rest.scalekitOrganizations(first)
          return {
            nodes: [...workos.items, ...scalekit.items.slice(0, room)],
            pageInfo: { hasNextPage: scalekit.isMore || scalekit.items.length > room },
          }
        },
      },
      Organization: {
        id: ({ provider, id }: RestOrganization) => toGlobalId('Organization', provider, id),
        directories: async ({ provider, id }: RestOrganization, { first }: First) => {
          if (provider === 'workos') return { nodes: await rest.workosDirectories(id, first) }
          return { nodes: (await rest.scalekitDirectories(id)).slice(0, first) }
        },
      },
      Directory: {
        id: ({ provider, organizationId, id }: RestDirectory) =>
          toGlobalId('Directory', provider, organizationId, id),
        upstreamState: ({ state }: RestDirectory) => state,
        users: (directory: RestDirectory, { first }: First) => rest.users(directory, first),
        groups: (directory: RestDirectory, { first }: First) => rest.groups(directory, first),
      },
    },
  })
  const yoga = createYoga({ schema, logging: false, graphiql: false, landingPage: false })
  return async request => yoga.fetch(request)
}
