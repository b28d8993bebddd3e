/**
 * The most upstream calls that one read of the port takes with any provider, for estimating an operation before it
 * runs. The contract suite holds the adapters to them.
 */
export const CALL_BOUNDS = {
  /** One page of each provider, one more at the seam, and one for a place in the middle of a page. */
  listOrganizations: (limit: number) => 2 + Math.ceil(limit / 30) + 1,
  /** Scalekit has no such list: up to 150 organizations are asked one by one, and they come ten a page at least. */
  listAllDirectories: () => 2 + 15 + 150,
  listDirectories: () => 1,
  /** Scalekit's pages are of 30 at most, and a place in the middle of one takes it again. */
  listMembers: (limit: number) => Math.ceil(limit / 30) + (limit > 30 ? 1 : 0),
  /** A filter that Scalekit does not have is a scan. */
  scan: 50,
  findOne: 1,
  /** Every directory is asked; how many there are shows only on the way, where the limit on calls holds it. */
  findUsersByEmail: 200,
  write: 3,
} as const
