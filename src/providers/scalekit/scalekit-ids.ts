import { type EntityKey, type EntityKind, organizationIdOf, upstreamIdOf } from '../../domain/entity-key.ts'
import { InvalidInputError } from '../../domain/provider-error.ts'

/** Lengths are those of the API's own validation rules: 32 for organizations and directories, 36 for members. */
const FORMS: Record<EntityKind, RegExp> = {
  Organization: /^org_[A-Za-z0-9_-]{1,28}$/,
  Directory: /^dir_[A-Za-z0-9_-]{1,28}$/,
  DirectoryUser: /^diruser_[A-Za-z0-9_-]{1,28}$/,
  DirectoryGroup: /^dirgroup_[A-Za-z0-9_-]{1,28}$/,
}

/** Whether this can be the id of such an object at Scalekit. */
export function isScalekitId(kind: EntityKind, id: string): boolean {
  return FORMS[kind].test(id)
}

/** The upstream id in a key. Throws `InvalidInputError` for one that can't be Scalekit's, before it gets into a URL. */
export function scalekitIdOf(kind: EntityKind, key: EntityKey): string {
  const id = upstreamIdOf(key)
  if (!isScalekitId(kind, id) || !isScalekitId('Organization', organizationIdOf(key) ?? '')) {
    throw new InvalidInputError('This is not the form of an id of Scalekit.', 'id', 'scalekit')
  }
  return id
}
