import type { Announcements, SandboxEvent } from './announcements.ts'
import { createChangeDraw } from './change-draw.ts'
import { makeChange, type SandboxChangeKind, sandboxChangeKinds } from './change-kinds.ts'
import { createChangingDirectories } from './changing-directories.ts'
import type { SandboxData } from './sandbox-data.ts'
import type { SyncedDirectory } from './synced-directory.ts'

/** How a sandbox changes by itself; everything has a default. */
export interface ChangeSettings {
  /** Between two changes, in milliseconds; default 3000. Null: only when it is told to. */
  intervalMs?: number | null
  /** The same seed makes the same changes; default 1. */
  seed?: number
}

/** Something that happened in the sandbox without anybody asking through its APIs. */
export interface SandboxChange {
  kind: SandboxChangeKind
  provider: 'workos' | 'scalekit'
  organizationId: string
  directoryId: string
  /** Null where it is not about somebody. */
  userId: string | null
  /** Null where it is not about one group. */
  groupId: string | null
  /** What the provider tells of it, in order. */
  events: readonly SandboxEvent[]
}

/** How likely a kind is; 1 where nothing is said. */
const weights: Readonly<Partial<Record<SandboxChangeKind, number>>> = {
  'user-created': 3,
  'user-retitled': 3,
  'user-deleted': 2,
  'member-added': 3,
  'member-removed': 2,
  'directory-disabled': 0.5,
}

/**
 * Makes changes in the data. What it gives back changes something at once: of that kind, in that directory, or what
 * comes by chance; null where nothing can be changed so.
 */
export function createChanges(data: SandboxData, announcements: Announcements, seed: number) {
  const knownIds = new Set(Object.values(data.known).flatMap(ids => ids ?? []))
  const draw = createChangeDraw(seed, knownIds)
  const sizesAtFirst = new Map<string, { users: number; groups: number }>()
  let offId: string | null = null
  let made = 0
  const directories = createChangingDirectories(data, announcements, id => id === offId)

  /** Every directory has its turn at first; later those listed first have it more often. */
  function drawDirectories(): SyncedDirectory[] {
    const listed = directories.list()
    const next = listed[made]
    const drawn = draw.shuffled(listed, (_, place) => 1 / (place + 3))
    return next ? [next, ...drawn.filter(({ id }) => id !== next.id)] : drawn
  }

  /** Kinds that may happen there by chance: nothing grows for ever, nor vanishes. */
  function drawKinds(directory: SyncedDirectory): SandboxChangeKind[] {
    const sizes = directory.sizes()
    const first = sizesAtFirst.get(directory.id) ?? sizes
    sizesAtFirst.set(directory.id, first)
    const isRefused: Partial<Record<SandboxChangeKind, boolean>> = {
      'user-created': sizes.users >= first.users + 10,
      'user-deleted': sizes.users <= first.users - Math.min(10, Math.floor(first.users / 5)),
      'group-created': sizes.groups >= first.groups + 3,
      'group-deleted': sizes.groups <= first.groups - Math.min(3, Math.floor(first.groups / 5)),
      'directory-disabled': data.scalekit.directories.some(({ id, enabled }) => id === offId && !enabled),
    }
    return draw.shuffled(
      sandboxChangeKinds.filter(kind => !isRefused[kind]),
      kind => weights[kind] ?? 1,
    )
  }

  function tryChange(directory: SyncedDirectory, kind: SandboxChangeKind): SandboxChange | null {
    const { result, events } = announcements.during(() => makeChange(kind, directory, draw))
    if (result === null) return null
    made += 1
    if (kind === 'directory-disabled') offId = directory.id
    const { provider, organizationId, id: directoryId } = directory
    return { kind, provider, organizationId, directoryId, ...result, events }
  }

  return (kind?: SandboxChangeKind, directoryId?: string): SandboxChange | null => {
    for (const directory of directoryId === undefined ? drawDirectories() : [directories.find(directoryId)]) {
      for (const candidate of kind === undefined ? drawKinds(directory) : [kind]) {
        const change = tryChange(directory, candidate)
        if (change) return change
      }
    }
    return null
  }
}
