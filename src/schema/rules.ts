import { isToldOf, isWithinReach } from '../domain/caller.ts'
import type { DirectoryEvent } from '../domain/directory-event.ts'
import type { EntityKey } from '../domain/entity-key.ts'
import type { RequestContext } from '../request/context.ts'

export const READERS = { permission: 'directories:read' } as const

/** The rule of entities: they are for callers who may read, and whose organization's they are. */
export function entityScopes({ key }: { readonly key: EntityKey }, { caller }: RequestContext) {
  return isWithinReach(caller, key) && READERS
}

/** The rule of events: they are for callers who may read, and whose organization they are of. */
export function eventScopes(event: DirectoryEvent, { caller }: RequestContext) {
  return isToldOf(caller, event.organizationKey) && READERS
}
