import {
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
  isInterfaceType,
} from 'graphql'
import type { EntityOf } from '../domain/entities.ts'
import type { EntityKind } from '../domain/entity-key.ts'
import { InvalidInputError } from '../domain/provider-error.ts'
import { parseGlobalId } from '../relay/global-id.ts'
import { nodesCost } from './call-costs.ts'
import { printSubgraph } from './print-subgraph.ts'

/** An object as a gateway names it: `__typename`, and the fields of its `@key`. It can hold anything. */
type Representation = unknown

/**
 * The schema with the two fields by which a Federation gateway reads it: `_service`, which tells `printSubgraph`, and
 * `_entities`, which is `nodes` under another name. All other types are those of the schema itself.
 */
export function toSubgraph(schema: GraphQLSchema): GraphQLSchema {
  const { types, query, ...config } = schema.toConfig()
  if (!query) throw new TypeError('A schema without queries is no subgraph.')
  const fields = { ...query.toConfig().fields, ...subgraphFields(schema) }
  const federated = new GraphQLObjectType({ ...query.toConfig(), fields })
  return new GraphQLSchema({ ...config, query: federated, types: types.filter(type => type !== query) })
}

/** By the subgraph specification, https://www.apollographql.com/docs/graphos/reference/federation/subgraph-spec. */
function subgraphFields(schema: GraphQLSchema) {
  const nodes = schema.getQueryType()?.getFields().nodes
  const Node = schema.getType('Node')
  if (!nodes?.resolve || !isInterfaceType(Node))
    throw new TypeError('A schema without nodes has no entities.')
  const loadNodes = nodes.resolve
  const Any = new GraphQLScalarType({
    name: '_Any',
    description: 'An object as a gateway names it: `__typename`, and the fields of its key.',
  })
  const Entity = new GraphQLUnionType({
    name: '_Entity',
    description: 'Every object that other subgraphs can refer to.',
    types: schema.getPossibleTypes(Node),
    resolveType: (value: EntityOf[EntityKind]) => value.kind,
  })
  const Service = new GraphQLObjectType({
    name: '_Service',
    description: 'This server as a part of a supergraph.',
    fields: { sdl: { type: new GraphQLNonNull(GraphQLString), description: 'What to compose it by.' } },
  })
  const sdl = printSubgraph(schema)
  return {
    _entities: {
      type: new GraphQLNonNull(new GraphQLList(Entity)),
      args: {
        representations: {
          type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(Any))),
          description: 'What names them, as many at most as `nodes` takes ids.',
        },
      },
      description: 'The objects that a gateway names, each in its place; null where there is none.',
      extensions: nodesCost(
        ({ representations }) => representations.map((one: Representation) => idIn(one) ?? ''),
        'representations',
      ),
      resolve: async (root, { representations }, context, info) => {
        const ids: (string | null)[] = representations.map(idIn)
        // The field's own resolver, so that whoever may not ask for nodes may not ask for entities either.
        const found = await loadNodes(root, { ids: ids.filter(id => id !== null) }, context, info)
        const inOrder = (found as unknown[]).values()
        return ids.map(id => (id === null ? null : inOrder.next().value))
      },
    },
    _service: {
      type: new GraphQLNonNull(Service),
      description: 'This server as a part of a supergraph.',
      resolve: () => ({ sdl }),
    },
  } satisfies ConstructorParameters<typeof GraphQLObjectType>[0]['fields']
}

/** The id in a representation, or null where it names nothing that can be here: then there is no such object. */
function idIn(representation: Representation): string | null {
  const { __typename, id } = (representation ?? {}) as Readonly<Record<string, unknown>>
  if (typeof id !== 'string') return null
  try {
    return parseGlobalId(id, 'representations').kind === __typename ? id : null
  } catch (error) {
    if (error instanceof InvalidInputError) return null
    throw error
  }
}
