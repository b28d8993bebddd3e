import type { DirectoryState } from '../sandbox/directory-state.ts'
import type { Book } from '../truth/book.ts'
import {
  DIRECTORY_FIELDS,
  GROUP_FIELDS,
  type Place,
  type ShownDirectory,
  type ShownGroup,
  type ShownUser,
  showsDirectory,
  showsGroup,
  showsGroups,
  showsGroupsOf,
  showsMembers,
  showsUser,
  showsUsers,
  USER_FIELDS,
} from '../truth/claims.ts'
import type { Exhibit } from '../truth/court.ts'
import { directoryIdOf, memberIdOf } from './global-id.ts'

/** A question, and what its answer shows. */
export interface Read<Data = never> {
  readonly operation: string
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  exhibits(data: Data): readonly Exhibit[]
}

interface NodesOf<Node> {
  readonly nodes: readonly Node[]
}

export interface UsersPage {
  readonly directory: {
    readonly users: NodesOf<ShownUser> & {
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
    }
  }
}

interface Nested {
  readonly organizations: NodesOf<{
    readonly directories: NodesOf<
      ShownDirectory & { readonly users: NodesOf<ShownUser>; readonly groups: NodesOf<ShownGroup> }
    >
  }>
}

const NESTED = `query Nested($provider: Provider!, $first: Int!) {
  organizations(first: $first, filter: { provider: $provider }) {
    nodes { directories { nodes {
      ${DIRECTORY_FIELDS}
      users(first: 5) { nodes { ${USER_FIELDS} } }
      groups(first: 5) { nodes { ${GROUP_FIELDS} } }
    } } }
  }
}`

const USERS = `query Users($id: ID!, $first: Int!, $after: String) {
  directory(by: { id: $id }) {
    users(first: $first, after: $after) { nodes { ${USER_FIELDS} } pageInfo { hasNextPage endCursor } }
  }
}`

const DIRECTORY = `query Directory($id: ID!) {
  directory(by: { id: $id }) { ${DIRECTORY_FIELDS} groups(first: 10) { nodes { ${GROUP_FIELDS} } } }
}`

const USER = `query User($id: ID!) {
  node(id: $id) { ... on DirectoryUser { ${USER_FIELDS} groups(first: 20) { nodes { upstreamId } } } }
}`

const GROUP = `query Group($id: ID!) {
  node(id: $id) { ... on DirectoryGroup { ${GROUP_FIELDS} users(first: 10) { nodes { ${USER_FIELDS} } } } }
}`

/** The first organizations of a provider, with what is in them: the list that a front end begins with. */
export function readNested(provider: DirectoryState['provider'], first: number): Read<Nested> {
  return {
    operation: 'Nested',
    query: NESTED,
    variables: { provider: provider.toUpperCase(), first },
    exhibits: ({ organizations }) =>
      organizations.nodes
        .flatMap(({ directories }) => directories.nodes)
        .flatMap(directory => [
          {
            directoryId: directory.upstreamId,
            claim: showsDirectory(directory),
            what: `nested directory of ${provider}`,
          },
          {
            directoryId: directory.upstreamId,
            claim: showsUsers(directory.users.nodes, 5, { first: true }),
            what: `nested users of ${provider}`,
          },
          {
            directoryId: directory.upstreamId,
            claim: showsGroups(directory.groups.nodes, 5),
            what: `nested groups of ${provider}`,
          },
        ]),
  }
}

/** A page of a directory's users. */
export function readUsers(
  state: DirectoryState,
  first: number,
  after: string | null,
  place: Place,
): Read<UsersPage> {
  return {
    operation: 'Users',
    query: USERS,
    variables: { id: directoryIdOf(state), first, after },
    exhibits: ({ directory }) => [
      {
        directoryId: state.directoryId,
        claim: showsUsers(directory.users.nodes, first, place),
        what: `users of ${state.provider}, ${JSON.stringify(place)}`,
      },
    ],
  }
}

export function readDirectory(
  state: DirectoryState,
): Read<{ directory: ShownDirectory & { groups: NodesOf<ShownGroup> } }> {
  const { directoryId, provider } = state
  return {
    operation: 'Directory',
    query: DIRECTORY,
    variables: { id: directoryIdOf(state) },
    exhibits: ({ directory }) => [
      { directoryId, claim: showsDirectory(directory), what: `directory of ${provider}` },
      { directoryId, claim: showsGroups(directory.groups.nodes, 10), what: `groups of ${provider}` },
    ],
  }
}

/**
 * Somebody by their id, with their groups. Scalekit has no such look-up: a scan finds them, of which a change in between
 * may hide somebody. So `Nobody` is not held against it where the directory has changed meanwhile.
 */
export function readUser(
  state: DirectoryState,
  userId: string,
  book: Book,
): Read<{ node: (ShownUser & { groups: NodesOf<{ upstreamId: string }> }) | null }> {
  const { directoryId, provider } = state
  const changes = book.changesOf(directoryId)
  return {
    operation: 'User',
    query: USER,
    variables: { id: memberIdOf('DirectoryUser', state, userId) },
    exhibits({ node }) {
      const claim = showsUser(userId, node)
      const isScanDisturbed = () =>
        provider === 'scalekit' && node === null && book.changesOf(directoryId) !== changes
      const user = {
        directoryId,
        claim: (now: DirectoryState) => claim(now) || isScanDisturbed(),
        what: `user of ${provider}`,
      }
      if (node === null) return [user]
      const groupIds = node.groups.nodes.map(({ upstreamId }) => upstreamId)
      return [
        user,
        { directoryId, claim: showsGroupsOf(userId, groupIds), what: `groups of a user of ${provider}` },
      ]
    },
  }
}

/** A group by its id, with its first members. */
export function readGroup(
  state: DirectoryState,
  groupId: string,
): Read<{ node: (ShownGroup & { users: NodesOf<ShownUser> }) | null }> {
  const { directoryId, provider } = state
  return {
    operation: 'Group',
    query: GROUP,
    variables: { id: memberIdOf('DirectoryGroup', state, groupId) },
    exhibits({ node }) {
      const group = { directoryId, claim: showsGroup(groupId, node), what: `group of ${provider}` }
      if (node === null) return [group]
      const claim = showsMembers(groupId, node.users.nodes, 10)
      return [group, { directoryId, claim, what: `members of a group of ${provider}` }]
    },
  }
}
