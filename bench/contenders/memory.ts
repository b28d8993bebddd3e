import { createSchema, createYoga } from 'graphql-yoga'
import type { Upstream } from '../upstream/sandbox-child.ts'
import { type First, nestedTypeDefs, type PlainPage } from './nested-schema.ts'
import { readNested } from './optimal.ts'

type Lists<T> = { readonly [Field in keyof T]: T[Field] }

/** The same shape out of memory: what GraphQL itself costs, with nothing to ask anybody for. */
export async function createMemory(upstream: Upstream): Promise<(request: Request) => Promise<Response>> {
  const data = await readNested(upstream)
  const pageOf =
    <Field extends string>(field: Field) =>
    (parent: Lists<Record<Field, Partial<PlainPage<unknown>>>>, { first }: First) => {
      const { nodes = [], pageInfo } = parent[field]
      return {
        nodes: nodes.slice(0, first),
        pageInfo: { hasNextPage: nodes.length > first || (pageInfo?.hasNextPage ?? false) },
      }
    }
  const schema = createSchema({
    typeDefs: nestedTypeDefs,
    resolvers: {
      Query: { organizations: (_root: unknown, args: First) => pageOf('organizations')(data, args) },
      Organization: { directories: pageOf('directories') },
      Directory: { users: pageOf('users'), groups: pageOf('groups') },
    },
  })
  const yoga = createYoga({ schema, logging: false, graphiql: false, landingPage: false })
  return async request => yoga.fetch(request)
}
