import type { Directory, DirectoryGroup, DirectoryStats, DirectoryUser } from '../domain/entities.ts'
import { parseGlobalIdOf } from '../relay/global-id.ts'
import type { RequestContext } from '../request/context.ts'
import { builder } from './builder.ts'
import { refuseUnfit } from './refuse-unfit.ts'
import type { ConnectionSource } from './resolve-connection.ts'

/** What users of a directory can be filtered by. */
export const DirectoryUserFilter = builder.inputType('DirectoryUserFilter', {
  description: 'Which users are wanted; what is given must all hold.',
  fields: t => ({
    groupId: t.id({ description: 'Members of this group of the directory, by its global id.' }),
    email: t.string({ description: 'Those with this e-mail address.' }),
    updatedAfter: t.field({
      type: 'DateTime',
      description: 'Those that changed after this time; Scalekit only.',
    }),
  }),
})

/** The users of a directory, or those of them that the filter takes. Throws `InvalidInputError` for a bad group id or address. */
export function usersOfDirectory(
  within: Directory,
  args: { readonly filter?: typeof DirectoryUserFilter.$inferInput | null | undefined },
  { loaders }: RequestContext,
): ConnectionSource<DirectoryUser> {
  const { groupId, email, updatedAfter } = args.filter ?? {}
  refuseUnfit(email, 'filter.email')
  const filter = {
    group: typeof groupId === 'string' ? parseGlobalIdOf('DirectoryGroup', groupId, 'filter.groupId') : null,
    email: email || null,
    updatedAfter: updatedAfter ?? null,
  }
  const isFiltered = Object.values(filter).some(value => value !== null)
  return {
    kind: 'DirectoryUser',
    listId: `users of ${within.key} ${JSON.stringify(filter)}`,
    knownCount: isFiltered ? null : knownStats(within)?.totalUsers,
    isFiltered,
    load: (page, detail) => loaders.listUsers.load({ within, page, filter, detail }),
  }
}

/** The groups of a directory. */
export function groupsOfDirectory(
  within: Directory,
  _args: object,
  { loaders }: RequestContext,
): ConnectionSource<DirectoryGroup> {
  return {
    kind: 'DirectoryGroup',
    listId: `groups of ${within.key}`,
    knownCount: knownStats(within)?.totalGroups,
    load: (page, detail) => loaders.listGroups.load({ within, page, detail }),
  }
}

/** The counts in the directory's record; null where nothing but its key was needed and so nothing else is there. */
function knownStats(directory: Directory): DirectoryStats | null {
  return directory.detail === 'key' ? null : directory.stats
}
