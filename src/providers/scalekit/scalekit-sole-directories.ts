import { LRUCache } from 'lru-cache'
import type { DirectoryEvent } from '../../domain/directory-event.ts'
import { type EntityKey, organizationKeyOf } from '../../domain/entity-key.ts'
import { createRecentDrops } from '../../upstream/recent-drops.ts'

/** Organizations of which it is remembered. */
const MAX_ORGANIZATIONS = 10_000

/** Which organizations have no more than one directory, as their lists have last shown it. */
export interface SoleDirectories {
  /**
   * An organization's directories are asked for. Gives back how to note the whole list of them when it has come, where
   * null stands for one that can't be read; what happened since it was asked for may not be in it.
   */
  asked(organization: EntityKey): (directories: readonly (EntityKey | null)[]) => void
  /** The only directory of the organization; null where there are others, or where that is not known. */
  of(organization: EntityKey | null): EntityKey | null
  /** Something has happened to a directory, or in it: if it is not the one that was known, it is not the only one. */
  heed(event: DirectoryEvent): void
  /** Events were missed: any organization may have another directory by now. */
  forgetAll(): void
}

/**
 * Events of users name their organization only. Where that has one directory it is theirs; it is remembered for longer
 * than the list itself, which each such event drops.
 */
export function createSoleDirectories(): SoleDirectories {
  const directoryOf = new LRUCache<EntityKey, EntityKey>({ max: MAX_ORGANIZATIONS })
  const drops = createRecentDrops(MAX_ORGANIZATIONS)
  return {
    asked(organization) {
      const askedAt = drops.now()
      return directories => {
        const [only = null, ...others] = directories
        if (only === null || others.length > 0) directoryOf.delete(organization)
        else if (!drops.includes([organization], askedAt)) directoryOf.set(organization, only)
      }
    },
    of: organization => (organization && directoryOf.get(organization)) ?? null,
    heed({ directoryKey }) {
      const organization = directoryKey && organizationKeyOf(directoryKey)
      if (!organization || directoryOf.get(organization) === directoryKey) return
      directoryOf.delete(organization)
      drops.add([organization])
    },
    forgetAll() {
      directoryOf.clear()
      drops.addAll()
    },
  }
}
