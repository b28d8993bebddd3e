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
  switch (event.kind) {
    case 'DIRECTORY_ACTIVATED':
    case 'DIRECTORY_ENABLED':
    case 'DIRECTORY_DISABLED':
      return [directory, ...listsWith(event)]
    case 'DIRECTORY_DELETED':
      return [directory, ...listsWith(event), `within ${directory}`]
    case 'USER_CREATED':
      return [directory, `users of ${directory}`, `users by e-mail of ${directory}`]
    case 'USER_DELETED':
      return [
        directory,
        event.userUpstreamId,
        `users of ${directory}`,
        `users by e-mail of ${directory}`,
        `members within ${directory}`,
        `groups of ${event.userUpstreamId}`,
      ]
    case 'USER_UPDATED':
      return [
        event.userUpstreamId,
        ...(hasChanged(event, 'state') ? [directory] : []),
        ...(hasChanged(event, 'email') || hasChanged(event, 'emails')
          ? [`users by e-mail of ${directory}`]
          : []),
      ]
    case 'GROUP_CREATED':
      return [directory, `groups of ${directory}`]
    case 'GROUP_UPDATED':
      return [upstreamIdOf(event.groupKey)]
    case 'GROUP_DELETED': {
      const group = upstreamIdOf(event.groupKey)
      return [
        directory,
        group,
        `groups of ${directory}`,
        `users of ${group}`,
        `memberships within ${directory}`,
      ]
    }
    case 'MEMBER_ADDED':
    case 'MEMBER_REMOVED':
      return [`users of ${upstreamIdOf(event.groupKey)}`, `groups of ${event.userUpstreamId}`]
  }
}

/** Records of old do not name their organization: then the directory may be in any organization's list. */
function listsWith({ organizationKey }: DirectoryEvent): string[] {
  const its =
    organizationKey === null
      ? 'directories of an organization'
      : `directories of ${upstreamIdOf(organizationKey)}`
  return ['directories', its]
}

/** The directory counts users by their state, and lists are filtered by e-mail address. */
function hasChanged({ changed }: UserUpdate, field: 'state' | 'email' | 'emails'): boolean {
  return changed === null || changed.includes(field)
}
