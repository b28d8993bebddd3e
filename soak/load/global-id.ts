import type { DirectoryState } from '../sandbox/directory-state.ts'

/** The global id of an object: base64url of its type and its path from the provider down. */
export function toGlobalId(type: string, ...path: readonly string[]): string {
  return Buffer.from(`${type}:${path.join(':')}`).toString('base64url')
}

export function directoryIdOf(
  state: Pick<DirectoryState, 'provider' | 'organizationId' | 'directoryId'>,
): string {
  return toGlobalId('Directory', state.provider, state.organizationId, state.directoryId)
}

/** The id of a user or a group of a directory. */
export function memberIdOf(
  type: 'DirectoryUser' | 'DirectoryGroup',
  state: DirectoryState,
  id: string,
): string {
  return toGlobalId(type, state.provider, state.organizationId, state.directoryId, id)
}
