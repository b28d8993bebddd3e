import type { CallContext, ListDirectories, Listed, ListGroups } from '../../domain/directory-provider.ts'
import type { Directory, DirectoryGroup } from '../../domain/entities.ts'
import { directoryKeyOf, type EntityKey, upstreamIdOf } from '../../domain/entity-key.ts'
import type { Page, PageRequest } from '../../domain/page.ts'
import { ProviderError } from '../../domain/provider-error.ts'
import { pageOfList } from '../page-of-list.ts'
import { settle } from '../settle.ts'
import type { DirectoryScan } from './workos-directory-scan.ts'
import { isWorkosId } from './workos-ids.ts'
import type { MembershipWalk } from './workos-membership-walk.ts'

/** Lists of directories for many organizations: by one scan where that is cheaper, else by a call for each. */
export async function planDirectories(
  asks: readonly ListDirectories[],
  scan: DirectoryScan,
  listOne: (ask: ListDirectories, call: CallContext) => Promise<Page<Directory>>,
  call: CallContext,
): Promise<Listed<Directory>[]> {
  const fromStart = asks.filter(({ page }) => isFirstPage(page))
  const scanned = fromStart.length > 0 ? await settle(scan.run(fromStart.length, call)) : null
  return Promise.all(
    asks.map(ask => {
      if (scanned === null || !isInScan(ask)) return settle(() => listOne(ask, call))
      return scanned instanceof ProviderError ? scanned : pageOfScan(scanned, ask)
    }),
  )
}

/** The directories of one organization out of what is kept of the listing of all; null where that does not tell. */
export function keptDirectories(
  ask: ListDirectories,
  scan: DirectoryScan,
  call: CallContext,
): Page<Directory> | null {
  const scanned = isInScan(ask) ? scan.kept(call) : null
  return scanned && pageOfScan(scanned, ask)
}

function isInScan({ of, page }: ListDirectories): boolean {
  return isFirstPage(page) && isWorkosId('Organization', upstreamIdOf(of.key))
}

function pageOfScan(
  scanned: ReadonlyMap<EntityKey, readonly Directory[]>,
  { of, page }: ListDirectories,
): Page<Directory> {
  return uncounted(pageOfList(scanned.get(of.key) ?? [], page))
}

/** Lists of groups: those of many users of a directory by one walk where that is cheaper, else by a call for each. */
export async function planGroups(
  asks: readonly ListGroups[],
  walk: MembershipWalk,
  listOne: (ask: ListGroups, call: CallContext) => Promise<Page<DirectoryGroup>>,
  call: CallContext,
): Promise<Listed<DirectoryGroup>[]> {
  const usersByDirectory = new Map<EntityKey, number>()
  for (const { within, page } of asks) {
    if (within.kind !== 'DirectoryUser' || !isFirstPage(page)) continue
    const directory = directoryKeyOf(within.key)
    usersByDirectory.set(directory, (usersByDirectory.get(directory) ?? 0) + 1)
  }
  const walks = new Map(
    [...usersByDirectory].map(
      ([directory, users]) => [directory, settle(walk.run(directory, users, call))] as const,
    ),
  )
  const planOne = async (ask: ListGroups): Promise<Listed<DirectoryGroup>> => {
    const { within, page } = ask
    const isWalked = within.kind === 'DirectoryUser' && isFirstPage(page)
    const walked = isWalked ? await walks.get(directoryKeyOf(within.key)) : null
    if (!walked) return settle(() => listOne(ask, call))
    return walked instanceof ProviderError
      ? walked
      : uncounted(pageOfList(walked.get(within.key) ?? [], page))
  }
  return Promise.all(asks.map(planOne))
}

/** Only a list from its start is known to hold what a scan has found; a count alone costs nothing as it is. */
function isFirstPage({ direction, cursor, limit }: PageRequest): boolean {
  return direction === 'forward' && cursor === null && limit > 0
}

/** WorkOS counts no list: that a scan happens to know the count must not make two answers out of one question. */
function uncounted<T>(page: Page<T>): Page<T> {
  return { ...page, totalCount: null }
}
