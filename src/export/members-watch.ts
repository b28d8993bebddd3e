/** Is told how the members of the groups of one directory are read. */
export interface MembersWatch {
  /** So many more members. */
  read(members: number): void
  /** All members of one more group. */
  finishGroup(): void
  /** It is over, however it ended. */
  end(): void
}

/** Those of all directories that are read at the same time. */
export interface MembersWatches {
  watch(groups: number): MembersWatch
  /** `members of groups, 12 of 40 (48,200 read)`, of those under way; null while there are none. */
  describe(): string | null
}

export function createMembersWatches(): MembersWatches {
  const underWay = new Set<{ readonly groups: number; done: number; members: number }>()

  return {
    watch(groups) {
      const own = { groups, done: 0, members: 0 }
      underWay.add(own)
      return {
        read(members) {
          own.members += members
        },
        finishGroup() {
          own.done += 1
        },
        end: () => void underWay.delete(own),
      }
    },
    describe() {
      if (underWay.size === 0) return null
      const sum = (what: 'groups' | 'done' | 'members') =>
        [...underWay].reduce((all, one) => all + one[what], 0).toLocaleString('en-US')
      return `members of groups, ${sum('done')} of ${sum('groups')} (${sum('members')} read)`
    },
  }
}
