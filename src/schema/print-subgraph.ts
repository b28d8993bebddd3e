import {
  type ConstDirectiveNode,
  type GraphQLSchema,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  printSchema,
  visit,
} from 'graphql'

/** The lowest version that has these, since a composer has to know the version that it is told. */
const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@shareable"])`

/** Of GraphQL's own directives the one that Apollo's composition does not know. */
const ONE_OF = 'directive @oneOf on INPUT_OBJECT'

/** Every Relay server has these, and answers them for its own ids alone: a gateway can not tell whom to ask. */
const NOT_COMPOSED: ReadonlySet<string> = new Set(['node', 'nodes'])

const KEY = directive('@key(fields: "id")')
const SHAREABLE = directive('@shareable')

/** The schema as a Federation 2 subgraph, in SDL: what is a `Node` can be referred to by its id. */
export function printSubgraph(schema: GraphQLSchema): string {
  const queryName = schema.getQueryType()?.name
  const document = visit(parse(printSchema(schema)), {
    ObjectTypeDefinition(type) {
      if (type.name.value === queryName) return withoutNodeFields(type)
      if (type.interfaces?.some(({ name }) => name.value === 'Node')) return withDirective(type, KEY)
      // The one object type that Relay prescribes to the letter, so that all of its servers have the same.
      return type.name.value === 'PageInfo' ? withDirective(type, SHAREABLE) : undefined
    },
  })
  return [LINK, ONE_OF, print(document)].join('\n\n')
}

function withoutNodeFields(type: ObjectTypeDefinitionNode): ObjectTypeDefinitionNode {
  return { ...type, fields: (type.fields ?? []).filter(({ name }) => !NOT_COMPOSED.has(name.value)) }
}

function withDirective(type: ObjectTypeDefinitionNode, added: ConstDirectiveNode): ObjectTypeDefinitionNode {
  return { ...type, directives: [...(type.directives ?? []), added] }
}

function directive(text: string): ConstDirectiveNode {
  const [definition] = parse(`scalar Any ${text}`, { noLocation: true }).definitions
  if (definition?.kind !== Kind.SCALAR_TYPE_DEFINITION || !definition.directives?.[0])
    throw new TypeError(text)
  return definition.directives[0]
}
