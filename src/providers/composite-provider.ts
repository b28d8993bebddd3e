import { LRUCache } from 'lru-cache'
import type {
  CallContext,
  DirectoryProvider,
  Find,
  ListDirectories,
  ListGroups,
  ListOrganizations,
  ListUsers,
} from '../domain/directory-provider.ts'
import type { Organization } from '../domain/entities.ts'
import { type EntityKey, type ProviderName, providerOf } from '../domain/entity-key.ts'
import type { PageRequest } from '../domain/page.ts'
import { NotFoundError, PROVIDER_TITLES, ProviderError } from '../domain/provider-error.ts'
import { concatenatedPage, keptConcatenatedPage, type Part, type PartSizes } from './concatenated-list.ts'
import { EMPTY_PAGE } from './page-of-list.ts'
import { settle } from './settle.ts'

type Batch<Ask, Answer> = (asks: readonly Ask[], call: CallContext) => Promise<Answer[]>

/** Lists, with their filters, of which it is remembered how large they were. */
const MAX_LISTS = 1_000

/**
 * All providers as one: batches are split by the provider in each key and put together again slot by slot, lists
 * follow one another in the order of `providers`. A provider that is not set up here has no objects.
 */
export function createCompositeProvider(
  providers: ReadonlyMap<ProviderName, DirectoryProvider>,
): DirectoryProvider {
  const sizesOf = new LRUCache<string, PartSizes>({ max: MAX_LISTS })

  function home(key: EntityKey): DirectoryProvider {
    const provider = providers.get(providerOf(key))
    if (provider === undefined) {
      throw new NotFoundError(`${PROVIDER_TITLES[providerOf(key)]} is not set up on this server.`)
    }
    return provider
  }

  /** Asks each provider once for all of its slots; `keyOf` says whose a slot is, `absent` what answers for nobody's. */
  function split<Ask, Answer>(
    batchOf: (provider: DirectoryProvider) => Batch<Ask, Answer>,
    keyOf: (ask: Ask) => EntityKey,
    absent: Answer,
  ): Batch<Ask, Answer | ProviderError> {
    return async (asks, call) => {
      const answers = new Map<Ask, Answer | ProviderError>()
      const askOne = async ([name, provider]: readonly [ProviderName, DirectoryProvider]) => {
        const its = asks.filter(ask => providerOf(keyOf(ask)) === name)
        if (its.length === 0) return
        const found = await settle(batchOf(provider)(its, call))
        for (const [index, ask] of its.entries()) {
          answers.set(ask, found instanceof ProviderError ? found : (found[index] ?? absent))
        }
      }
      await Promise.all([...providers].map(askOne))
      return asks.map(ask => answers.get(ask) ?? absent)
    }
  }

  /** How large each provider's part of a list was; `name` tells lists and filters apart. */
  function sizesIn(name: string): PartSizes {
    const sizes = sizesOf.get(name) ?? new Map()
    sizesOf.set(name, sizes)
    return sizes
  }

  function partsOf<T>(
    only: ProviderName | null,
    toPart: (provider: DirectoryProvider) => Omit<Part<T>, 'provider'>,
  ): Part<T>[] {
    return [...providers]
      .filter(([provider]) => only === null || only === provider)
      .map(([provider, adapter]) => ({ provider, ...toPart(adapter) }))
  }

  function organizationParts(list: ListOrganizations, call: CallContext): Part<Organization>[] {
    return partsOf(list.provider, provider => ({
      list: page => provider.listOrganizations({ ...list, page }, call),
      kept: page => provider.kept.listOrganizations({ ...list, page }, call),
    }))
  }

  return {
    statuses: () => [...providers.values()].flatMap(provider => provider.statuses()),
    budgets: scopes => [...providers.values()].flatMap(provider => provider.budgets(scopes)),
    async check(call) {
      const checks = await Promise.all([...providers.values()].map(provider => provider.check(call)))
      return new Map(checks.flatMap(check => [...check]))
    },

    listOrganizations: (list, call) =>
      concatenatedPage(organizationParts(list, call), list.page, sizesIn(nameOf('organizations', list))),

    listAllDirectories(list, call) {
      const owner = list.organization && providerOf(list.organization)
      if (owner !== null && list.provider !== null && owner !== list.provider)
        return Promise.resolve(EMPTY_PAGE)
      const parts = partsOf(owner ?? list.provider, provider => ({
        list: page => provider.listAllDirectories({ ...list, page }, call),
        kept: () => null,
      }))
      return concatenatedPage(parts, list.page, sizesIn(nameOf('directories', list)))
    },

    listDirectories: split(
      provider => provider.listDirectories,
      ({ of }: ListDirectories) => of.key,
      EMPTY_PAGE,
    ),
    listUsers: split(
      provider => provider.listUsers,
      ({ within }: ListUsers) => within.key,
      EMPTY_PAGE,
    ),
    listGroups: split(
      provider => provider.listGroups,
      ({ within }: ListGroups) => within.key,
      EMPTY_PAGE,
    ),
    kept: {
      listOrganizations: (list, call) =>
        keptConcatenatedPage(
          organizationParts(list, call),
          list.page,
          sizesIn(nameOf('organizations', list)),
        ),
      listDirectories: (list, call) =>
        providers.get(providerOf(list.of.key))?.kept.listDirectories(list, call) ?? null,
      listUsers: (list, call) =>
        providers.get(providerOf(list.within.key))?.kept.listUsers(list, call) ?? null,
      listGroups: (list, call) =>
        providers.get(providerOf(list.within.key))?.kept.listGroups(list, call) ?? null,
    },
    findOrganizations: split(provider => provider.findOrganizations, keyOfFind, null),
    findDirectories: split(provider => provider.findDirectories, keyOfFind, null),
    findUsers: split(provider => provider.findUsers, keyOfFind, null),
    findGroups: split(provider => provider.findGroups, keyOfFind, null),

    async findUsersByEmail(asked, call) {
      const owner = asked.organization && providerOf(asked.organization)
      const asking = [...providers].filter(([name]) => owner === null || owner === name)
      const found = await Promise.all(
        asking.map(([, provider]) => settle(provider.findUsersByEmail(asked, call))),
      )
      return found.flat()
    },

    enableScim: async (key, call) => home(key).enableScim(key, call),
    disableScim: async (key, call) => home(key).disableScim(key, call),
    createPortalLink: async (key, call) => home(key).createPortalLink(key, call),
    createDirectory: async (key, draft, call) => home(key).createDirectory(key, draft, call),
    enableDirectory: async (key, call) => home(key).enableDirectory(key, call),
    disableDirectory: async (key, call) => home(key).disableDirectory(key, call),
    syncDirectory: async (key, call) => home(key).syncDirectory(key, call),
    deleteDirectory: async (key, force, call) => home(key).deleteDirectory(key, force, call),
    createDirectorySecret: async (key, call) => home(key).createDirectorySecret(key, call),
  }
}

/** The list with its filter, without the page. */
function nameOf(list: string, { page: _page, ...filter }: { readonly page: PageRequest }): string {
  return `${list} ${JSON.stringify(filter)}`
}

function keyOfFind({ key }: Find): EntityKey {
  return key
}
