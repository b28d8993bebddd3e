import type { Find, Found } from '../../domain/directory-provider.ts'
import { type Detail, moreDetail } from '../../domain/entities.ts'
import type { EntityKey, EntityKind } from '../../domain/entity-key.ts'
import { NotFoundError } from '../../domain/provider-error.ts'
import { settle } from '../settle.ts'
import { scalekitIdOf } from './scalekit-ids.ts'

/**
 * Looks many keys up by what they have in common: `findMany` is asked once for each group. One slot for each find;
 * a key that can't be Scalekit's fails alone, and a parent that does not exist has no members.
 */
export async function findGrouped<T>(
  kind: EntityKind,
  finds: readonly Find[],
  groupOf: (key: EntityKey) => EntityKey,
  findMany: (
    group: EntityKey,
    keys: readonly EntityKey[],
    detail: Detail,
  ) => Promise<Map<EntityKey, Found<T>>>,
): Promise<Found<T>[]> {
  const slots = new Map<EntityKey, Found<T>>()
  const groups = new Map<EntityKey, { keys: Set<EntityKey>; detail: Detail }>()
  for (const { key, detail } of finds) {
    const refusal = await settle(async () => scalekitIdOf(kind, key))
    if (refusal instanceof Error) {
      slots.set(key, refusal)
      continue
    }
    const group = groups.get(groupOf(key)) ?? { keys: new Set(), detail }
    groups.set(groupOf(key), { keys: group.keys.add(key), detail: moreDetail(group.detail, detail) })
  }
  const findGroup = async (group: EntityKey, keys: readonly EntityKey[], detail: Detail) => {
    const found = await settle(() => findMany(group, keys, detail))
    for (const key of keys) slots.set(key, found instanceof Error ? found : (found.get(key) ?? null))
  }
  await Promise.all([...groups].map(([group, { keys, detail }]) => findGroup(group, [...keys], detail)))
  return finds.map(({ key }) => toSlot(slots.get(key)))
}

function toSlot<T>(found: Found<T> | undefined): Found<T> {
  return found === undefined || found instanceof NotFoundError ? null : found
}
