import DataLoader from 'dataloader'
import {
  type CallContext,
  type DirectoryProvider,
  type Find,
  type Found,
  LISTS_ALL_DIRECTORIES,
  type ListAllDirectories,
  type ListDirectories,
  type Listed,
  type ListGroups,
  type ListOrganizations,
  type ListUsers,
} from '../domain/directory-provider.ts'
import {
  type Detail,
  type Directory,
  type DirectoryGroup,
  type DirectoryUser,
  moreDetail,
  type Organization,
  suffices,
} from '../domain/entities.ts'
import { directoryKeyOf, type EntityKey, type ProviderName, providerOf } from '../domain/entity-key.ts'
import { nodesOf, type Page, type PageRequest } from '../domain/page.ts'
import { ProviderError } from '../domain/provider-error.ts'

/** One loader for each read of the port, by the port's own name. */
export type Loaders = ReturnType<typeof createLoaders>

/**
 * The loaders of one request; never shared between requests, since what they remember was asked with one caller's
 * rights. Equal asks are one, all asks of a tick are one batch for the adapter to plan, and every page that arrives
 * fills the loaders by key, so that what a list has brought is not fetched again.
 */
export function createLoaders(provider: DirectoryProvider, call: CallContext) {
  const findOrganizations = finder<Organization>('findOrganizations', finds =>
    provider.findOrganizations(finds, call),
  )
  const findDirectories = finder<Directory>('findDirectories', finds => provider.findDirectories(finds, call))
  const findUsers = finder<DirectoryUser>('findUsers', finds => provider.findUsers(finds, call))
  const findGroups = finder<DirectoryGroup>('findGroups', finds => provider.findGroups(finds, call))

  return {
    findOrganizations: findOrganizations.loader,
    findDirectories: findDirectories.loader,
    findUsers: findUsers.loader,
    findGroups: findGroups.loader,

    listOrganizations: rootLister<ListOrganizations, Organization>(
      findOrganizations,
      list => provider.kept.listOrganizations(list, call),
      list => provider.listOrganizations(list, call),
    ),
    listAllDirectories: rootLister<ListAllDirectories, Directory>(
      findDirectories,
      () => null,
      list => provider.listAllDirectories(list, call),
    ),
    // Of members there is no listing beyond their directory.
    listDirectories: lister<ListDirectories, Directory>(
      'listDirectories',
      findDirectories,
      organization => (LISTS_ALL_DIRECTORIES.has(providerOf(organization)) ? '' : organization),
      list => provider.kept.listDirectories(list, call),
      lists => provider.listDirectories(lists, call),
    ),
    listUsers: lister<ListUsers, DirectoryUser>(
      'listUsers',
      findUsers,
      directoryKeyOf,
      list => provider.kept.listUsers(list, call),
      lists => provider.listUsers(lists, call),
    ),
    listGroups: lister<ListGroups, DirectoryGroup>(
      'listGroups',
      findGroups,
      directoryKeyOf,
      list => provider.kept.listGroups(list, call),
      lists => provider.listGroups(lists, call),
    ),
  }
}

/** What resolvers use of a loader. */
interface Loader<Ask, T> {
  load(ask: Ask): Promise<T>
}

/** What is kept is there at once: a promise in one field makes promises of all above it. */
interface PageLoader<Ask, T> {
  load(ask: Ask): Page<T> | Promise<Page<T>>
}

/**
 * A DataLoader for each provider, since whoever is in a batch waits for all of it: a provider that hangs holds up nobody
 * who asked the other.
 */
function byProvider<Ask, T>(
  keyOf: (ask: Ask) => EntityKey,
  create: () => DataLoader<Ask, T, string>,
): Loader<Ask, T> {
  const loaders = new Map<ProviderName, DataLoader<Ask, T, string>>()
  return {
    load(ask) {
      const provider = providerOf(keyOf(ask))
      const loader = loaders.get(provider) ?? create()
      loaders.set(provider, loader)
      return loader.load(ask)
    },
  }
}

/** A loader of entities by key, and what fills it without a call. */
interface Finder<T> {
  readonly loader: Loader<Find, T | null>
  /** Of most pages nobody looks anything up, so they are only read when somebody does. */
  remember(page: Page<T>): void
}

/** Asks that differ only in detail are one ask, for the most that any of them needs. */
function finder<T extends Find>(
  name: string,
  findMany: (finds: readonly Find[]) => Promise<Found<T>[]>,
): Finder<T> {
  const known = new Map<EntityKey, T>()
  const arrived: Page<T>[] = []
  const learn = (entities: readonly T[]) => {
    for (const entity of entities) {
      const other = known.get(entity.key)
      if (other === undefined || !suffices(other.detail, entity.detail)) known.set(entity.key, entity)
    }
  }
  const batch = async (finds: readonly Find[]): Promise<Found<T>[]> => {
    const found = new Map<EntityKey, Found<T>>()
    const missing = new Map<EntityKey, Find>()
    for (const page of arrived.splice(0)) learn(nodesOf(page))
    for (const { key, detail } of finds) {
      const entity = known.get(key)
      if (entity !== undefined && suffices(entity.detail, detail)) found.set(key, entity)
      else missing.set(key, { key, detail: moreDetail(detail, missing.get(key)?.detail ?? detail) })
    }
    const slots = missing.size > 0 ? await findMany([...missing.values()]) : []
    for (const [index, key] of [...missing.keys()].entries()) found.set(key, slots[index] ?? null)
    learn(slots.filter((slot): slot is T => slot !== null && !(slot instanceof ProviderError)))
    return finds.map(({ key }) => found.get(key) ?? null)
  }
  const create = () =>
    new DataLoader<Find, T | null, string>(batch, {
      name,
      cacheKeyFn: ({ key, detail }) => `${key} ${detail}`,
    })
  return { loader: byProvider(({ key }) => key, create), remember: page => arrived.push(page) }
}

type ListAsk = { readonly page: PageRequest; readonly filter?: object; readonly detail?: Detail } & (
  | { readonly of: { readonly key: EntityKey }; readonly within?: never }
  | { readonly within: { readonly key: EntityKey }; readonly of?: never }
)

/** An ask with what tells it from others, which is costly enough to be written down. */
interface Placed<Ask> {
  readonly ask: Ask
  readonly place: string
}

/** A page that is on its way: nobody who asked in the same tick waits for another's. */
interface Coming<T> {
  readonly page: Promise<Page<T>>
}

/**
 * A loader of pages. Asks that differ only in detail are one ask, for the most that any of them needs. `unitOf` names
 * what an adapter can plan together: the asks of a unit are one batch for it, and wait for one another. What is kept
 * joins no batch, and tells a list that is named again the same.
 */
function lister<Ask extends ListAsk, T extends Find>(
  name: string,
  { remember }: Finder<T>,
  unitOf: (parent: EntityKey) => string,
  readKept: (ask: Ask) => Page<T> | null,
  listMany: (asks: readonly Ask[]) => Promise<Listed<T>[]>,
): PageLoader<Ask, T> {
  const batch = async (asks: readonly Placed<Ask>[]): Promise<Coming<T>[]> => {
    const units = new Map<string, Map<string, Ask>>()
    for (const { ask, place } of asks) {
      const unit = unitOf(parentOf(ask).key)
      const merged = units.get(unit) ?? new Map<string, Ask>()
      const detail = ask.detail && moreDetail(ask.detail, merged.get(place)?.detail ?? ask.detail)
      units.set(unit, merged.set(place, { ...ask, ...(detail && { detail }) }))
    }
    const coming = new Map<string, Coming<T>>()
    const others = units.size > 1 ? turnOfLoop() : null
    for (const merged of units.values()) {
      const listed = listMany([...merged.values()])
      // What takes no call comes after the calls of the others have gone out: there may be more to ask below those.
      const told = Promise.all([listed, others]).then(([slots]) => slots)
      for (const [index, place] of [...merged.keys()].entries()) {
        coming.set(place, { page: told.then(slots => arrive(slots[index] as Listed<T>)) })
      }
    }
    return asks.map(({ place }) => coming.get(place) as Coming<T>)
  }
  const arrive = (slot: Listed<T>): Page<T> => {
    if (slot instanceof ProviderError) throw slot
    remember(slot)
    return slot
  }
  const loader = new DataLoader<Placed<Ask>, Coming<T>, string>(batch, {
    name,
    cacheKeyFn: ({ ask, place }) => `${place} ${ask.detail ?? ''}`,
  })
  const request = async (placed: Placed<Ask>) => (await loader.load(placed)).page
  const answered = new Map<string, { readonly detail: Detail; readonly page: Page<T> | Promise<Page<T>> }>()
  return {
    load(ask) {
      const { detail = 'key' } = ask
      const place = placeOf(ask)
      const known = answered.get(place)
      if (known !== undefined && suffices(known.detail, detail)) return known.page
      const kept = readKept(ask)
      if (kept !== null) remember(kept)
      const page = kept ?? request({ ask, place })
      answered.set(place, { detail, page })
      return page
    },
  }
}

/** Until the event loop has come round: undici writes to a connection that it uses again only then. */
function turnOfLoop(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve))
}

function parentOf({ of, within }: ListAsk): { readonly key: EntityKey } {
  return of ?? within
}

/** A loader of pages of a list over all providers: equal asks are one, and none waits for another. */
function rootLister<Ask extends { readonly page: object }, T extends Find>(
  { remember }: Finder<T>,
  readKept: (ask: Ask) => Page<T> | null,
  list: (ask: Ask) => Promise<Page<T>>,
): PageLoader<Ask, T> {
  const request = async (ask: Ask) => {
    const page = await list(ask)
    remember(page)
    return page
  }
  const answered = new Map<string, Page<T> | Promise<Page<T>>>()
  return {
    load(ask) {
      const place = JSON.stringify(ask)
      const known = answered.get(place)
      if (known !== undefined) return known
      const kept = readKept(ask)
      if (kept !== null) remember(kept)
      const page = kept ?? request(ask)
      answered.set(place, page)
      return page
    },
  }
}

/** Which page of which list, whatever the detail: the parent by its key, for two copies of it are one parent. */
function placeOf(ask: ListAsk): string {
  const { direction, limit, cursor } = ask.page
  const filter = ask.filter === undefined ? '' : JSON.stringify(ask.filter)
  return `${direction} ${limit} ${filter} ${cursor === null ? '' : JSON.stringify(cursor)} ${parentOf(ask).key}`
}
