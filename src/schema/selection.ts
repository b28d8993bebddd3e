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
  const { details } = selectionOf(info)
  const detail = details.get(kind) ?? findDetail(info, kind)
  details.set(kind, detail)
  return detail
}

function findDetail(info: GraphQLResolveInfo, kind: EntityKind): Detail {
  const type = info.schema.getType(kind)
  const fields = isObjectType(type) ? type.getFields() : {}
  return selectedFields(info, kind)
    .map(field => {
      const needs = fields[field.name]?.extensions.needs ?? 'basic'
      return typeof needs === 'function' ? needs(field) : needs
    })
    .reduce(moreDetail, 'key')
}

/** A connection whose count stands in the parent's record: all else of it is read by the parent's key. */
export const needsForCount = {
  needs: (connection: ResolveTree): Detail => (namesIn(connection).includes('totalCount') ? 'basic' : 'key'),
} as const

/** Whether the selection below a field asks for the first page of that connection of the entities of one kind. */
export function isFirstPageSelected(info: GraphQLResolveInfo, kind: EntityKind, connection: string): boolean {
  return selectedFields(info, kind).some(
    field => field.name === connection && !isOnlyCounted(field) && !field.args.after && !field.args.last,
  )
}

/** Whether a connection is asked for nothing but its count. */
export function isCountOnly(info: GraphQLResolveInfo): boolean {
  return selectionOf(info).isCountOnly
}

function isOnlyCounted(connection: ResolveTree): boolean {
  const names = namesIn(connection)
  return names.length > 0 && names.every(name => name === 'totalCount')
}

/** The names of what is selected of a connection, which is of one type. */
function namesIn(connection: ResolveTree): string[] {
  const [fields = {}] = Object.values(connection.fieldsByTypeName)
  return Object.values(fields).map(field => field.name)
}

/** The fields that are selected on entities of the kind, whatever their aliases and fragments. */
function selectedFields(info: GraphQLResolveInfo, kind: EntityKind): ResolveTree[] {
  const selected: ResolveTree[] = []
  const descend = (tree: ResolveTree) => {
    for (const [typeName, fields] of Object.entries(tree.fieldsByTypeName)) {
      if (typeName === kind || typeName === 'Node') selected.push(...Object.values(fields))
      else if (!ENTITIES.has(typeName)) Object.values(fields).forEach(descend)
    }
  }
  const { tree } = selectionOf(info)
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

function selectionOf(info: GraphQLResolveInfo): Selection {
  const known = selections.get(info.fieldNodes)
  if (known !== undefined) return known
  const tree = (parseResolveInfo(info) ?? null) as ResolveTree | null
  const selection = { tree, isCountOnly: tree !== null && isOnlyCounted(tree), details: new Map() }
  selections.set(info.fieldNodes, selection)
  return selection
}
