import type { DirectoryEvent } from '../../domain/directory-event.ts'
import { upstreamIdOf } from '../../domain/entity-key.ts'

/**
 * The tags of the kept answers that an event of Scalekit contradicts. Any change of somebody moves lists, which are in
 * the order of the last change; users carry the names of their groups, and the directory the times of both. While a
 * user's directory is not known, it may be any of the organization's.
 */
export function scalekitEventDrops(event: DirectoryEvent): string[] {
  if (event.directoryKey === null) return anywhereIn(event)
  const directory = upstreamIdOf(event.directoryKey)
  switch (event.kind) {
    case 'DIRECTORY_ACTIVATED':
    case 'DIRECTORY_ENABLED':
    case 'DIRECTORY_DISABLED':
    case 'DIRECTORY_DELETED':
      return [directory, ...directoriesOf(event)]
    default:
      return [directory, `within ${directory}`]
  }
}

function anywhereIn(event: DirectoryEvent): string[] {
  const lists = directoriesOf(event)
  if (event.organizationKey === null) return lists
  const organization = upstreamIdOf(event.organizationKey)
  return [...lists, `directory of ${organization}`, `within ${organization}`]
}

/** A directory that was switched on may be one that no list has yet: there is no event of its creation. */
function directoriesOf({ organizationKey }: DirectoryEvent): string[] {
  return organizationKey === null ? [] : [`directories of ${upstreamIdOf(organizationKey)}`]
}
