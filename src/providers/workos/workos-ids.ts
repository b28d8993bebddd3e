import type { EntityKey, EntityKind } from '../../domain/entity-key.ts'
import { organizationIdOf, upstreamIdOf } from '../../domain/entity-key.ts'
import { InvalidInputError } from '../../domain/provider-error.ts'

/** `<prefix>_<ULID>`; the short prefixes are those of the vendor's older samples and of its emulator. */
const FORMS: Record<EntityKind, RegExp> = {
  Organization: /^org_[A-Za-z0-9_-]{1,50}$/,
  Directory: /^directory_(?!user_|usr_|group_|grp_)[A-Za-z0-9_-]{1,50}$/,
  DirectoryUser: /^directory_(user|usr)_[A-Za-z0-9_-]{1,45}$/,
  DirectoryGroup: /^directory_(group|grp)_[A-Za-z0-9_-]{1,45}$/,
}

/** Whether this can be the id of such an object at WorkOS. */
export function isWorkosId(kind: EntityKind, id: string): boolean {
  return FORMS[kind].test(id)
}

/** The upstream id in a key. Throws `InvalidInputError` for one that can't be WorkOS's, before it gets into a URL. */
export function workosIdOf(kind: EntityKind, key: EntityKey): string {
  const id = upstreamIdOf(key)
  const organization = organizationIdOf(key)
  if (!isWorkosId(kind, id) || (organization !== null && !isWorkosId('Organization', organization))) {
    throw new InvalidInputError('This is not the form of an id of WorkOS.', 'id', 'workos')
  }
  return id
}
