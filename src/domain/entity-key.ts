/** The two providers, by the name they carry in keys, cursors, logs and metrics. */
export const PROVIDER_NAMES = ['workos', 'scalekit'] as const
export type ProviderName = (typeof PROVIDER_NAMES)[number]

/**
 * How everything above the adapters names an entity: the provider and the path to it, joined by colons.
 * `workos:<organization>`, `workos:<organization>:<directory>`, `workos:<organization>:<directory>:<user or group>`,
 * likewise for Scalekit. The organization is part of every key, so that a caller's right to an entity is
 * decided before any call is made for it.
 */
export type EntityKey = string & { readonly __brand: 'EntityKey' }

/** The kinds of entity; the words are the GraphQL type names. */
export type EntityKind = 'Organization' | 'Directory' | 'DirectoryUser' | 'DirectoryGroup'

/** Stands where a directory has no organization: WorkOS allows that for directories of old. */
const NO_ORGANIZATION = '-'

/** Stands where the organization is not known yet; `parseEntityKey` refuses it, so no client can send it. */
const ANY_ORGANIZATION = '*'

const PROVIDERS: ReadonlySet<string> = new Set(PROVIDER_NAMES)
const SEGMENT = /^[A-Za-z0-9_-]{1,64}$/
const SEGMENTS: Record<EntityKind, number> = {
  Organization: 1,
  Directory: 2,
  DirectoryUser: 3,
  DirectoryGroup: 3,
}

/** The key of an organization by the provider's own id. */
export function organizationKey(provider: ProviderName, upstreamId: string): EntityKey {
  return `${provider}:${upstreamId}` as EntityKey
}

/** The key of a directory; `organization` is null for one that belongs to none. */
export function directoryKey(
  provider: ProviderName,
  organization: string | null,
  upstreamId: string,
): EntityKey {
  return `${provider}:${organization ?? NO_ORGANIZATION}:${upstreamId}` as EntityKey
}

/** The key to look a directory up by the provider's id alone, whatever its organization turns out to be. */
export function directoryKeyInAnyOrganization(provider: ProviderName, upstreamId: string): EntityKey {
  return `${provider}:${ANY_ORGANIZATION}:${upstreamId}` as EntityKey
}

/** The same path in whichever organization it turns out to be. */
export function toAnyOrganization(key: EntityKey): EntityKey {
  const [provider, , ...path] = key.split(':')
  return [provider, ANY_ORGANIZATION, ...path].join(':') as EntityKey
}

/** The key of a user or a group of a directory. */
export function memberKey(directory: EntityKey, upstreamId: string): EntityKey {
  return `${directory}:${upstreamId}` as EntityKey
}

/** The provider that issued the key. */
export function providerOf(key: EntityKey): ProviderName {
  return key.slice(0, key.indexOf(':')) as ProviderName
}

/** The provider's own id of the entity that the key names. */
export function upstreamIdOf(key: EntityKey): string {
  return key.slice(key.lastIndexOf(':') + 1)
}

/** The provider's id of the organization in the key; null where there is none or it is not known. */
export function organizationIdOf(key: EntityKey): string | null {
  const organization = organizationIn(key)
  return organization === NO_ORGANIZATION || organization === ANY_ORGANIZATION ? null : organization
}

function organizationIn(key: EntityKey): string {
  const start = key.indexOf(':') + 1
  const end = key.indexOf(':', start)
  return end === -1 ? key.slice(start) : key.slice(start, end)
}

/** The key of the organization that the entity belongs to; null where there is none or it is not known. */
export function organizationKeyOf(key: EntityKey): EntityKey | null {
  const organization = organizationIdOf(key)
  return organization === null ? null : organizationKey(providerOf(key), organization)
}

/** The key of the directory that the user or group belongs to; a directory's own key for a directory. */
export function directoryKeyOf(key: EntityKey): EntityKey {
  const directoryAt = key.indexOf(':', key.indexOf(':') + 1) + 1
  const end = directoryAt === 0 ? -1 : key.indexOf(':', directoryAt)
  return end === -1 ? key : (key.slice(0, end) as EntityKey)
}

/** The provider's id of the directory in the key of a directory, user or group. */
export function directoryIdOf(key: EntityKey): string {
  return upstreamIdOf(directoryKeyOf(key))
}

/** Whether the key leaves open which organization its object belongs to. */
export function isInAnyOrganization(key: EntityKey): boolean {
  return organizationIn(key) === ANY_ORGANIZATION
}

/** Whether the one entity lies below the other, which is an organization or a directory. */
export function isWithin(key: EntityKey, parent: EntityKey): boolean {
  return key.startsWith(`${parent}:`)
}

/** Whether what was found under `asked` may be answered for it: the same key, or one that left the organization open. */
export function answersTo(asked: EntityKey, found: EntityKey): boolean {
  if (asked === found) return true
  return isInAnyOrganization(asked) && upstreamIdOf(asked) === upstreamIdOf(found)
}

/** Reads a key that a client sent; null when it has not the form of a key of that kind. */
export function parseEntityKey(text: string, kind: EntityKind): EntityKey | null {
  const [provider, ...path] = text.split(':')
  if (provider === undefined || !PROVIDERS.has(provider)) return null
  if (path.length !== SEGMENTS[kind] || !path.every(segment => SEGMENT.test(segment))) return null
  return text as EntityKey
}
