import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { directoryId, groupId, organizationId, userId } from '../support/seeded-ids.ts'
import type { Calls, Operation } from './count-calls.ts'

const WORKOS_DIRECTORY = 'workos GET /directories/{id}'
const WORKOS_USER = 'workos GET /directory_users/{id}'
const WORKOS_USERS = 'workos GET /directory_users'
const WORKOS_GROUPS = 'workos GET /directory_groups'
const SCALEKIT_DIRECTORY = 'scalekit GET /organizations/{id}/directories/{id}'
const SCALEKIT_USERS = 'scalekit GET /organizations/{id}/directories/{id}/users'
const SCALEKIT_GROUPS = 'scalekit GET /organizations/{id}/directories/{id}/groups'

const aWorkosUser = (sandbox: Sandbox) => ({ id: userId(sandbox, sandbox.data.known.workosUserId) })

/** Those in which the adapters have a choice of calls, or the selection decides that there is none to make. */
export const PLANNED_READS: readonly (readonly [name: string, operation: Operation, calls: Calls])[] = [
  // A list of organizations and one of directories, which two are never fewer than.
  [
    'organizations of WorkOS with their directories',
    {
      query:
        '{ organizations(first: 7, filter: { provider: WORKOS }) { nodes { directories { nodes { name } } } } }',
    },
    { 'workos GET /organizations': 1, 'workos GET /directories': 1 },
  ],
  // 207 organizations of 207 directories are three pages each; the page in the middle holds 100 organizations.
  [
    '100 organizations of many with their directories',
    {
      query:
        '{ organizations(first: 100, filter: { provider: WORKOS }) { nodes { name directories { nodes { name } } } } }',
      world: { scale: { organizations: 200 } },
    },
    { 'workos GET /organizations': 1, 'workos GET /directories': 3 },
  ],
  // One organization has one list.
  [
    'one organization with its directories',
    { query: '{ organizations(first: 1) { nodes { directories { nodes { name } } } } }' },
    { 'workos GET /organizations': 1, 'workos GET /directories': 1 },
  ],
  // WorkOS does not count directories, so that the answer is null is known; Scalekit's list is the count.
  [
    'organizations with no more than the number of their directories',
    { query: '{ organizations(first: 20) { nodes { directories { totalCount } } } }' },
    {
      'workos GET /organizations': 1,
      'scalekit GET /organizations': 1,
      'scalekit GET /organizations/{id}/directories': 5,
    },
  ],
  // A search that finds nobody asks for nobody's directories.
  [
    'a search without finds, with directories',
    {
      query:
        '{ organizations(filter: { search: "zzz", provider: WORKOS }) { nodes { directories { nodes { id } } } } }',
    },
    { 'workos GET /organizations': 1 },
  ],
  // The directory shows that there is its organization.
  [
    'the last directory of an organization',
    {
      query: 'query($id: ID!) { organization(by: { id: $id }) { directories(last: 1) { nodes { name } } } }',
      variables: ({ data }) => ({ id: organizationId('workos', data.known.workosOrganizationId) }),
    },
    { 'workos GET /directories': 1 },
  ],
  // 30 users of 6 groups: the directory, the page, the list of groups, and the members of each.
  [
    'the groups of 30 users of a small directory of WorkOS',
    {
      query: `query($id: ID!) { directory(by: { id: $id }) {
        users(first: 30) { nodes { name groups { nodes { name } } } } } }`,
      variables: ({ data }) => ({ id: extraDirectory(data) }),
      world: { scale: { organizations: 1 } },
    },
    { [WORKOS_DIRECTORY]: 1, [WORKOS_USERS]: 1 + 6, [WORKOS_GROUPS]: 1 },
  ],
  // Three users are fewer calls than six groups.
  [
    'the groups of 3 users of that directory',
    {
      query: `query($id: ID!) { directory(by: { id: $id }) {
        users(first: 3) { nodes { name groups { nodes { name } } } } } }`,
      variables: ({ data }) => ({ id: extraDirectory(data) }),
      world: { scale: { organizations: 1 } },
    },
    { [WORKOS_DIRECTORY]: 1, [WORKOS_USERS]: 1, [WORKOS_GROUPS]: 3 },
  ],
  // A user's id names its directory, and the list of its people takes no more than that.
  [
    'the colleagues of a user',
    {
      query: `query($id: ID!) { node(id: $id) { ... on DirectoryUser { name
        directory { users(first: 5) { nodes { name } } groups(first: 5) { nodes { name } } } } } }`,
      variables: aWorkosUser,
    },
    { [WORKOS_USER]: 1, [WORKOS_USERS]: 1, [WORKOS_GROUPS]: 1 },
  ],
  // How many colleagues there are stands in the directory's record.
  [
    'the number of a user’s colleagues',
    {
      query: `query($id: ID!) { node(id: $id) { ... on DirectoryUser { name
        directory { users(first: 5) { totalCount nodes { name } } } } } }`,
      variables: aWorkosUser,
    },
    { [WORKOS_USER]: 1, [WORKOS_DIRECTORY]: 1, [WORKOS_USERS]: 1 },
  ],
  // A role's group is known by its id, by which its members are listed.
  [
    'the members of a role’s group',
    {
      query: `query($id: ID!) { directory(by: { id: $id }) {
        roleAssignments { roleName group { users(first: 3) { nodes { name } } } } } }`,
      variables: sandbox => ({ id: directoryId(sandbox, sandbox.data.known.scalekitMediumDirectoryId) }),
    },
    { [SCALEKIT_DIRECTORY]: 1, [SCALEKIT_USERS]: 1 },
  ],
  // One scan finds all six: the last of them is the 95th, on the fourth page.
  [
    'six users of Scalekit by their ids',
    {
      query: 'query($ids: [ID!]!) { nodes(ids: $ids) { ... on DirectoryUser { name } } }',
      variables: sandbox => ({
        ids: [0, 1, 29, 30, 60, 94].map(index => userId(sandbox, memberOf(sandbox, 'users', index))),
      }),
    },
    { [SCALEKIT_USERS]: 4 },
  ],
  // It stops at the page of the last that is wanted.
  [
    'two groups and a user of Scalekit by their ids',
    {
      query: 'query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }',
      variables: sandbox => ({
        ids: [
          ...[0, 1].map(index => groupId(sandbox, memberOf(sandbox, 'groups', index))),
          userId(sandbox, memberOf(sandbox, 'users', 31)),
        ],
      }),
    },
    { [SCALEKIT_GROUPS]: 1, [SCALEKIT_USERS]: 2 },
  ],
  // Both pages of the one list, either of which shows that there is the directory.
  [
    'the first two pages of a directory at once',
    {
      query: `query($id: ID!) { directory(by: { id: $id }) {
        first: users(first: 20) { pageInfo { endCursor } } last: users(last: 20) { pageInfo { startCursor } } } }`,
      variables: sandbox => ({ id: directoryId(sandbox, sandbox.data.known.workosLargeDirectoryId) }),
    },
    { [WORKOS_USERS]: 2 },
  ],
  // Both directories of one organization are its one list.
  [
    'two directories of an organization of Scalekit by their ids',
    {
      query: 'query($ids: [ID!]!) { nodes(ids: $ids) { ... on Directory { name stats { totalUsers } } } }',
      variables: sandbox => ({
        ids: [
          sandbox.data.known.scalekitMediumDirectoryId,
          sandbox.data.known.scalekitDisabledDirectoryId,
        ].map(id => directoryId(sandbox, id)),
      }),
    },
    { 'scalekit GET /organizations/{id}/directories': 1 },
  ],
]

function extraDirectory(data: Sandbox['data']): string {
  return directoryId({ data } as Sandbox, data.known.workosExtraDirectoryIds[0] ?? '')
}

function memberOf({ data }: Sandbox, kind: 'users' | 'groups', index: number): string {
  return data.scalekit.rosters.get(data.known.scalekitMediumDirectoryId)?.[kind][index]?.id ?? ''
}
