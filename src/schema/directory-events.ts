import type { DirectoryEvent } from '../domain/directory-event.ts'
import { type EntityKey, organizationKeyOf, providerOf, upstreamIdOf } from '../domain/entity-key.ts'
import type { PlacedEvent } from '../domain/placed-event.ts'
import { InvalidInputError } from '../domain/provider-error.ts'
import { parseGlobalIdOf } from '../relay/global-id.ts'
import type { Loaders } from '../request/loaders.ts'
import { builder } from './builder.ts'
import { DirectoryEventInterface, DirectoryEventKindEnum } from './directory-event.ts'
import './directory-event-types.ts'

builder.subscriptionField('directoryEvents', t =>
  t.field({
    type: DirectoryEventInterface,
    args: {
      organizationId: t.arg.id({ description: 'Those of the organization with this global id.' }),
      directoryId: t.arg.id({
        description:
          'Those of the directory with this global id. Events of Scalekit’s users do not always say which that is; those that do not are left out.',
      }),
      kinds: t.arg({ type: [DirectoryEventKindEnum], description: 'Those of these kinds.' }),
    },
    description:
      'What happens from now on in the directories that the caller may read; what is given must all hold. An organization or directory that there is not has no events.',
    subscribe: (_root, { organizationId, directoryId, kinds }, { caller, listen, loaders }) => {
      if (listen === null) throw new Error('A subscription begins with nothing to listen to')
      const organization = organizationId
        ? parseGlobalIdOf('Organization', organizationId, 'organizationId')
        : null
      const directory = directoryId ? parseGlobalIdOf('Directory', directoryId, 'directoryId') : null
      if (kinds?.length === 0) throw new InvalidInputError('`kinds` is empty; leave it out for all.', 'kinds')
      const wanted = kinds ? new Set(kinds) : null
      if (directory !== null) void learnSiblings(directory, loaders)
      return listen({
        // Whose events there are at all for a caller does not depend on what the caller names.
        organization: caller.organization ?? organization,
        wants: (event: DirectoryEvent) =>
          (organization === null || event.organizationKey === organization) &&
          (directory === null || isIn(event, directory)) &&
          (wanted === null || wanted.has(event.kind)),
      })
    },
    resolve: ({ event }: PlacedEvent) => event,
  }),
)

/**
 * Scalekit says in which organization a user is, and not in which directory: that is known where the list of directories
 * has shown that there is one only. Nobody waits for it, and where it can't be had, that is how it was before.
 */
async function learnSiblings(directory: EntityKey, { listDirectories }: Loaders): Promise<void> {
  const key = organizationKeyOf(directory)
  if (key === null || providerOf(directory) !== 'scalekit') return
  const list = { of: { key }, page: { direction: 'forward', limit: 1, cursor: null } } as const
  try {
    await listDirectories.load(list)
  } catch {}
}

/** An event of old does not say in which organization its directory is; nobody bound to one is told of it. */
function isIn({ provider, organizationKey, directoryKey }: DirectoryEvent, directory: EntityKey): boolean {
  if (directoryKey === directory) return true
  if (directoryKey === null || organizationKey !== null) return false
  return provider === providerOf(directory) && upstreamIdOf(directoryKey) === upstreamIdOf(directory)
}
