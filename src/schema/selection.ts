import {
  type FieldNode,
  type GraphQLFieldMap,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
} from 'graphql'
import { parseResolveInfo, type ResolveTree } from 'graphql-parse-resolve-info'
import { type Detail, moreDetail } from '../domain/entities.ts'
import type { EntityKind } from '../domain/entity-key.ts'
import type { RequestContext } from '../request/context.ts'

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
  const { details } = factsOf(info)
  const detail = details.get(kind) ?? detailBelow(treeOf(info), info.schema, kind)
  details.set(kind, detail)
  return detail
}

/** The same for a field that is further down. */
export function detailBelow(tree: ResolveTree | null, schema: GraphQLSchema, kind: EntityKind): Detail {
  const fields = fieldsOf(schema, kind)
  return selectedFields(tree, kind)
    .map(field => {
      const needs = fields[field.name]?.extensions.needs ?? 'basic'
      return typeof needs === 'function' ? needs(field) : needs
    })
    .reduce(moreDetail, 'key')
}

/** The fields of an entity's type, by name. */
export function fieldsOf(schema: GraphQLSchema, kind: EntityKind): GraphQLFieldMap<unknown, RequestContext> {
  const type = schema.getType(kind)
  return isObjectType(type) ? type.getFields() : {}
}

/** A connection whose count stands in the parent's record: all else of it is read by the parent's key. */
export const needsForCount = {
  needs: (connection: ResolveTree): Detail => (namesIn(connection).includes('totalCount') ? 'basic' : 'key'),
} as const

/** Whether the selection below a field asks for the first page of that connection of the entities of one kind. */
export function isFirstPageSelected(info: GraphQLResolveInfo, kind: EntityKind, connection: string): boolean {
  const { firstPages } = factsOf(info)
  const place = `${kind}.${connection}`
  const isSelected = firstPages.get(place) ?? isFirstPageBelow(treeOf(info), kind, connection)
  firstPages.set(place, isSelected)
  return isSelected
}

/** The place of a cursor and the size from the end count here by nothing but whether they are given. */
function isFirstPageBelow(tree: ResolveTree | null, kind: EntityKind, connection: string): boolean {
  return selectedFields(tree, kind).some(
    field => field.name === connection && !isOnlyCounted(field) && !field.args.after && !field.args.last,
  )
}

/** Whether a connection is asked for nothing but its count. */
export function isCountOnly(info: GraphQLResolveInfo): boolean {
  const facts = factsOf(info)
  facts.isCountOnly ??= isCounted(treeOf(info))
  return facts.isCountOnly
}

const isCounted = (tree: ResolveTree | null) => tree !== null && isOnlyCounted(tree)

/** The same for a connection that is further down. */
export function isOnlyCounted(connection: ResolveTree): boolean {
  const names = namesIn(connection)
  return names.length > 0 && names.every(name => name === 'totalCount')
}

/** The names of what is selected of a connection, which is of one type. */
function namesIn(connection: ResolveTree): string[] {
  const [fields = {}] = Object.values(connection.fieldsByTypeName)
  return Object.values(fields).map(field => field.name)
}

/** The fields that are selected on entities of the kind, whatever their aliases and fragments. */
export function selectedFields(tree: ResolveTree | null, kind: EntityKind): ResolveTree[] {
  const selected: ResolveTree[] = []
  const descend = (tree: ResolveTree) => {
    for (const [typeName, fields] of Object.entries(tree.fieldsByTypeName)) {
      if (typeName === kind || typeName === 'Node') selected.push(...Object.values(fields))
      else if (!ENTITIES.has(typeName)) Object.values(fields).forEach(descend)
    }
  }
  if (tree !== null) descend(tree)
  return selected
}

/** What has been found out about the selection below a field. It holds nothing of what variables hold. */
interface Facts {
  isCountOnly: boolean | null
  readonly details: Map<EntityKind, Detail>
  readonly firstPages: Map<string, boolean>
}

const noFacts = (): Facts => ({ isCountOnly: null, details: new Map(), firstPages: new Map() })

/** Found once for all items of a list: they share the nodes of the field. */
const trees = new WeakMap<object, ResolveTree | null>()
const factsOfNodes = new WeakMap<object, Facts>()

/** Found once for equal operations as well, as long as their document is kept. */
const sharedFacts = new WeakMap<FieldNode, Map<string, Facts>>()

/** Of one field: so many ways of including and skipping what is below it. */
const MAX_SHARED = 20

/** What is selected below a field. */
export function treeOf(info: GraphQLResolveInfo): ResolveTree | null {
  const known = trees.get(info.fieldNodes)
  if (known !== undefined) return known
  const tree = (parseResolveInfo(info) ?? null) as ResolveTree | null
  trees.set(info.fieldNodes, tree)
  return tree
}

function factsOf(info: GraphQLResolveInfo): Facts {
  const known = factsOfNodes.get(info.fieldNodes)
  if (known !== undefined) return known
  const facts = sharedFactsOf(info)
  factsOfNodes.set(info.fieldNodes, facts)
  return facts
}

function sharedFactsOf(info: GraphQLResolveInfo): Facts {
  const [node, ...others] = info.fieldNodes
  // What is put together of several places in the document is no single one's.
  if (node === undefined || others.length > 0) return noFacts()
  const shared = sharedFacts.get(node) ?? new Map<string, Facts>()
  sharedFacts.set(node, shared)
  const key = sharedKeyOf(info)
  const known = shared.get(key)
  if (known !== undefined) return known
  if (shared.size === MAX_SHARED) shared.clear()
  const facts = noFacts()
  shared.set(key, facts)
  return facts
}

/**
 * What the facts depend on besides the document: which variables are given and neither false, 0 nor empty. `@include` and `@skip` take
 * nothing but Booleans, and of all others no fact looks at the value.
 */
function sharedKeyOf({ parentType, variableValues }: GraphQLResolveInfo): string {
  const given = Object.keys(variableValues).filter(name => variableValues[name])
  return [parentType.name, ...given].join(' ')
}
