import { type EntityKey, type EntityKind, parseEntityKey } from '../domain/entity-key.ts'
import { InvalidInputError } from '../domain/provider-error.ts'
import { fromBase64Url, toBase64Url } from './base64.ts'

const KINDS: ReadonlySet<string> = new Set<EntityKind>([
  'Organization',
  'Directory',
  'DirectoryUser',
  'DirectoryGroup',
])
const MAX_LENGTH = 512

/** The Relay id of an entity: its type and its key. */
export function toGlobalId(kind: string, key: string): string {
  return toBase64Url(`${kind}:${key}`)
}

const idsOfEntities = new WeakMap<object, string>()

/** The Relay id of an entity, made once: an entity lives as long as the kept answer that it was read from. */
export function globalIdOf(kind: string, entity: { readonly key: EntityKey }): string {
  const known = idsOfEntities.get(entity)
  if (known !== undefined) return known
  const id = toGlobalId(kind, entity.key)
  idsOfEntities.set(entity, id)
  return id
}

/** What a Relay id names. Throws `InvalidInputError`, naming `field`, when it is none of ours. */
export function parseGlobalId(id: string, field: string): { kind: EntityKind; key: EntityKey } {
  const text = id.length <= MAX_LENGTH ? decode(id) : null
  const colon = text?.indexOf(':') ?? -1
  const kind = text?.slice(0, colon) ?? ''
  const key =
    text !== null && KINDS.has(kind) ? parseEntityKey(text.slice(colon + 1), kind as EntityKind) : null
  if (key === null) throw new InvalidInputError(`\`${field}\` is not an id of this API.`, field)
  return { kind: kind as EntityKind, key }
}

/** The key in a Relay id that has to name an entity of one kind. Throws `InvalidInputError` otherwise. */
export function parseGlobalIdOf(wanted: EntityKind, id: string, field: string): EntityKey {
  const { kind, key } = parseGlobalId(id, field)
  if (kind !== wanted)
    throw new InvalidInputError(
      `\`${field}\` is the id of something else; wanted is that of type ${wanted}.`,
      field,
    )
  return key
}

function decode(id: string): string | null {
  try {
    return fromBase64Url(id)
  } catch {
    return null
  }
}
