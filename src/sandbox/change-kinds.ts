import type { ChangeDraw } from './change-draw.ts'
import type { SyncedDirectory, SyncedGroup, SyncedUser, UserEdit } from './synced-directory.ts'

/** Whom a change is about, beside the directory. */
export interface ChangeSubject {
  userId: string | null
  groupId: string | null
}

/** Makes a change in the directory, or says by `null` that there is nothing to change so. */
type ChangeMaker = (directory: SyncedDirectory, draw: ChangeDraw) => ChangeSubject | null

/** A group with more members than this is not deleted: Scalekit tells of each of them. */
const mostMembersLeft = 20

const projects = [
  'Aurora',
  'Basalt',
  'Cobalt',
  'Dune',
  'Ember',
  'Fjord',
  'Garnet',
  'Harbor',
  'Indigo',
  'Juniper',
]

function ofUser(user: SyncedUser | undefined, change: (user: SyncedUser) => void): ChangeSubject | null {
  if (!user) return null
  change(user)
  return { userId: user.id, groupId: null }
}

function ofGroup(group: SyncedGroup | undefined, change: (group: SyncedGroup) => void): ChangeSubject | null {
  if (!group) return null
  change(group)
  return { userId: null, groupId: group.id }
}

/** Where the people's addresses are; the contractor's of another company do not count. */
function domainOf(directory: SyncedDirectory, draw: ChangeDraw): string | undefined {
  const user = directory.users().find(({ id, email }) => email !== null && !draw.isKnown(id))
  return user?.email?.split('@')[1]
}

/** `cordia.predovic@…` becomes `c.predovic7@…`: another one, and nobody else's. */
function toOtherEmail(email: string, number: number): string {
  const [local = '', domain = ''] = email.split('@')
  const last = local.split('.').at(-1)?.replace(/\d+$/, '')
  return `${local[0]}.${last}${number}@${domain}`
}

const editOf =
  (toEdit: (draw: ChangeDraw) => UserEdit): ChangeMaker =>
  (directory, draw) =>
    ofUser(draw.listed(directory.users()), ({ id }) => directory.editUser(id, toEdit(draw)))

const turn =
  (state: Parameters<SyncedDirectory['turn']>[0]): ChangeMaker =>
  directory =>
    directory.turn(state) ? { userId: null, groupId: null } : null

const makers = {
  'user-created': (directory, draw) => {
    const groupIds = directory.groups().map(({ id }) => id)
    const drawn = new Set([draw.listed(groupIds), draw.listed(groupIds)].slice(0, draw.below(3)))
    const person = draw.person(domainOf(directory, draw))
    const userId = directory.addUser(
      person,
      [...drawn].filter(id => id !== undefined),
    )
    return { userId, groupId: null }
  },
  'user-deleted': (directory, draw) =>
    ofUser(draw.listed(directory.users().filter(({ id }) => !draw.isKnown(id))), ({ id }) =>
      directory.removeUser(id),
    ),
  'user-retitled': editOf(draw => ({ jobTitle: draw.person().jobTitle })),
  'user-renamed': editOf(draw => ({ familyName: draw.person().familyName })),
  'user-readdressed': (directory, draw) => {
    const users = directory.users().filter(({ id, email }) => email !== null && !draw.isKnown(id))
    return ofUser(draw.listed(users), ({ id, email }) =>
      directory.editUser(id, { email: toOtherEmail(email ?? '', draw.count()) }),
    )
  },
  'user-suspended': (directory, draw) =>
    ofUser(draw.listed(directory.users().filter(({ isActive }) => isActive)), ({ id }) =>
      directory.editUser(id, { isActive: false }),
    ),
  'user-reinstated': (directory, draw) =>
    ofUser(draw.listed(directory.users().filter(({ isActive }) => !isActive)), ({ id }) =>
      directory.editUser(id, { isActive: true }),
    ),
  'group-created': (directory, draw) => {
    const name = `Project ${projects[draw.below(projects.length)]} ${draw.count()}`
    return { userId: null, groupId: directory.addGroup(name) }
  },
  'group-renamed': (directory, draw) =>
    ofGroup(draw.listed(directory.groups()), ({ id, name }) =>
      directory.renameGroup(id, name.endsWith(' Team') ? name.slice(0, -5) : `${name} Team`),
    ),
  'group-deleted': (directory, draw) => {
    const groups = directory.groups().filter(({ id, size }) => size <= mostMembersLeft && !draw.isKnown(id))
    const [smallest] = groups.toSorted((one, other) => one.size - other.size)
    return ofGroup(smallest, ({ id }) => directory.removeGroup(id))
  },
  'member-added': (directory, draw) => {
    const groups = directory.groups()
    const user = draw.listed(directory.users().filter(({ groupIds }) => groupIds.size < groups.length))
    const group = draw.listed(groups.filter(({ id }) => !user?.groupIds.has(id)))
    if (!user || !group) return null
    directory.addMember(user.id, group.id)
    return { userId: user.id, groupId: group.id }
  },
  'member-removed': (directory, draw) => {
    const user = draw.listed(directory.users().filter(({ groupIds }) => groupIds.size > 0))
    const groupId = draw.listed([...(user?.groupIds ?? [])])
    if (!user || groupId === undefined) return null
    directory.removeMember(user.id, groupId)
    return { userId: user.id, groupId }
  },
  'directory-activated': turn('activated'),
  'directory-disabled': turn('disabled'),
  'directory-enabled': turn('enabled'),
} satisfies Record<string, ChangeMaker>

/**
 * What can happen by itself. A WorkOS directory that is being set up is activated; Scalekit's are disabled for a while
 * and enabled again. All the rest happens at both.
 */
export type SandboxChangeKind = keyof typeof makers

/** Every kind of change. */
export const sandboxChangeKinds = Object.keys(makers) as readonly SandboxChangeKind[]

const isOfDirectory = (kind: SandboxChangeKind) => kind.startsWith('directory-')

/** Makes one change of the kind in the directory, or says by `null` that it can't happen there. */
export function makeChange(
  kind: SandboxChangeKind,
  directory: SyncedDirectory,
  draw: ChangeDraw,
): ChangeSubject | null {
  return isOfDirectory(kind) || directory.isHeard() ? makers[kind](directory, draw) : null
}
