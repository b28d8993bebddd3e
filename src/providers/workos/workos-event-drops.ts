import type { DirectoryEvent, UserUpdate } from '../../domain/directory-event.ts'
import { upstreamIdOf } from '../../domain/entity-key.ts'

/**
 * The tags of the kept answers that an event of WorkOS contradicts. Whoever comes or goes moves the pages of lists, and
 * the counters in the directory's record. Nothing moves when somebody is changed, since lists are in the order of
 * creation: only answers that hold them are wrong then.
 */
export function workosEventDrops(event: DirectoryEvent): string[] {
  if (event.directoryKey === null) return []
  const directory = upstreamIdOf(event.directoryKey)
  const within = `within ${directory}`
  switch (event.kind) {
    case 'DIRECTORY_ACTIVATED':
    case 'DIRECTORY_ENABLED':
    case 'DIRECTORY_DISABLED':
      return [directory, 'directories']
    case 'DIRECTORY_DELETED':
      return [directory, 'directories', within]
    case 'USER_CREATED':
    case 'USER_DELETED':
    case 'GROUP_CREATED':
    case 'GROUP_DELETED':
      return [directory, within]
    case 'USER_UPDATED':
      return [
        event.userUpstreamId,
        ...(hasChanged(event, 'state') ? [directory] : []),
        ...(hasChanged(event, 'email') || hasChanged(event, 'emails') ? [within] : []),
      ]
    case 'GROUP_UPDATED':
      return [upstreamIdOf(event.groupKey)]
    case 'MEMBER_ADDED':
    case 'MEMBER_REMOVED':
      return [within]
  }
}

/** The directory counts users by their state, and lists are filtered by e-mail address. */
function hasChanged({ changed }: UserUpdate, field: 'state' | 'email' | 'emails'): boolean {
  return changed === null || changed.includes(field)
}
