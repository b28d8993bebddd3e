import type { GraphQLResolveInfo } from 'graphql'
import { type EntityOf, suffices } from '../domain/entities.ts'
import { type EntityKey, type EntityKind, organizationIdOf, toAnyOrganization } from '../domain/entity-key.ts'
import type { RequestContext } from '../request/context.ts'
import { loadEntity, resolveEntity } from './resolve-entity.ts'
import { neededDetail } from './selection.ts'

/** What an event says of an entity. */
interface Told<Kind extends EntityKind> {
  /** Null where the event does not tell enough to name it. */
  readonly key: EntityKey | null
  /** The entity as the event has it; null where it has too little. */
  readonly told: EntityOf[Kind] | null
  /** Whether it was deleted, so that nobody else can tell of it. */
  readonly isGone: boolean
}

/**
 * An entity that an event is about: as the event has it where that is enough, else as the provider has it now. What an
 * event of old names without its organization is looked up, since its true key is known to the provider alone.
 */
export async function resolveOfEvent<Kind extends EntityKind>(
  context: RequestContext,
  info: GraphQLResolveInfo,
  kind: Kind,
  { key, told, isGone }: Told<Kind>,
): Promise<EntityOf[Kind] | null> {
  const needed = neededDetail(info, kind)
  if (!isGone && key !== null && organizationIdOf(key) === null) {
    return (await loadEntity(context, kind, toAnyOrganization(key), needed)) ?? told
  }
  if (told !== null && (isGone || suffices(told.detail, needed))) return told
  // Of what is gone the key alone can be told, and asking would be in vain.
  if (isGone && needed !== 'key') return null
  return (await resolveEntity(context, info, kind, key)) ?? told
}
