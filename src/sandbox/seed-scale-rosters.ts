import { toScalekitDigits, toSequentialUlid } from './minted-ids.ts'
import type { Roster } from './sandbox-data.ts'
import type { ScalekitGroup, ScalekitUser } from './scalekit-records.ts'
import type { WorkosDirectory, WorkosGroup, WorkosUser } from './workos-records.ts'

/** How many people and groups a made-up directory has, and what their ids and addresses are made of. */
export interface RosterPlan {
  users: number
  groups: number
  /** Of the users' e-mail addresses. */
  domain: string
  /** No other roster's: ids are made of it. */
  createdAt: string
}

// Built when first looked at, so that starting a sandbox costs the same at any scale.
function toLazyRoster<User, Group>(build: () => Roster<User, Group>): Roster<User, Group> {
  let built: Roster<User, Group> | undefined
  const roster = () => {
    built ??= build()
    return built
  }
  return {
    get users() {
      return roster().users
    },
    get groups() {
      return roster().groups
    },
    get groupIdsByUser() {
      return roster().groupIdsByUser
    },
  }
}

function toRoster<User extends { id: string }, Group extends { id: string }>(
  plan: RosterPlan,
  toUser: (index: number) => User,
  toGroup: (index: number) => Group,
): Roster<User, Group> {
  const groups = Array.from({ length: plan.groups }, (_, index) => toGroup(index))
  // Each user is in one group, so one set a group serves all its members.
  const memberships = groups.map(({ id }) => new Set([id]))
  const users = Array.from({ length: plan.users }, (_, index) => toUser(index))
  const none = new Set<string>()
  return {
    users,
    groups,
    groupIdsByUser: new Map(users.map(({ id }, index) => [id, memberships[index % plan.groups] ?? none])),
  }
}

/** The people and groups of a WorkOS directory. */
export function toWorkosRoster(
  directory: WorkosDirectory,
  plan: RosterPlan,
): Roster<WorkosUser, WorkosGroup> {
  const { createdAt, domain } = plan
  const createdMs = Date.parse(createdAt)
  const owner = {
    directory_id: directory.id,
    organization_id: directory.organization_id,
    created_at: createdAt,
    updated_at: createdAt,
  }
  const toUser = (index: number): WorkosUser => ({
    object: 'directory_user',
    id: `directory_user_${toSequentialUlid(createdMs, index)}`,
    idp_id: `scale-${index}`,
    email: `user${index}@${domain}`,
    first_name: 'User',
    last_name: `Number ${index}`,
    state: 'active',
    raw_attributes: {},
    custom_attributes: {},
    ...owner,
  })
  const toGroup = (index: number): WorkosGroup => ({
    object: 'directory_group',
    id: `directory_group_${toSequentialUlid(createdMs, index)}`,
    idp_id: `scale-group-${index}`,
    name: `Scale group ${index}`,
    ...owner,
  })
  return toLazyRoster(() => toRoster(plan, toUser, toGroup))
}

/** The people and groups of a Scalekit directory. */
export function toScalekitRoster(plan: RosterPlan): Roster<ScalekitUser, ScalekitGroup> {
  const { createdAt, domain } = plan
  const createdMs = Date.parse(createdAt)
  const toUser = (index: number): ScalekitUser => ({
    // Five digits tell apart one millisecond only, so the higher ones move the time.
    id: `diruser_${toScalekitDigits(createdMs + Math.floor(index / 100_000), index)}`,
    email: `user${index}@${domain}`,
    preferred_username: `user${index}`,
    given_name: 'User',
    family_name: `Number ${index}`,
    updated_at: createdAt,
    emails: [`user${index}@${domain}`],
    user_detail: {},
  })
  const toGroup = (index: number): ScalekitGroup => ({
    id: `dirgroup_${toScalekitDigits(createdMs, index)}`,
    display_name: `Scale group ${index}`,
    total_users: Math.floor(plan.users / plan.groups) + (index < plan.users % plan.groups ? 1 : 0),
    updated_at: createdAt,
    group_detail: {},
  })
  return toLazyRoster(() => toRoster(plan, toUser, toGroup))
}
