import type { DirectoryProvider } from '../domain/directory-provider.ts'
import type { DirectoryGroup, DirectoryUser } from '../domain/entities.ts'
import { type EntityKey, providerOf } from '../domain/entity-key.ts'
import { nodesOf } from '../domain/page.ts'
import { unreadIn, walkList } from './list-pages.ts'
import { type Memberships, readMemberships } from './memberships.ts'
import type { Ask } from './patient-calls.ts'
import { type Row, toGroupReference, toGroupRow, toUserRow } from './rows.ts'

/** A directory whose people are exported. */
export interface DirectoryToRead {
  readonly key: EntityKey
  /** By its own record; null where that does not say. */
  readonly users: number | null
}

/** Some rows of a directory. */
export interface Part {
  readonly rows: readonly Row[]
  /**
   * Where its users go on behind these rows: whoever comes back with this loses and doubles none. Null while there is no
   * such place: before the first page of users.
   */
  readonly resumeAt: string | null
  /** Records that could not be read, here or where memberships come from. */
  readonly unread: number
}

const NO_FILTER = { group: null, email: null, updatedAfter: null }
/** A list that grows pushes what was read on to the next page: so many of the last items are known again. */
const REMEMBERED = 1_000

/**
 * The groups of a directory, then its users with their groups; from a place on, only the users behind it. Cost: a call for
 * every page of groups and of users, one of each at least, and those of `readMemberships` where users do not carry their
 * groups. Throws the `ProviderError` that ends it: `InvalidInputError` for a place that is known no more.
 */
export async function* readMembers(
  { key, users: known }: DirectoryToRead,
  from: string | null,
  provider: DirectoryProvider,
  ask: Ask,
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
    const isNew = createMemory()
    const pages = walkList<DirectoryGroup>(name, ask, async (page, call) => {
      const [listed] = await provider.listGroups([{ within, page, detail: 'full' }], call)
      return listed
    })
    for await (const { page } of pages) {
      const found = nodesOf(page).filter(isNew)
      groups.push(...found.map(withoutAttributes))
      yield { rows: found.map(toGroupRow), resumeAt: null, unread: unreadIn(page) }
    }
  }

  if (from === null) yield* readGroups()
  const isNew = createMemory()
  let memberships: Memberships | null = null
  const pages = walkList<DirectoryUser>(
    name,
    ask,
    async (page, call) => {
      const [listed] = await provider.listUsers([{ within, page, filter: NO_FILTER, detail: 'full' }], call)
      return listed
    },
    { from },
  )
  for await (const { page, next } of pages) {
    const found = nodesOf(page).filter(isNew)
    if (memberships === null && found.some(user => user.groups === null)) {
      // Their rows are there already; whoever comes back needs their names and their members.
      if (from !== null) for await (const _ of readGroups());
      const count = from === null && next === null ? found.length : (known ?? Number.POSITIVE_INFINITY)
      const onUnread = (more: number) => {
        unread += more
      }
      memberships = await readMemberships(groups, count, { provider, ask, onUnread })
    }
    const groupsOf = await memberships?.of(found)
    const rows = found.map((user, index) =>
      toUserRow(user, user.groups?.map(toGroupReference) ?? groupsOf?.[index] ?? []),
    )
    yield { rows, resumeAt: next, unread: unreadIn(page) + takeUnread() }
  }
}

/** Of many groups only the names are needed for long. */
function withoutAttributes(group: DirectoryGroup): DirectoryGroup {
  return { ...group, rawAttributes: {} }
}

/** Tells what has not come lately. */
function createMemory(): (item: { readonly key: EntityKey }) => boolean {
  const recent = new Set<EntityKey>()
  return ({ key }) => {
    if (recent.has(key)) return false
    recent.add(key)
    const [oldest] = recent
    if (recent.size > REMEMBERED && oldest !== undefined) recent.delete(oldest)
    return true
  }
}
