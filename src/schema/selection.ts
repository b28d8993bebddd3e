import { type GraphQLResolveInfo, isObjectType } from 'graphql'
import { parseResolveInfo, type ResolveTree } from 'graphql-parse-resolve-info'
import { type Detail, moreDetail } from '../domain/entities.ts'
import type { EntityKind } from '../domain/entity-key.ts'

const ENTITIES: ReadonlySet<string> = new Set<EntityKind>([
  'Organization',
  'Directory',
  'DirectoryUser',
  'DirectoryGroup',
])

/**
 * How much the selection below a field needs of the entities of one kind that the field leads to, through connections
 * and payloads, by what their fields declare as `needs`. What is not asked for is then not fetched.
 */
export function neededDetail(info: GraphQLResolveInfo, kind: EntityKind): Detail {
  const type = info.schema.getType(kind)
  const fields = isObjectType(type) ? type.getFields() : {}
  return selectedFields(info, kind)
    .map(name => fields[name]?.extensions.needs ?? 'basic')
    .reduce(moreDetail, 'key')
}

/** Whether the selection below a field asks for that field of the entities of one kind. */
export function isSelected(info: GraphQLResolveInfo, kind: EntityKind, field: string): boolean {
  return selectedFields(info, kind).includes(field)
}

/** Whether a connection is asked for nothing but its count. */
export function isCountOnly(info: GraphQLResolveInfo): boolean {
  const [connection = {}] = Object.values(treeOf(info)?.fieldsByTypeName ?? {})
  const names = Object.values(connection).map(field => field.name)
  return names.length > 0 && names.every(name => name === 'totalCount')
}

/** The names of the fields that are selected on entities of the kind, whatever their aliases and fragments. */
function selectedFields(info: GraphQLResolveInfo, kind: EntityKind): string[] {
  const names: string[] = []
  const descend = (tree: ResolveTree) => {
    for (const [typeName, fields] of Object.entries(tree.fieldsByTypeName)) {
      if (typeName === kind || typeName === 'Node')
        names.push(...Object.values(fields).map(field => field.name))
      else if (!ENTITIES.has(typeName)) Object.values(fields).forEach(descend)
    }
  }
  const tree = treeOf(info)
  if (tree !== null) descend(tree)
  return names
}

/** One parse for all items of a list: they share the nodes of the field. */
const trees = new WeakMap<object, ResolveTree | null>()

function treeOf(info: GraphQLResolveInfo): ResolveTree | null {
  const known = trees.get(info.fieldNodes)
  if (known !== undefined) return known
  const tree = (parseResolveInfo(info) ?? null) as ResolveTree | null
  trees.set(info.fieldNodes, tree)
  return tree
}
