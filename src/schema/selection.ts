import { hash } from 'node:crypto'
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
  const { tree, details } = selectionOf(info)
  const detail = details.get(kind) ?? detailBelow(tree, info.schema, kind)
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
  return selectedFields(treeOf(info), kind).some(
    field => field.name === connection && !isOnlyCounted(field) && !field.args.after && !field.args.last,
  )
}

/** Whether a connection is asked for nothing but its count. */
export function isCountOnly(info: GraphQLResolveInfo): boolean {
  return selectionOf(info).isCountOnly
}

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

/** What is selected below a field, and what has been found out about that. */
interface Selection {
  readonly tree: ResolveTree | null
  readonly isCountOnly: boolean
  readonly details: Map<EntityKind, Detail>
}

/** Found once for all items of a list: they share the nodes of the field. */
const selections = new WeakMap<object, Selection>()

/** Found once for equal operations as well, as long as their document is kept: by a field's node and `sharedKeyOf`. */
const sharedSelections = new WeakMap<FieldNode, Map<string, Selection>>()

/** Of one field: clients send a document again and again, most of them with few different variables. */
const MAX_SHARED = 20

/** What is selected below a field. */
export function treeOf(info: GraphQLResolveInfo): ResolveTree | null {
  return selectionOf(info).tree
}

function selectionOf(info: GraphQLResolveInfo): Selection {
  const known = selections.get(info.fieldNodes)
  if (known !== undefined) return known
  const selection = sharedSelectionOf(info)
  selections.set(info.fieldNodes, selection)
  return selection
}

function sharedSelectionOf(info: GraphQLResolveInfo): Selection {
  const [node, ...others] = info.fieldNodes
  // What is put together of several places in the document is no single one's.
  if (node === undefined || others.length > 0) return toSelection(info)
  const shared = sharedSelections.get(node) ?? new Map<string, Selection>()
  sharedSelections.set(node, shared)
  const key = sharedKeyOf(info)
  const selection = shared.get(key) ?? toSelection(info)
  if (shared.size === MAX_SHARED) shared.clear()
  shared.set(key, selection)
  return selection
}

function toSelection(info: GraphQLResolveInfo): Selection {
  const tree = (parseResolveInfo(info) ?? null) as ResolveTree | null
  return { tree, isCountOnly: tree !== null && isOnlyCounted(tree), details: new Map() }
}

const variableHashes = new WeakMap<object, string>()

/** What the selection below a node depends on besides the document: a hash, since variables can hold an e-mail address. */
function sharedKeyOf({ parentType, variableValues }: GraphQLResolveInfo): string {
  const known = variableHashes.get(variableValues)
  const variables = known ?? hash('sha256', JSON.stringify(variableValues), 'base64url')
  if (known === undefined) variableHashes.set(variableValues, variables)
  return `${parentType.name} ${variables}`
}
