/**
 * The most upstream calls that one read of the port takes with any provider, for estimating an operation before it
 * runs: without repetitions, and of sizes that are as the directory's record says. `test/cost/bounds.test.ts` holds the
 * adapters to them.
 */
export const CALL_BOUNDS = {
  /** One call to WorkOS, those of Scalekit, and one at each end of a provider's part. */
  listOrganizations: (limit: number, isBehindCursor: boolean) => 3 + pagesOf(limit, isBehindCursor),
  /**
   * Scalekit has no such list: up to 150 organizations are asked one by one, and they come ten a page at least. A part
   * that is begun early with another size takes its pages twice.
   */
  listAllDirectories: 1 + 150 + 1 + 2 * 16,
  /** One, and as much again for the listing of all directories that is given up when it turns out longer. */
  listDirectories: 2,
  /** The users or the groups of a directory, and the users of a group; a list that grows takes one call more. */
  listMembers: (limit: number, isBehindCursor: boolean) =>
    pagesOf(limit, isBehindCursor) + (limit > SMALLEST_PAGE_MAX ? 1 : 0),
  /** The groups of one user: one, and as much again for a walk over the groups that is given up. */
  listGroupsOfUser: 2,
  /** A look-up or a filter that Scalekit does not have: the members of one directory, read 30 a call. */
  scan: 50,
  findOne: 1,
  /** A user or a group of WorkOS by id: records of old lack their organization, which their directory then tells. */
  findMember: 2,
  /** Every directory is asked; how many there are shows only on the way, where the limit on calls holds it. */
  findUsersByEmail: 200,
  /** A switch that does not say how the directory stands now, that look, and the deletion or the reading back. */
  write: 3,
} as const

/** Scalekit's pages of users, of groups and of what a search finds are of 30 at most. */
const SMALLEST_PAGE_MAX = 30

/** A cursor keeps the size of the page that it came on, which may have been 1, and lies somewhere in that page. */
function pagesOf(limit: number, isBehindCursor: boolean): number {
  return isBehindCursor ? limit + 1 : Math.ceil(limit / SMALLEST_PAGE_MAX)
}
