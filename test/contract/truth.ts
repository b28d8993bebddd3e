import {
  directoryIdOf,
  directoryKey,
  directoryKeyOf,
  type EntityKey,
  memberKey,
  organizationKey,
  type ProviderName,
  providerOf,
  upstreamIdOf,
} from '../../src/domain/entity-key.ts'
import type { SandboxData } from '../../src/sandbox/sandbox.ts'

/** What the sandbox holds, as keys in the order in which the port lists them. Read anew at each call. */
export interface Truth {
  organizations(): EntityKey[]
  /** All of them, or those of one organization. */
  directories(organization?: EntityKey): EntityKey[]
  /** Of a directory or of a group. */
  users(within: EntityKey): EntityKey[]
  /** Of a directory or of a user. */
  groups(within: EntityKey): EntityKey[]
}

/** The truth over some providers, one after the other. */
export function truthOf(data: SandboxData, names: readonly ProviderName[]): Truth {
  const truths = { workos: workosTruth(data), scalekit: scalekitTruth(data) }
  const all = names.map(name => truths[name])
  return {
    organizations: () => all.flatMap(truth => truth.organizations()),
    directories: organization =>
      organization
        ? truths[providerOf(organization)].directories(organization)
        : all.flatMap(truth => truth.directories()),
    users: within => truths[providerOf(within)].users(within),
    groups: within => truths[providerOf(within)].groups(within),
  }
}

/** WorkOS keeps the oldest first and is asked for the newest first. */
function workosTruth({ workos }: SandboxData): Truth {
  const members = rosterTruth(id => {
    const { users, groups, groupIdsByUser } = workos.rosters.get(id) ?? EMPTY
    return { users: users.toReversed(), groups: groups.toReversed(), groupIdsByUser }
  })
  return {
    organizations: () => workos.organizations.map(({ id }) => organizationKey('workos', id)).reverse(),
    directories: organization =>
      workos.directories
        .map(({ organization_id, id }) => directoryKey('workos', organization_id, id))
        .filter(key => isOf(key, organization))
        .reverse(),
    ...members,
  }
}

/** Scalekit has no list over all directories: it is its organizations in order, and the directories of each. */
function scalekitTruth({ scalekit }: SandboxData): Truth {
  const organizations = () => scalekit.organizations.map(({ id }) => organizationKey('scalekit', id))
  const directories = (organization: EntityKey) =>
    scalekit.directories
      .map(({ organization_id, id }) => directoryKey('scalekit', organization_id, id))
      .filter(key => isOf(key, organization))
  return {
    organizations,
    directories: organization =>
      organization ? directories(organization) : organizations().flatMap(directories),
    ...rosterTruth(id => scalekit.rosters.get(id) ?? EMPTY),
  }
}

interface Members {
  readonly users: readonly { id: string }[]
  readonly groups: readonly { id: string }[]
  readonly groupIdsByUser: ReadonlyMap<string, ReadonlySet<string>>
}

const EMPTY: Members = { users: [], groups: [], groupIdsByUser: new Map() }

function rosterTruth(rosterOf: (directoryId: string) => Members): Pick<Truth, 'users' | 'groups'> {
  return {
    users(within) {
      const { users, groupIdsByUser } = rosterOf(directoryIdOf(within))
      const isGroup = directoryKeyOf(within) !== within
      return users
        .filter(({ id }) => !isGroup || groupIdsByUser.get(id)?.has(upstreamIdOf(within)))
        .map(({ id }) => memberKey(directoryKeyOf(within), id))
    },
    groups(within) {
      const { groups, groupIdsByUser } = rosterOf(directoryIdOf(within))
      const isUser = directoryKeyOf(within) !== within
      return groups
        .filter(({ id }) => !isUser || groupIdsByUser.get(upstreamIdOf(within))?.has(id))
        .map(({ id }) => memberKey(directoryKeyOf(within), id))
    },
  }
}

function isOf(directory: EntityKey, organization: EntityKey | undefined): boolean {
  return organization === undefined || directory.startsWith(`${organization}:`)
}

/** Keys of one provider that tests name: some that exist, and some that do not. */
export interface Samples {
  readonly organization: EntityKey
  readonly externalId: string
  readonly emptyOrganization: EntityKey
  readonly twoDirectories: EntityKey
  readonly directory: EntityKey
  readonly otherDirectory: EntityKey
  readonly disabledDirectory: EntityKey
  readonly user: EntityKey
  readonly userWithGroups: EntityKey
  readonly userWithoutGroups: EntityKey
  readonly group: EntityKey
  readonly unknown: Record<'organization' | 'directory' | 'user' | 'group', EntityKey>
}

const UNKNOWN_IDS = {
  workos: {
    organization: 'org_01HZZZZZZZZZZZZZZZZZZZZZZZ',
    directory: 'directory_01HZZZZZZZZZZZZZZZZZZZZZZZ',
    user: 'directory_user_01HZZZZZZZZZZZZZZZZZZZZZZZ',
    group: 'directory_group_01HZZZZZZZZZZZZZZZZZZZZZZZ',
  },
  scalekit: {
    organization: 'org_99999999999999999',
    directory: 'dir_99999999999999999',
    user: 'diruser_99999999999999999',
    group: 'dirgroup_99999999999999999',
  },
}

export function samplesOf(data: SandboxData, name: ProviderName): Samples {
  const truth = truthOf(data, [name])
  const { known } = data
  const isWorkos = name === 'workos'
  const directories = truth.directories()
  const directoryOf = (id: string) => required(directories.find(key => upstreamIdOf(key) === id))
  const directory = directoryOf(isWorkos ? known.workosMediumDirectoryId : known.scalekitMediumDirectoryId)
  const users = truth.users(directory)
  const [organization, directoryOfIt] = directory.split(':').slice(1) as [string, string]
  const unknown = UNKNOWN_IDS[name]
  return {
    organization: organizationKey(name, isWorkos ? known.workosOrganizationId : known.scalekitOrganizationId),
    externalId: isWorkos ? known.workosOrganizationExternalId : known.scalekitOrganizationExternalId,
    emptyOrganization: organizationKey(
      name,
      isWorkos ? known.workosEmptyOrganizationId : known.scalekitEmptyOrganizationId,
    ),
    twoDirectories: organizationKey(
      name,
      isWorkos ? known.workosTwoDirectoriesOrganizationId : known.scalekitTwoDirectoriesOrganizationId,
    ),
    directory,
    otherDirectory: directoryOf(isWorkos ? known.workosSmallDirectoryId : known.scalekitUnnamedDirectoryId),
    disabledDirectory: directoryOf(
      isWorkos ? known.workosUnlinkedDirectoryId : known.scalekitDisabledDirectoryId,
    ),
    user: required(users.at(40)),
    userWithGroups: required(users.find(key => truth.groups(key).length > 2)),
    userWithoutGroups: required(users.find(key => truth.groups(key).length === 0)),
    group: required(truth.groups(directory).find(key => truth.users(key).length > 10)),
    unknown: {
      organization: organizationKey(name, unknown.organization),
      directory: directoryKey(name, organization, unknown.directory),
      user: memberKey(directoryKey(name, organization, directoryOfIt), unknown.user),
      group: memberKey(directoryKey(name, organization, directoryOfIt), unknown.group),
    },
  }
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the sandbox no longer holds what the tests name')
  return value
}
