import { LRUCache } from 'lru-cache'
import type { CallContext } from '../../domain/directory-provider.ts'
import type { Directory, DirectoryGroup, DirectoryUser } from '../../domain/entities.ts'
import type { EntityKey } from '../../domain/entity-key.ts'
import type { Page, PageRequest } from '../../domain/page.ts'
import { ProviderError } from '../../domain/provider-error.ts'
import { everyItem } from '../every-item.ts'

const PAGE_SIZE = 100
const MAX_DIRECTORIES = 10_000
/** Members are listed under the directory's own limit of 4 calls a second: more of them would take longer than they save. */
const MAX_MEMBER_CALLS = 8

interface Lists {
  groupsOf(directory: EntityKey, page: PageRequest, call: CallContext): Promise<Page<DirectoryGroup>>
  membersOf(group: DirectoryGroup, page: PageRequest, call: CallContext): Promise<Page<DirectoryUser>>
}

/** The groups of many users of a directory by walking its groups, when that is cheaper than asking for each user. */
export interface MembershipWalk {
  /** Notes how large a directory is, from its record. */
  note(directory: Directory): void
  /** The groups of every member of a group; null when it is cheaper to ask for the `wanted` users one by one. */
  run(
    directory: EntityKey,
    wanted: number,
    call: CallContext,
  ): Promise<ReadonlyMap<EntityKey, readonly DirectoryGroup[]> | null>
}

/**
 * Cost: one by one, `wanted` calls; by a walk, a call for every 100 groups and, for every group, one for every 100 of
 * its members, of whom there are no more than people in the directory. Both sizes come with the directory's record;
 * where that is not known, the users are asked one by one.
 */
export function createMembershipWalk({ groupsOf, membersOf }: Lists): MembershipWalk {
  const sizes = new LRUCache<EntityKey, { readonly users: number; readonly groups: number }>({
    max: MAX_DIRECTORIES,
  })

  function isCheaper(directory: EntityKey, wanted: number): boolean {
    const size = sizes.get(directory)
    if (size === undefined) return false
    const memberCalls = size.groups * Math.ceil(size.users / PAGE_SIZE)
    return (
      memberCalls <= MAX_MEMBER_CALLS &&
      Math.max(1, Math.ceil(size.groups / PAGE_SIZE)) + memberCalls < wanted
    )
  }

  return {
    note({ key, stats: { totalUsers, totalGroups } }) {
      if (totalUsers === null || totalGroups === null) return
      sizes.set(key, { users: totalUsers, groups: totalGroups })
    },

    async run(directory, wanted, call) {
      if (!isCheaper(directory, wanted)) return null
      const groups = await everyItem('workos', page => groupsOf(directory, page, call))
      const whole = groups.filter(group => !(group instanceof ProviderError)) as DirectoryGroup[]
      if (whole.length < groups.length || whole.length > MAX_MEMBER_CALLS) return null
      const members = await Promise.all(
        whole.map(group => everyItem('workos', page => membersOf(group, page, call))),
      )
      const found = new Map<EntityKey, DirectoryGroup[]>()
      for (const [index, group] of whole.entries()) {
        for (const member of members[index] ?? []) {
          if (member instanceof ProviderError) return null
          found.set(member.key, [...(found.get(member.key) ?? []), group])
        }
      }
      return found
    },
  }
}
