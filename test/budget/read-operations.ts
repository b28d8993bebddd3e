import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { directoryId, groupId, organizationId, userId } from '../support/seeded-ids.ts'
import { globalId } from '../support/start-app.ts'
import type { Calls, Operation } from './count-calls.ts'

const workosMedium = (sandbox: Sandbox) => ({
  id: directoryId(sandbox, sandbox.data.known.workosMediumDirectoryId),
})
const workosLarge = (sandbox: Sandbox) => ({
  id: directoryId(sandbox, sandbox.data.known.workosLargeDirectoryId),
})
const scalekitLarge = (sandbox: Sandbox) => ({
  id: directoryId(sandbox, sandbox.data.known.scalekitLargeDirectoryId),
})
const WORKOS_DIRECTORY = 'workos GET /directories/{id}'
const WORKOS_USERS = 'workos GET /directory_users'
const WORKOS_GROUPS = 'workos GET /directory_groups'
const SCALEKIT_DIRECTORY = 'scalekit GET /organizations/{id}/directories/{id}'
const SCALEKIT_USERS = 'scalekit GET /organizations/{id}/directories/{id}/users'
const SCALEKIT_GROUPS = 'scalekit GET /organizations/{id}/directories/{id}/groups'

const directory = (selection: string) => `query($id: ID!) { directory(by: { id: $id }) { ${selection} } }`

/** Each query with exactly what it may ask of the providers, and above it why no less would do. */
export const READS: readonly (readonly [name: string, operation: Operation, calls: Calls])[] = [
  // Nothing is asked about anything that a provider knows.
  ['__typename', { query: '{ __typename }' }, {}],
  // What a provider can do is known without it, and how it is was learnt from earlier calls.
  ['providers', { query: '{ providers { provider operations reachable } }' }, {}],
  // One page of one provider holds them all.
  [
    'ids of 5 organizations',
    { query: '{ organizations(first: 5) { nodes { id } } }' },
    { 'workos GET /organizations': 1 },
  ],
  // The page ends where WorkOS does, so whether there is more only Scalekit knows.
  [
    'as many organizations as WorkOS has',
    { query: '{ organizations(first: 7) { nodes { id } pageInfo { hasNextPage } } }' },
    { 'workos GET /organizations': 1, 'scalekit GET /organizations': 1 },
  ],
  // Two lists of organizations; all directories of WorkOS are one list, those of an organization of Scalekit one each;
  // and each directory's users and groups are a list.
  [
    '20 organizations with their directories, users and groups',
    {
      query: `{ organizations(first: 20) { nodes { name directories { nodes { name
        users(first: 10) { totalCount nodes { name } } groups(first: 10) { totalCount nodes { name } }
      } } } } }`,
    },
    {
      'workos GET /organizations': 1,
      'workos GET /directories': 1,
      [WORKOS_USERS]: 7,
      [WORKOS_GROUPS]: 7,
      'scalekit GET /organizations': 1,
      'scalekit GET /organizations/{id}/directories': 5,
      [SCALEKIT_USERS]: 5,
      [SCALEKIT_GROUPS]: 5,
    },
  ],
  // The page, and the directory that it is of; the users' directory is that same one, its organization only named.
  [
    '50 users with their directory and their organization’s id',
    {
      query: directory('users(first: 50) { nodes { name directory { name organization { id } } } }'),
      variables: workosLarge,
    },
    { [WORKOS_DIRECTORY]: 1, [WORKOS_USERS]: 1 },
  ],
  // One way down; on the way back up everything has been seen.
  [
    '50 users with their directory and their organization, from the organization down',
    {
      query: `query($id: ID!) { organization(by: { id: $id }) { name directories(first: 1) { nodes { name
        users(first: 50) { nodes { name organization { name } directory { name organization { name } } } }
      } } } }`,
      variables: ({ data }) => ({ id: organizationId('workos', data.known.workosOrganizationId) }),
    },
    { 'workos GET /organizations/{id}': 1, 'workos GET /directories': 1, [WORKOS_USERS]: 1 },
  ],
  // The page shows that there is the directory. The organization of all 50 is one, and was in no answer yet.
  [
    '50 users with their directory and their organization, from the directory',
    {
      query: directory('users(first: 50) { nodes { name directory { organization { name } } } }'),
      variables: workosLarge,
    },
    { [WORKOS_USERS]: 1, 'workos GET /organizations/{id}': 1 },
  ],
  // The directory carries the count.
  [
    'users { totalCount } at WorkOS',
    { query: directory('users { totalCount }'), variables: workosMedium },
    { [WORKOS_DIRECTORY]: 1 },
  ],
  [
    'users and groups { totalCount } at Scalekit',
    { query: directory('users { totalCount } groups { totalCount }'), variables: scalekitLarge },
    { [SCALEKIT_DIRECTORY]: 1 },
  ],
  // WorkOS counts no list, so that the answer is null is known beforehand.
  [
    'users { totalCount } where WorkOS has not counted',
    {
      query: directory('users { totalCount } groups { totalCount }'),
      variables: sandbox => ({ id: directoryId(sandbox, sandbox.data.known.workosUncountedDirectoryId) }),
    },
    { [WORKOS_DIRECTORY]: 1 },
  ],
  // One page answers them all, whatever each selects of it.
  [
    'the same users under five aliases',
    {
      query: directory(`a: users(first: 5) { nodes { id } } b: users(first: 5) { nodes { name } }
        c: users(first: 5) { nodes { rawAttributes } } d: users(first: 5) { edges { cursor } }
        e: users(first: 5) { totalCount nodes { emails } }`),
      variables: scalekitLarge,
    },
    { [SCALEKIT_DIRECTORY]: 1, [`${SCALEKIT_USERS} in detail`]: 1 },
  ],
  // One object, whatever each alias selects of it.
  [
    'the same organization under five aliases',
    {
      query: `query($id: ID!) { a: organization(by: { id: $id }) { id } b: organization(by: { id: $id }) { name }
        c: node(id: $id) { id } d: node(id: $id) { ... on Organization { domains { domain } } } e: nodes(ids: [$id, $id]) { id } }`,
      variables: ({ data }) => ({ id: organizationId('workos', data.known.workosOrganizationId) }),
    },
    { 'workos GET /organizations/{id}': 1 },
  ],
  // A look-up each where there is one. Farrow's two directories are one list; four users are one scan up to the last
  // of them, which is the 64th and so on the third page of 30; two groups are on the first page of groups.
  [
    '30 nodes of all kinds',
    { query: 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }', variables: thirtyIds },
    {
      'workos GET /organizations/{id}': 5,
      [WORKOS_DIRECTORY]: 4,
      'workos GET /directory_users/{id}': 4,
      'workos GET /directory_groups/{id}': 2,
      'scalekit GET /organizations/{id}': 5,
      [SCALEKIT_DIRECTORY]: 2,
      'scalekit GET /organizations/{id}/directories': 1,
      [SCALEKIT_USERS]: 3,
      [SCALEKIT_GROUPS]: 1,
    },
  ],
  // The directory, for its name, and the one page that Scalekit gives at most.
  [
    'a directory of Scalekit with 30 users',
    { query: directory('name users(first: 30) { nodes { name } }'), variables: scalekitLarge },
    { [SCALEKIT_DIRECTORY]: 1, [SCALEKIT_USERS]: 1 },
  ],
  // Where no more is asked of the directory than its key, the page shows that it is there.
  [
    'a directory of WorkOS with 100 users, by id',
    { query: directory('id users(first: 100) { nodes { name } }'), variables: workosLarge },
    { [WORKOS_USERS]: 1 },
  ],
  [
    'a directory of Scalekit with 30 users, by id',
    { query: directory('id users(first: 30) { nodes { name } }'), variables: scalekitLarge },
    { [SCALEKIT_USERS]: 1 },
  ],
  // Users and groups are two lists.
  [
    'a directory of WorkOS with users and groups, by id',
    {
      query: directory('users(first: 30) { nodes { name } } groups(first: 30) { nodes { name } }'),
      variables: workosLarge,
    },
    { [WORKOS_USERS]: 1, [WORKOS_GROUPS]: 1 },
  ],
  [
    'a directory of Scalekit with users and groups, by id',
    {
      query: directory('users(first: 30) { nodes { name } } groups(first: 30) { nodes { name } }'),
      variables: scalekitLarge,
    },
    { [SCALEKIT_USERS]: 1, [SCALEKIT_GROUPS]: 1 },
  ],
  // That it has no groups says nothing of whose it is; a directory that is not there has neither.
  [
    'the groups of a directory without any',
    {
      query: directory('groups { nodes { name } }'),
      variables: sandbox => {
        sandbox.data.workos.rosters.get(sandbox.data.known.workosSmallDirectoryId)?.groups.splice(0)
        return { id: directoryId(sandbox, sandbox.data.known.workosSmallDirectoryId) }
      },
    },
    { [WORKOS_GROUPS]: 1, [WORKOS_DIRECTORY]: 1 },
  ],
  // The page says that it is another's.
  [
    'users of a directory by an id that claims another organization',
    {
      query: directory('id users { nodes { id } }'),
      variables: ({ data }) => ({
        id: globalId(
          'Directory',
          'workos',
          data.known.workosOrganizationId,
          data.known.workosSmallDirectoryId,
        ),
      }),
    },
    { [WORKOS_USERS]: 1 },
  ],
  [
    'no more than the id of a directory by an id that claims another organization',
    {
      query: directory('id'),
      variables: ({ data }) => ({
        id: globalId(
          'Directory',
          'workos',
          data.known.workosOrganizationId,
          data.known.workosSmallDirectoryId,
        ),
      }),
    },
    { [WORKOS_DIRECTORY]: 1 },
  ],
  // The members of a group show that there is the group: no look-up at WorkOS, and no scan at Scalekit.
  [
    'members of a group of each provider, by id',
    {
      query:
        'query($ids: [ID!]!) { nodes(ids: $ids) { id ... on DirectoryGroup { users(first: 5) { nodes { name } } } } }',
      variables: sandbox => ({
        ids: [
          groupId(sandbox, sandbox.data.known.workosLargeGroupId),
          groupId(sandbox, sandbox.data.known.scalekitLargeGroupId),
        ],
      }),
    },
    { [WORKOS_USERS]: 1, [SCALEKIT_USERS]: 1 },
  ],
  // The directories of an organization show that there is the organization.
  [
    'directories of an organization of each provider, by id',
    {
      query:
        'query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Organization { directories { nodes { name } } } } }',
      variables: ({ data }) => ({
        ids: [
          organizationId('workos', data.known.workosOrganizationId),
          organizationId('scalekit', data.known.scalekitOrganizationId),
        ],
      }),
    },
    { 'workos GET /directories': 1, 'scalekit GET /organizations/{id}/directories': 1 },
  ],
  // A page of Scalekit holds 30, so 100 take four.
  [
    'a directory of Scalekit with 100 users',
    { query: directory('users(first: 100) { nodes { name } }'), variables: scalekitLarge },
    { [SCALEKIT_USERS]: 4 },
  ],
  // Attributes come with the same page, when they are asked for.
  [
    'users of Scalekit with raw attributes',
    { query: directory('users(first: 20) { nodes { name rawAttributes } }'), variables: scalekitLarge },
    { [`${SCALEKIT_USERS} in detail`]: 1 },
  ],
  // So do the groups of each user, by name. The directory is asked for, since a provider may plan by its size.
  [
    'users of Scalekit with their groups',
    {
      query: directory('users(first: 20) { nodes { name groups { totalCount nodes { id name } } } }'),
      variables: scalekitLarge,
    },
    { [SCALEKIT_DIRECTORY]: 1, [`${SCALEKIT_USERS} in detail`]: 1 },
  ],
  // WorkOS lists the groups of one user at a time; that this is the cheapest way, the directory's size tells.
  [
    '10 users of WorkOS with their groups',
    {
      query: directory('users(first: 10) { nodes { name groups { nodes { name } } } }'),
      variables: workosMedium,
    },
    { [WORKOS_DIRECTORY]: 1, [WORKOS_USERS]: 1, [WORKOS_GROUPS]: 10 },
  ],
  // A list of groups for each directory.
  [
    '5 directories with their groups',
    { query: '{ directories(first: 5) { nodes { name groups(first: 5) { nodes { name } } } } }' },
    { 'workos GET /directories': 1, [WORKOS_GROUPS]: 5 },
  ],
  // A user's id names its directory and its organization.
  [
    'a user with the ids of its directory and organization',
    {
      query:
        'query($id: ID!) { node(id: $id) { ... on DirectoryUser { name directory { id } organization { id } } } }',
      variables: sandbox => ({ id: userId(sandbox, sandbox.data.known.workosUserId) }),
    },
    { 'workos GET /directory_users/{id}': 1 },
  ],
  // A role's group is known by its id; that it is so called is found in the directory's groups, where it is the first.
  [
    'roles with their group’s id',
    { query: directory('roleAssignments { roleName group { id } }'), variables: scalekitLarge },
    { [SCALEKIT_DIRECTORY]: 1 },
  ],
  [
    'roles with their group’s name',
    { query: directory('roleAssignments { roleName group { name } }'), variables: scalekitLarge },
    { [SCALEKIT_DIRECTORY]: 1, [SCALEKIT_GROUPS]: 1 },
  ],
  // Each provider is asked by its own look-up.
  [
    'an organization by the product’s own id',
    { query: '{ organizations(filter: { externalId: "crm-1001" }) { nodes { name } } }' },
    { 'workos GET /organizations/external_id/{id}': 1, 'scalekit GET /organizations': 1 },
  ],
  // WorkOS looks an address up by directory; Scalekit has no such look-up, so 412 + 95 + 57 + 12 + 9 users are read by 30.
  [
    'users by e-mail address',
    { query: '{ directoryUsersByEmail(email: "priya.raman@fieldwork.example") { name } }' },
    {
      'workos GET /directories': 1,
      [WORKOS_USERS]: 7,
      'scalekit GET /organizations': 1,
      'scalekit GET /organizations/{id}/directories': 5,
      [`${SCALEKIT_USERS} in detail`]: 14 + 4 + 2 + 1 + 1,
    },
  ],
]

/** Ten organizations, eight directories, eight users and four groups of both providers. */
function thirtyIds(sandbox: Sandbox): { ids: string[] } {
  const { known, workos, scalekit } = sandbox.data
  const atWorkos = workos.rosters.get(known.workosSmallDirectoryId)
  const atScalekit = scalekit.rosters.get(known.scalekitMediumDirectoryId)
  const ids = [
    ...workos.organizations.slice(0, 5).map(({ id }) => organizationId('workos', id)),
    ...scalekit.organizations.map(({ id }) => organizationId('scalekit', id)),
    ...[...workos.directories.slice(0, 4), ...scalekit.directories.slice(0, 4)].map(({ id }) =>
      directoryId(sandbox, id),
    ),
    ...(atWorkos?.users.slice(0, 4) ?? []).map(({ id }) => userId(sandbox, id)),
    ...(atScalekit?.users.slice(60, 64) ?? []).map(({ id }) => userId(sandbox, id)),
    ...(atWorkos?.groups.slice(0, 2) ?? []).map(({ id }) => groupId(sandbox, id)),
    ...(atScalekit?.groups.slice(0, 2) ?? []).map(({ id }) => groupId(sandbox, id)),
  ]
  return { ids }
}
