import { LRUCache } from 'lru-cache'
import type {
  CallContext,
  Find,
  Found,
  Listed,
  ListGroups,
  ListUsers,
  ProviderReads,
} from '../../domain/directory-provider.ts'
import { directoryKeyOf, type EntityKey } from '../../domain/entity-key.ts'
import { noSuchObject, ProviderError } from '../../domain/provider-error.ts'

type Member = { readonly key: EntityKey; readonly isPlaceAssumed?: boolean }
type FindMany = (finds: readonly Find[], call: CallContext) => Promise<Found<Member>[]>

/** Directories and groups do not move, so what was once seen in its place needs no proof for a long time. */
const MAX_SEEN = 20_000

/**
 * Reads that prove, for a caller of one organization, that a directory or group is where its key says before anything
 * in it is asked for. WorkOS goes by ids that name no organization: without this a key put together by hand would read
 * another's directory first, and count for its limit. What anybody was shown in its place is proven already.
 */
export function withProofs(reads: ProviderReads): ProviderReads {
  const seen = new LRUCache<EntityKey, true>({ max: MAX_SEEN })

  function seeOne(one: Found<Member>): void {
    if (one === null || one instanceof ProviderError || one.isPlaceAssumed) return
    // Most have been: to look is a fraction of what it takes to note it again.
    if (!seen.has(one.key)) seen.set(one.key, true)
  }

  function see<T extends Member>(found: Found<T>[]): Found<T>[] {
    found.forEach(seeOne)
    return found
  }

  function seePage<P extends Listed<Member> | null>(page: P): P {
    if (page !== null && !(page instanceof ProviderError)) for (const { node } of page.edges) seeOne(node)
    return page
  }

  function seePages<T extends Member>(pages: Listed<T>[]): Listed<T>[] {
    return pages.map(seePage)
  }

  /** Why nothing may be asked of some of the keys; for the others there is nothing in the map. */
  async function prove(
    keys: readonly EntityKey[],
    find: FindMany,
    call: CallContext,
  ): Promise<ReadonlyMap<EntityKey, ProviderError>> {
    const unknown = call.boundTo === null ? [] : [...new Set(keys)].filter(key => !seen.has(key))
    if (unknown.length === 0) return new Map()
    const found = await find(
      unknown.map(key => ({ key, detail: 'key' })),
      call,
    )
    const refusals = unknown.flatMap((key, index): [EntityKey, ProviderError][] => {
      const one = found[index] ?? noSuchObject('workos')
      return one instanceof ProviderError ? [[key, one]] : []
    })
    return new Map(refusals)
  }

  /** What is kept in a place that needs no proof any more. */
  function keptWithin<Ask, Answer>(
    keysOf: (ask: Ask) => readonly (EntityKey | null)[],
    read: (ask: Ask, call: CallContext) => Answer | null,
  ): (ask: Ask, call: CallContext) => Answer | null {
    const isSeen = (key: EntityKey | null) => key === null || seen.has(key)
    return (ask, call) => (call.boundTo === null || keysOf(ask).every(isSeen) ? read(ask, call) : null)
  }

  /** Asks for what lies in directories that are proven, and answers for all others why it was not asked. */
  async function within<Ask, Answer>(
    asks: readonly Ask[],
    keyOf: (ask: Ask) => EntityKey | null,
    find: FindMany,
    askMany: (asks: readonly Ask[], call: CallContext) => Promise<Answer[]>,
    call: CallContext,
  ): Promise<(Answer | ProviderError)[]> {
    const keys = asks.map(keyOf)
    const refusals = await prove(
      keys.filter(key => key !== null),
      find,
      call,
    )
    if (refusals.size === 0) return askMany(asks, call)
    const refusalOf = (index: number) => {
      const key = keys[index]
      return key && refusals.get(key)
    }
    const open = asks.filter((_ask, index) => !refusalOf(index))
    const answers = (open.length > 0 ? await askMany(open, call) : []).values()
    return asks.map((_ask, index) => refusalOf(index) || (answers.next().value as Answer))
  }

  const findDirectories: ProviderReads['findDirectories'] = async (finds, call) =>
    see(await reads.findDirectories(finds, call))

  const directoryOf = ({ key }: Find) => directoryKeyOf(key)

  const findGroups: ProviderReads['findGroups'] = async (finds, call) =>
    see((await within(finds, directoryOf, findDirectories, reads.findGroups, call)).map(toFound))

  const listUsersOfGroups: ProviderReads['listUsers'] = (asks, call) =>
    within(asks, groupOf, findGroups, reads.listUsers, call)

  return {
    ...reads,
    findDirectories,
    findGroups,
    async findUsers(finds, call) {
      return (await within(finds, directoryOf, findDirectories, reads.findUsers, call)).map(toFound)
    },
    async listAllDirectories(list, call) {
      return seePage(await reads.listAllDirectories(list, call))
    },
    async listDirectories(lists, call) {
      return seePages(await reads.listDirectories(lists, call))
    },
    listUsers: (asks, call) =>
      within(asks, ask => directoryKeyOf(ask.within.key), findDirectories, listUsersOfGroups, call),
    async listGroups(asks, call) {
      return seePages(
        await within(asks, ask => directoryKeyOf(ask.within.key), findDirectories, reads.listGroups, call),
      )
    },
    kept: {
      listOrganizations: reads.kept.listOrganizations,
      listDirectories: (list, call) => seePage(reads.kept.listDirectories(list, call)),
      listUsers: keptWithin(
        (list: ListUsers) => [directoryKeyOf(list.within.key), groupOf(list)],
        reads.kept.listUsers,
      ),
      listGroups: keptWithin(
        (list: ListGroups) => [directoryKeyOf(list.within.key)],
        (list, call) => seePage(reads.kept.listGroups(list, call)),
      ),
    },
  }
}

/** A look-up in a place that is not there finds nothing; any other reason is the answer. */
function toFound<T>(found: Found<T> | ProviderError): Found<T> {
  return found instanceof ProviderError && found.code === 'NOT_FOUND' ? null : found
}

/** The group whose members are listed; null where they are a directory's. */
function groupOf({ within, filter: { group } }: ListUsers): EntityKey | null {
  const its = within.kind === 'DirectoryGroup' ? within.key : group
  return its !== null && directoryKeyOf(its) === directoryKeyOf(within.key) ? its : null
}
