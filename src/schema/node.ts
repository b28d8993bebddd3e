import type { GraphQLResolveInfo } from 'graphql'
import { ProviderError } from '../domain/provider-error.ts'
import { nullWithError } from '../relay/connection.ts'
import { parseGlobalId } from '../relay/global-id.ts'
import type { RequestContext } from '../request/context.ts'
import { builder } from './builder.ts'
import { nodesCost } from './call-costs.ts'
import { resolveThroughList } from './resolve-through-list.ts'

builder.queryFields(t => ({
  node: t.field({
    type: builder.nodeInterfaceRef(),
    nullable: true,
    args: { id: t.arg.id({ required: true, description: 'A global id.' }) },
    description: 'The object with this global id, or null where there is none.',
    extensions: nodesCost(({ id }) => [id]),
    resolve: (_root, { id }, context, info) => loadNode(id, 'id', context, info),
  }),
  nodes: t.field({
    type: [builder.nodeInterfaceRef()],
    nullable: { list: false, items: true },
    args: {
      ids: t.arg.idList({
        required: true,
        description: 'Global ids, 100 at most unless the server is set otherwise.',
      }),
    },
    description: 'The objects with these global ids, each in the place of its id; null where there is none.',
    extensions: nodesCost(({ ids }) => ids),
    resolve: async (_root, { ids }, context, info) => {
      // A bad id is an error in its own place, and all others are asked for in one batch.
      return Promise.all(ids.map(id => loadNode(id, 'ids', context, info).catch(toSlot)))
    },
  }),
}))

async function loadNode(id: string, field: string, context: RequestContext, info: GraphQLResolveInfo) {
  const { kind, key } = parseGlobalId(id, field)
  return resolveThroughList(context, info, kind, key)
}

function toSlot(error: unknown): null {
  if (error instanceof ProviderError) return nullWithError(error)
  throw error
}
