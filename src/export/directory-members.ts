import type { DirectoryProvider } from '../domain/directory-provider.ts'
import type { DirectoryGroup, DirectoryUser } from '../domain/entities.ts'
import { type EntityKey, providerOf, upstreamIdOf } from '../domain/entity-key.ts'
import { nodesOf } from '../domain/page.ts'
import { InvalidInputError } from '../domain/provider-error.ts'
import type { Place } from './journal.ts'
import { unreadIn, walkList } from './list-pages.ts'
import { type Memberships, readMemberships } from './memberships.ts'
import type { Ask } from './patient-calls.ts'
import type { Progress } from './progress.ts'
import { type Row, toGroupReference, toGroupRow, toUserRow } from './rows.ts'

/** A directory whose people are exported. */
export interface DirectoryToRead {
  readonly key: EntityKey
  /** By its own record; null where that does not say. */
  readonly users: number | null
}

export interface MemberSettings {
  readonly provider: DirectoryProvider
  readonly ask: Ask
  readonly progress: Pick<Progress, 'watchMembers'>
}

/** Some rows of a directory. */
export interface Part {
  readonly rows: readonly Row[]
  /**
   * The page of users that these rows came from: whoever comes back with this loses and doubles none. Null while there is
   * none: before the first page of users, and behind the last.
   */
  readonly place: Place | null
  /** Records that could not be read, up to the page of that place, which is read again: those in it come with the next. */
  readonly unread: number
}

const NO_FILTER = { group: null, email: null, updatedAfter: null }
/**
 * A list that grows pushes what was read on to the next page: so many of the last items are known again. Whoever comes
 * back has them from the journal, which is written several times a second.
 */
const REMEMBERED = 300

/**
 * The groups of a directory, then its users with their groups; from a place on, only the users who were not written yet.
 * The page of that place is read again: where it does not begin with somebody known, the list has moved too far, and the
 * place is lost. Cost: a call for every page of groups and of users, one of each at least, and those of
 * `readMemberships` where users do not carry their groups. Throws the `ProviderError` that ends it: `InvalidInputError`
 * for a place that is lost.
 */
export async function* readMembers(
  { key, users: known }: DirectoryToRead,
  from: Place | null,
  { provider, ask, progress }: MemberSettings,
): AsyncGenerator<Part> {
  const name = providerOf(key)
  const within = { kind: 'Directory', key } as const
  const groups: DirectoryGroup[] = []
  let unread = 0
  const takeUnread = () => {
    const count = unread
    unread = 0
    return count
  }

  async function* readGroups(): AsyncGenerator<Part> {
    const memory = createMemory()
    const pages = walkList<DirectoryGroup>(name, ask, async (page, call) => {
      const [listed] = await provider.listGroups([{ within, page, detail: 'full' }], call)
      return listed
    })
    for await (const { page } of pages) {
      const found = nodesOf(page).filter(memory.isNew)
      groups.push(...found.map(withoutAttributes))
      yield { rows: found.map(toGroupRow), place: null, unread: unreadIn(page) }
    }
  }

  async function findMemberships(count: number): Promise<Memberships> {
    let isRepeated = from !== null
    // Their rows are there already; whoever comes back needs their names and their members.
    if (isRepeated) for await (const _ of readGroups());
    const onUnread = (more: number) => {
      if (!isRepeated) unread += more
    }
    const memberships = await readMemberships(groups, count, { provider, ask, progress, onUnread })
    isRepeated = false
    return memberships
  }

  if (from === null) yield* readGroups()
  const memory = createMemory(from?.recent)
  let memberships: Memberships | null = null
  let isToJoin = from !== null
  const pages = walkList<DirectoryUser>(
    name,
    ask,
    async (page, call) => {
      const [listed] = await provider.listUsers([{ within, page, filter: NO_FILTER, detail: 'full' }], call)
      return listed
    },
    { from: from?.cursor ?? null },
  )
  for await (const { page, cursor, next } of pages) {
    const users = nodesOf(page)
    // Ahead of the first page nobody can have been passed over.
    const isJoined = cursor === null ? users.some(memory.has) : users.slice(0, 1).some(memory.has)
    if (isToJoin && !isJoined)
      throw new InvalidInputError('The place where this list goes on is lost.', null, name)
    isToJoin = false
    const found = users.filter(memory.isNew)
    if (memberships === null && found.some(user => user.groups === null)) {
      const count = from === null && next === null ? found.length : (known ?? Number.POSITIVE_INFINITY)
      memberships = await findMemberships(count)
    }
    const groupsOf = await memberships?.of(found)
    const rows = found.map((user, index) =>
      toUserRow(user, user.groups?.map(toGroupReference) ?? groupsOf?.[index] ?? []),
    )
    yield { rows, place: { cursor, recent: memory.all() }, unread: takeUnread() }
    unread += unreadIn(page)
  }
  yield { rows: [], place: null, unread: takeUnread() }
}

/** Of many groups only the names are needed for long. */
function withoutAttributes(group: DirectoryGroup): DirectoryGroup {
  return { ...group, rawAttributes: {} }
}

type Item = { readonly key: EntityKey }

/** Tells what has not come lately, nor is among those. */
function createMemory(known: readonly string[] = []) {
  const recent = new Set(known)
  return {
    has: ({ key }: Item) => recent.has(upstreamIdOf(key)),
    isNew({ key }: Item): boolean {
      const id = upstreamIdOf(key)
      if (recent.has(id)) return false
      recent.add(id)
      const [oldest] = recent
      if (recent.size > REMEMBERED && oldest !== undefined) recent.delete(oldest)
      return true
    },
    all: () => [...recent],
  }
}
