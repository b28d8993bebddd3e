import type { Announcements } from './announcements.ts'
import type { Routes } from './router.ts'
import type { SandboxData } from './sandbox-data.ts'
import { toWorkosAnswer, toWorkosError } from './workos-answers.ts'
import { toDeletedEventData } from './workos-event-data.ts'
import { findDirectory } from './workos-lookups.ts'
import { toWorkosPage } from './workos-paging.ts'
import type { WorkosDirectory } from './workos-records.ts'

function startDeletion(
  { workos }: SandboxData,
  directory: WorkosDirectory,
  deletionDelayMs: number,
  announcements: Announcements,
): void {
  if (workos.deletions.has(directory.id)) return
  // One event for the directory and none for its users and groups.
  announcements.workos('dsync.deleted', toDeletedEventData(directory))
  directory.state = 'deleting'
  directory.updated_at = new Date().toISOString()
  workos.deletions.set(directory.id, Date.now() + deletionDelayMs)
}

/** Takes away what was deleted long enough ago; upstream does this by itself, here each request does. */
export function carryOutDeletions({ workos }: SandboxData): void {
  for (const [directoryId, dueAt] of workos.deletions) {
    if (Date.now() < dueAt) continue
    workos.deletions.delete(directoryId)
    workos.rosters.delete(directoryId)
    const index = workos.directories.findIndex(({ id }) => id === directoryId)
    if (index !== -1) workos.directories.splice(index, 1)
  }
}

/** The routes under /directories. */
export function createWorkosDirectoryRoutes(
  data: SandboxData,
  deletionDelayMs: number,
  announcements: Announcements,
): Routes {
  const { workos, quirks } = data
  return {
    'GET /directories': ({ search }) => {
      const organizationId = search.get('organization_id')
      const name = search.get('search')?.toLowerCase()
      const domain = search.get('domain')
      const matching = workos.directories.filter(
        directory =>
          (!organizationId || directory.organization_id === organizationId) &&
          (!domain || directory.domain === domain) &&
          (!name || directory.name.toLowerCase().includes(name)),
      )
      return toWorkosAnswer(200, toWorkosPage(matching, search, quirks))
    },
    'GET /directories/{id}': (_, id) => toWorkosAnswer(200, findDirectory(data, id)),
    'DELETE /directories/{id}': (_, id) => {
      const directory = workos.directories.find(candidate => candidate.id === id)
      if (!directory) return toWorkosError(404)
      startDeletion(data, directory, deletionDelayMs, announcements)
      const { headers } = toWorkosAnswer(202, '')
      return { status: 202, headers: { ...headers, 'content-type': 'text/plain' }, body: 'Accepted' }
    },
  }
}
