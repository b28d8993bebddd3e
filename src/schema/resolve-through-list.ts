import type { GraphQLResolveInfo } from 'graphql'
import type { ResolveTree } from 'graphql-parse-resolve-info'
import type { EntityOf } from '../domain/entities.ts'
import {
  directoryKeyOf,
  type EntityKey,
  type EntityKind,
  isWithin,
  organizationIdOf,
} from '../domain/entity-key.ts'
import { nodesOf, type Page } from '../domain/page.ts'
import { InvalidInputError, NotFoundError } from '../domain/provider-error.ts'
import { toPageRequest } from '../relay/page-request.ts'
import type { RequestContext } from '../request/context.ts'
import { loadEntity, referTo } from './resolve-entity.ts'
import { detailBelow, fieldsOf, isOnlyCounted, neededDetail, selectedFields, treeOf } from './selection.ts'

type Entity = EntityOf[EntityKind]

/**
 * The entity that a client names by its key, or null where there is none. Where the selection needs no more of it than
 * its key and asks for a page of a list below it, that page is asked for first: it is needed anyway, and what is on it
 * shows that the entity is there. A page that shows nothing costs the look-up that would have come before it.
 */
export async function resolveThroughList<Kind extends EntityKind>(
  context: RequestContext,
  info: GraphQLResolveInfo,
  kind: Kind,
  key: EntityKey,
): Promise<EntityOf[Kind] | null> {
  const detail = neededDetail(info, kind)
  const ask = detail === 'key' ? pageBelow(context, info, kind, key) : null
  if (ask === null) return loadEntity(context, kind, key, detail)
  try {
    const items = await ask.load()
    if (items.some(item => showsParent(item, key))) return referTo(kind, key)
  } catch (error) {
    // Whatever else went wrong is told by the field below, which gets the same answer.
    if (error instanceof NotFoundError && ask.isPlain) return null
  }
  return loadEntity(context, kind, key, detail)
}

interface PageAsk {
  /** Whether nothing but the list itself can be what is not found: neither what it is filtered by nor its cursor. */
  readonly isPlain: boolean
  /** Asks the very same of the loader as the field below will, so that both are one. */
  load(): Promise<readonly Entity[]>
}

/** A page that the selection asks of a list below the entity; null where none could show that the entity is there. */
function pageBelow(
  context: RequestContext,
  info: GraphQLResolveInfo,
  kind: EntityKind,
  key: EntityKey,
): PageAsk | null {
  const tree = treeOf(info)
  // A key without an organization claims what no item tells.
  if (tree === null || organizationIdOf(key) === null) return null
  // The groups of many users are planned by the sizes in their directory's record, which is then worth its call.
  if (kind === 'Directory' && hasGroupsOfUsers(tree)) return null
  const fields = fieldsOf(info.schema, kind)
  const asks = selectedFields(tree, kind).flatMap(field => {
    const list = fields[field.name]?.extensions.list
    if (list === undefined || isOnlyCounted(field)) return []
    try {
      const source = list(referTo(kind, key) as never, field.args as never, context)
      const request = toPageRequest(field.args, source.listId)
      const detail = detailBelow(field, info.schema, source.kind)
      const place = JSON.stringify([source.listId, request])
      const isPlain = !source.isFiltered && request.cursor === null
      return [{ place, isPlain, load: () => source.load(request, detail) as Promise<Page<Entity>> }]
    } catch (error) {
      // A bad argument is its own field's error.
      if (error instanceof InvalidInputError) return []
      throw error
    }
  })
  const chosen = asks.find(({ isPlain }) => isPlain) ?? asks[0]
  if (chosen === undefined) return null
  // Asks of one page that differ only in detail are one call when they are made together.
  const same = asks.filter(({ place }) => place === chosen.place)
  return {
    isPlain: chosen.isPlain,
    load: async () => (await Promise.all(same.map(async ({ load }) => load()))).flatMap(nodesOf),
  }
}

/**
 * Whether there is what the item was listed below. It is in the organization or directory of the key, by the word of
 * its record or of the path that it was asked under; and members of a group are in the group's directory.
 */
function showsParent(item: Entity, key: EntityKey): boolean {
  return item.isPlaceAssumed !== true && isWithin(item.key, directoryKeyOf(key))
}

function hasGroupsOfUsers(tree: ResolveTree): boolean {
  return Object.entries(tree.fieldsByTypeName).some(([type, fields]) =>
    Object.values(fields).some(
      field => (type === 'DirectoryUser' && field.name === 'groups') || hasGroupsOfUsers(field),
    ),
  )
}
