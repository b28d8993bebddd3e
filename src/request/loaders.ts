import DataLoader from 'dataloader'
import type {
  CallContext,
  DirectoryProvider,
  Find,
  Found,
  ListAllDirectories,
  ListDirectories,
  Listed,
  ListGroups,
  ListOrganizations,
  ListUsers,
} from '../domain/directory-provider.ts'
import {
  DETAILS,
  type Detail,
  type Directory,
  type DirectoryGroup,
  type DirectoryUser,
  moreDetail,
  type Organization,
  suffices,
} from '../domain/entities.ts'
import type { EntityKey } from '../domain/entity-key.ts'
import { nodesOf, type Page } from '../domain/page.ts'
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
    findOrganizations,
    findDirectories,
    findUsers,
    findGroups,

    listOrganizations: lister<ListOrganizations, Organization>(
      'listOrganizations',
      findOrganizations,
      lists => each(lists, list => provider.listOrganizations(list, call)),
    ),
    listAllDirectories: lister<ListAllDirectories, Directory>('listAllDirectories', findDirectories, lists =>
      each(lists, list => provider.listAllDirectories(list, call)),
    ),
    listDirectories: lister<ListDirectories, Directory>('listDirectories', findDirectories, lists =>
      provider.listDirectories(lists, call),
    ),
    listUsers: lister<ListUsers, DirectoryUser>('listUsers', findUsers, lists =>
      provider.listUsers(lists, call),
    ),
    listGroups: lister<ListGroups, DirectoryGroup>('listGroups', findGroups, lists =>
      provider.listGroups(lists, call),
    ),
  }
}

type Finder<T> = DataLoader<Find, T | null, string>

/** A loader of entities by key. Asks that differ only in detail are one ask, for the most that any of them needs. */
function finder<T extends Find>(
  name: string,
  findMany: (finds: readonly Find[]) => Promise<Found<T>[]>,
): Finder<T> {
  const batch = async (finds: readonly Find[]): Promise<Found<T>[]> => {
    const merged = new Map<EntityKey, Find>()
    for (const { key, detail } of finds) {
      merged.set(key, { key, detail: moreDetail(detail, merged.get(key)?.detail ?? detail) })
    }
    const found = await findMany([...merged.values()])
    const foundOf = new Map([...merged.keys()].map((key, index) => [key, found[index]]))
    remember(
      loader,
      found.filter((slot): slot is T => slot !== null && !(slot instanceof ProviderError)),
    )
    return finds.map(({ key }) => foundOf.get(key) as Found<T>)
  }
  const loader: Finder<T> = new DataLoader<Find, T | null, string>(batch, {
    name,
    cacheKeyFn: ({ key, detail }) => `${key} ${detail}`,
  })
  return loader
}

interface ListAsk {
  readonly page: object
  readonly detail?: Detail
}

/** A loader of pages. Asks that differ only in detail are one ask, for the most that any of them needs. */
function lister<Ask extends ListAsk, T extends Find>(
  name: string,
  find: Finder<T>,
  listMany: (asks: readonly Ask[]) => Promise<Listed<T>[]>,
): DataLoader<Ask, Page<T>, string> {
  const batch = async (asks: readonly Ask[]): Promise<Listed<T>[]> => {
    const merged = new Map<string, Ask>()
    for (const ask of asks) {
      const other = merged.get(placeOf(ask))
      const detail = ask.detail && moreDetail(ask.detail, other?.detail ?? ask.detail)
      merged.set(placeOf(ask), { ...ask, ...(detail && { detail }) })
    }
    const pages = await listMany([...merged.values()])
    const pageOf = new Map([...merged.keys()].map((place, index) => [place, pages[index]]))
    for (const page of pages) if (!(page instanceof ProviderError)) remember(find, nodesOf(page))
    return asks.map(ask => pageOf.get(placeOf(ask)) as Listed<T>)
  }
  return new DataLoader<Ask, Page<T>, string>(batch, {
    name,
    cacheKeyFn: ask => `${placeOf(ask)} ${ask.detail ?? ''}`,
  })
}

/** Which page of which list, whatever the detail: the parent by its key, for two copies of it are one parent. */
function placeOf<Ask extends ListAsk>(ask: Ask): string {
  return JSON.stringify({ ...ask, detail: undefined }, (_name, value: unknown) =>
    typeof value === 'object' && value !== null && 'kind' in value && 'key' in value ? value.key : value,
  )
}

function remember<T extends Find>(find: Finder<T>, entities: readonly T[]): void {
  for (const entity of entities) {
    for (const detail of DETAILS) {
      if (suffices(entity.detail, detail)) find.prime({ key: entity.key, detail }, entity)
    }
  }
}

async function each<Ask, T>(
  asks: readonly Ask[],
  list: (ask: Ask) => Promise<Page<T>>,
): Promise<(Page<T> | ProviderError)[]> {
  const pages = await Promise.allSettled(asks.map(list))
  return pages.map(page => (page.status === 'fulfilled' ? page.value : asProviderError(page.reason)))
}

function asProviderError(reason: unknown): ProviderError {
  if (reason instanceof ProviderError) return reason
  throw reason
}
