import type { Announcements } from './announcements.ts'
import type { SandboxData } from './sandbox-data.ts'
import { createScalekitSyncedDirectory } from './scalekit-synced-directory.ts'
import type { SyncedDirectory } from './synced-directory.ts'
import { createWorkosSyncedDirectory } from './workos-synced-directory.ts'

/** How many directories of each provider change by themselves: those that are listed first. */
const changing = 6

/** The directories that are written to by identity providers. */
export interface ChangingDirectories {
  /** Those that change by themselves: the first of each provider, then the second ones, and so on. */
  list(): SyncedDirectory[]
  /** Any directory. Throws for an id that is none's. */
  find(id: string): SyncedDirectory
}

/** `isOff` says which directories of Scalekit are switched off for a while only; the others that are off stay so. */
export function createChangingDirectories(
  { workos, scalekit }: SandboxData,
  announcements: Announcements,
  isOff: (id: string) => boolean,
): ChangingDirectories {
  return {
    list() {
      const ofWorkos = workos.directories
        .toReversed()
        .filter(({ state }) => state === 'linked' || state === 'validating')
        .slice(0, changing)
        .map(directory => createWorkosSyncedDirectory(workos, directory, announcements))
      const ofScalekit = scalekit.directories
        .filter(({ id, enabled }) => enabled || isOff(id))
        .slice(0, changing)
        .map(directory => createScalekitSyncedDirectory(scalekit, directory, announcements))
      return Array.from({ length: changing }, (_, place) => [ofWorkos[place], ofScalekit[place]])
        .flat()
        .filter(directory => directory !== undefined)
    },
    find(id) {
      const atWorkos = workos.directories.find(directory => directory.id === id)
      if (atWorkos) return createWorkosSyncedDirectory(workos, atWorkos, announcements)
      const atScalekit = scalekit.directories.find(directory => directory.id === id)
      if (atScalekit) return createScalekitSyncedDirectory(scalekit, atScalekit, announcements)
      throw new Error(`the sandbox has no directory ${id}`)
    },
  }
}
