import type { DirectoryProvider } from '../domain/directory-provider.ts'
import type { DirectoryGroup, DirectoryUser } from '../domain/entities.ts'
import { type EntityKey, providerOf, upstreamIdOf } from '../domain/entity-key.ts'
import { nodesOf } from '../domain/page.ts'
import { unreadIn, walkList } from './list-pages.ts'
import type { Ask } from './patient-calls.ts'
import type { Progress } from './progress.ts'
import { type GroupReference, toGroupReference } from './rows.ts'

/** Which groups the users of a directory are in, where the users' own records do not say. */
export interface Memberships {
  /** The groups of each of them, in the order of the users. */
  of(users: readonly DirectoryUser[]): Promise<(readonly GroupReference[])[]>
}

export interface MembershipSettings {
  readonly provider: DirectoryProvider
  readonly ask: Ask
  readonly progress: Pick<Progress, 'watchMembers'>
  /** Is told of records that could not be read: a membership may be missing. */
  readonly onUnread: (count: number) => void
}

const NO_FILTER = { group: null, email: null, updatedAfter: null }
/** Walks under way at once; the provider's limit on a directory's users holds them back anyhow. */
const PARALLEL_WALKS = 4

/**
 * The memberships of a directory with so many users (infinite where that is not known). Cost: by a walk over the members
 * of each group, a call for every 100 of them and one at least; one by one, a call for each user. It walks unless there
 * are as few users as groups. Of a walk it keeps the id of each member, and the places of its groups: some 100 bytes.
 */
export async function readMemberships(
  groups: readonly DirectoryGroup[],
  users: number,
  settings: MembershipSettings,
): Promise<Memberships> {
  const { provider, ask, progress, onUnread } = settings
  if (groups.length > 0 && users <= groups.length) return { of: each => askEach(each, settings) }
  const references = groups.map(toGroupReference)
  const placesOf = new Map<string, readonly number[]>()
  // Most people are in few groups: those who are in one share what says so.
  const alone = groups.map((_, place): readonly number[] => [place])

  const watch = progress.watchMembers(groups.length)
  let hasFailed = false

  async function walk(group: DirectoryGroup, place: number): Promise<void> {
    const pages = walkList<DirectoryUser>(providerOf(group.key), ask, async (page, call) => {
      const within = { kind: group.kind, key: group.key }
      const [listed] = await provider.listUsers([{ within, page, filter: NO_FILTER, detail: 'key' }], call)
      return listed
    })
    for await (const { page } of pages) {
      if (hasFailed) return
      onUnread(unreadIn(page))
      const members = nodesOf(page)
      watch.read(members.length)
      for (const { key } of members) {
        const id = ownCopy(upstreamIdOf(key))
        const known = placesOf.get(id)
        if (known?.includes(place)) continue
        placesOf.set(id, known === undefined ? (alone[place] ?? []) : [...known, place])
      }
    }
    watch.finishGroup()
  }

  const waiting = [...groups.entries()]
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined && !hasFailed; next = waiting.shift()) {
      await walk(next[1], next[0])
    }
  }
  try {
    await Promise.all(Array.from({ length: PARALLEL_WALKS }, work))
  } catch (error) {
    // The others shall not go on for nobody.
    hasFailed = true
    throw error
  } finally {
    watch.end()
  }
  const groupsOf = (key: EntityKey) =>
    [...(placesOf.get(upstreamIdOf(key)) ?? [])]
      .toSorted((one, other) => one - other)
      .flatMap(place => references[place] ?? [])
  return { of: async each => each.map(({ key }) => groupsOf(key)) }
}

async function askEach(users: readonly DirectoryUser[], { provider, ask, onUnread }: MembershipSettings) {
  const askOne = async ({ kind, key, groups }: DirectoryUser) => {
    const found: GroupReference[] = []
    const pages = walkList<DirectoryGroup>(providerOf(key), ask, async (page, call) => {
      const [listed] = await provider.listGroups(
        [{ within: { kind, key, groups }, page, detail: 'name' }],
        call,
      )
      return listed
    })
    for await (const { page } of pages) {
      onUnread(unreadIn(page))
      found.push(...nodesOf(page).map(toGroupReference))
    }
    return found
  }
  return Promise.all(users.map(askOne))
}

/** A part of a text holds on to the whole of it, which here is three times as long. */
function ownCopy(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}
