import type { GraphQLResolveInfo } from 'graphql'
import type { Detail, EntityOf } from '../domain/entities.ts'
import { type EntityKey, type EntityKind, parseEntityKey, providerOf } from '../domain/entity-key.ts'
import { InvalidInputError, ProviderError, UnavailableError } from '../domain/provider-error.ts'
import { forgetReads, type RequestContext } from '../request/context.ts'
import { neededDetail } from './selection.ts'

/** The entity with that key, or null where there is none, with at least the detail that is asked for. */
export function loadEntity<Kind extends EntityKind>(
  context: RequestContext,
  kind: Kind,
  key: EntityKey,
  detail: Detail,
): Promise<EntityOf[Kind] | null> {
  const { findOrganizations, findDirectories, findUsers, findGroups } = context.loaders
  const loaders = {
    Organization: findOrganizations,
    Directory: findDirectories,
    DirectoryUser: findUsers,
    DirectoryGroup: findGroups,
  }
  return loaders[kind].load({ key, detail }) as Promise<EntityOf[Kind] | null>
}

/**
 * The entity that another one points to. Where the selection needs no more of it than its key, it is answered with
 * no call: that it exists is known from what points to it.
 */
export function resolveEntity<Kind extends EntityKind>(
  context: RequestContext,
  info: GraphQLResolveInfo,
  kind: Kind,
  key: EntityKey | null,
): Promise<EntityOf[Kind] | null> | EntityOf[Kind] | null {
  if (key === null) return null
  const detail = neededDetail(info, kind)
  return detail === 'key' ? referTo(kind, key) : loadEntity(context, kind, key, detail)
}

/**
 * The entity as it is after a write, for a payload that can't be without it. Throws `UnavailableError`, saying that the
 * write was done, when it can't be read.
 */
export async function readBack<Kind extends EntityKind>(
  context: RequestContext,
  info: GraphQLResolveInfo,
  kind: Kind,
  key: EntityKey,
): Promise<EntityOf[Kind]> {
  forgetReads(context)
  try {
    const entity = await resolveEntity(context, info, kind, key)
    if (entity !== null) return entity
    throw new UnavailableError(providerOf(key), 'bad-response')
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    const reason = error instanceof UnavailableError ? error.reason : 'bad-response'
    throw new UnavailableError(
      providerOf(key),
      reason,
      `This was carried out, but could not be read back: ${error.message}`,
    )
  }
}

/** A provider's own id, as a client sends it. Throws `InvalidInputError` for one that could not stand in a key. */
export function parseUpstreamId(id: string, field: string): string {
  if (parseEntityKey(`workos:${id}`, 'Organization') !== null) return id
  throw new InvalidInputError(`\`${field}\` is not the form of an id.`, field)
}

/** An entity of which only the key is known; handed out only where the selection reads nothing else. */
export function referTo<Kind extends EntityKind>(kind: Kind, key: EntityKey): EntityOf[Kind] {
  const reference: Pick<EntityOf[EntityKind], 'kind' | 'key' | 'detail'> = { kind, key, detail: 'key' }
  return reference as EntityOf[Kind]
}
