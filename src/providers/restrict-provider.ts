import { type Caller, isWithinReach } from '../domain/caller.ts'
import type {
  CallContext,
  DirectoryProvider,
  Find,
  Found,
  Listed,
  ListOrganizations,
} from '../domain/directory-provider.ts'
import type { Organization } from '../domain/entities.ts'
import { type EntityKey, isInAnyOrganization, providerOf } from '../domain/entity-key.ts'
import { nodesOf, type Page } from '../domain/page.ts'
import { noSuchObject, ProviderError } from '../domain/provider-error.ts'
import { EMPTY_PAGE, pageOfList } from './page-of-list.ts'

/**
 * What there is for one caller: all of it, or the one organization that a user's token is for. What lies outside is
 * answered as what does not exist, and nothing is asked about it: keys carry their organization. What has come is
 * checked once more. It is a provider like any other, so nothing above it can forget to ask who is asking.
 */
export function restrictProvider(provider: DirectoryProvider, caller: Caller): DirectoryProvider {
  const { organization } = caller
  if (organization === null) return provider
  const isMine = (key: EntityKey) => isWithinReach(caller, key)
  /** Only a bare id of the caller's own provider has to be asked about: whose it is shows when it comes. */
  const mayBeMine = (key: EntityKey) =>
    isMine(key) || (isInAnyOrganization(key) && providerOf(key) === providerOf(organization))

  const find =
    <T extends { readonly key: EntityKey }>(findMany: (finds: readonly Find[]) => Promise<Found<T>[]>) =>
    async (finds: readonly Find[]): Promise<Found<T>[]> => {
      const found = await only(
        finds,
        ({ key }) => mayBeMine(key),
        findMany,
        () => null,
      )
      return found.map(one => (one === null || one instanceof ProviderError || isMine(one.key) ? one : null))
    }

  const list =
    <Ask, T extends { readonly key: EntityKey }>(
      parentOf: (ask: Ask) => EntityKey,
      listMany: (asks: readonly Ask[]) => Promise<Listed<T>[]>,
    ) =>
    async (asks: readonly Ask[]): Promise<Listed<T>[]> => {
      const absent = () => noSuchObject(providerOf(organization))
      const pages = await only(asks, ask => isMine(parentOf(ask)), listMany, absent)
      return pages.map(page => (page instanceof ProviderError || isAllMine(page) ? page : absent()))
    }

  /** What is not all the caller's is asked for like what is not kept, and refused there. */
  const keptOf =
    <Ask, T extends { readonly key: EntityKey }>(
      parentOf: (ask: Ask) => EntityKey,
      readKept: (ask: Ask, call: CallContext) => Page<T> | null,
    ) =>
    (ask: Ask, call: CallContext): Page<T> | null => {
      const page = isMine(parentOf(ask)) ? readKept(ask, call) : null
      return page !== null && isAllMine(page) ? page : null
    }

  const isAllMine = (page: Page<{ readonly key: EntityKey }>) => nodesOf(page).every(({ key }) => isMine(key))

  const owned =
    <Rest extends unknown[], Result>(write: (key: EntityKey, ...rest: Rest) => Promise<Result>) =>
    async (key: EntityKey, ...rest: Rest): Promise<Result> => {
      if (!isMine(key)) throw noSuchObject(providerOf(key))
      return write(key, ...rest)
    }

  return {
    statuses: () => provider.statuses().filter(status => status.provider === providerOf(organization)),
    budgets: scopes => provider.budgets(scopes).filter(state => state.provider === providerOf(organization)),
    check: call => provider.check(call),

    async listOrganizations(asked, call) {
      const [found = null] = await provider.findOrganizations([{ key: organization, detail: 'full' }], call)
      if (found instanceof ProviderError) throw found
      return pageOfList(found !== null && isWanted(found, asked) ? [found] : [], asked.page)
    },

    async listAllDirectories(asked, call) {
      const isElsewhere = asked.provider !== null && asked.provider !== providerOf(organization)
      if (isElsewhere || (asked.organization !== null && !isMine(asked.organization))) {
        return EMPTY_PAGE
      }
      const page = await provider.listAllDirectories({ ...asked, organization }, call)
      if (!isAllMine(page)) throw noSuchObject(providerOf(organization))
      return page
    },

    listDirectories: (asks, call) =>
      list(
        ({ of }: (typeof asks)[number]) => of.key,
        its => provider.listDirectories(its, call),
      )(asks),
    listUsers: (asks, call) =>
      list(
        ({ within }: (typeof asks)[number]) => within.key,
        its => provider.listUsers(its, call),
      )(asks),
    listGroups: (asks, call) =>
      list(
        ({ within }: (typeof asks)[number]) => within.key,
        its => provider.listGroups(its, call),
      )(asks),
    kept: {
      // By its id, like any other object that is looked up.
      listOrganizations: () => null,
      listDirectories: keptOf(({ of }) => of.key, provider.kept.listDirectories),
      listUsers: keptOf(({ within }) => within.key, provider.kept.listUsers),
      listGroups: keptOf(({ within }) => within.key, provider.kept.listGroups),
    },
    findOrganizations: (finds, call) => find(its => provider.findOrganizations(its, call))(finds),
    findDirectories: (finds, call) => find(its => provider.findDirectories(its, call))(finds),
    findUsers: (finds, call) => find(its => provider.findUsers(its, call))(finds),
    findGroups: (finds, call) => find(its => provider.findGroups(its, call))(finds),

    async findUsersByEmail(asked, call) {
      const found = await provider.findUsersByEmail({ ...asked, organization }, call)
      return found.filter(user => user instanceof ProviderError || isMine(user.key))
    },

    enableScim: owned(provider.enableScim),
    disableScim: owned(provider.disableScim),
    createPortalLink: owned(provider.createPortalLink),
    createDirectory: owned(provider.createDirectory),
    enableDirectory: owned(provider.enableDirectory),
    disableDirectory: owned(provider.disableDirectory),
    syncDirectory: owned(provider.syncDirectory),
    deleteDirectory: owned(provider.deleteDirectory),
    createDirectorySecret: owned(provider.createDirectorySecret),
  }
}

/** Asks for those that pass, in one batch, and puts what stands for the others in between. */
async function only<Ask, Answer>(
  asks: readonly Ask[],
  isAllowed: (ask: Ask) => boolean,
  askMany: (asks: readonly Ask[]) => Promise<Answer[]>,
  absent: () => Answer,
): Promise<Answer[]> {
  const allowed = asks.filter(isAllowed)
  const answers = allowed.length === 0 ? [] : await askMany(allowed)
  const answerOf = new Map(allowed.map((ask, index) => [ask, answers[index]]))
  return asks.map(ask => answerOf.get(ask) ?? absent())
}

/** The filters of the list of organizations, for the one that there is. */
function isWanted({ key, name, externalId }: Organization, asked: ListOrganizations): boolean {
  const { provider, search } = asked
  return (
    (provider === null || provider === providerOf(key)) &&
    (asked.externalId === null || asked.externalId === externalId) &&
    (search === null || name.toLowerCase().includes(search.toLowerCase()))
  )
}
