import { toScalekitDigits, toSequentialUlid } from './minted-ids.ts'
import type { Roster, SandboxData } from './sandbox-data.ts'
import {
  type ScalekitDirectory,
  type ScalekitGroup,
  type ScalekitUser,
  toScimEndpoint,
} from './scalekit-records.ts'
import type { WorkosDirectory, WorkosGroup, WorkosUser } from './workos-records.ts'

const createdAt = '2020-02-02T02:02:02.020Z'
const createdMs = Date.parse(createdAt)
const groupCount = 50

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
  count: number,
  toUser: (index: number) => User,
  toGroup: (index: number) => Group,
): Roster<User, Group> {
  const groups = Array.from({ length: groupCount }, (_, index) => toGroup(index))
  // Each user is in one group, so one set a group serves all its members.
  const memberships = groups.map(({ id }) => new Set([id]))
  const users = Array.from({ length: count }, (_, index) => toUser(index))
  const none = new Set<string>()
  return {
    users,
    groups,
    groupIdsByUser: new Map(users.map(({ id }, index) => [id, memberships[index % groupCount] ?? none])),
  }
}

function toWorkosRoster(directory: WorkosDirectory, count: number): Roster<WorkosUser, WorkosGroup> {
  const owner = {
    directory_id: directory.id,
    organization_id: directory.organization_id,
    created_at: createdAt,
    updated_at: createdAt,
  }
  return toRoster<WorkosUser, WorkosGroup>(
    count,
    index => ({
      object: 'directory_user',
      id: `directory_user_${toSequentialUlid(createdMs, index)}`,
      idp_id: `scale-${index}`,
      email: `user${index}@scale.example`,
      first_name: 'User',
      last_name: `Number ${index}`,
      state: 'active',
      raw_attributes: {},
      custom_attributes: {},
      ...owner,
    }),
    index => ({
      object: 'directory_group',
      id: `directory_group_${toSequentialUlid(createdMs, index)}`,
      idp_id: `scale-group-${index}`,
      name: `Scale group ${index}`,
      ...owner,
    }),
  )
}

function toScalekitRoster(count: number): Roster<ScalekitUser, ScalekitGroup> {
  return toRoster<ScalekitUser, ScalekitGroup>(
    count,
    index => ({
      // Five digits tell apart one millisecond only, so the higher ones move the time.
      id: `diruser_${toScalekitDigits(createdMs + Math.floor(index / 100_000), index)}`,
      email: `user${index}@scale.example`,
      preferred_username: `user${index}`,
      given_name: 'User',
      family_name: `Number ${index}`,
      updated_at: createdAt,
      emails: [`user${index}@scale.example`],
      user_detail: {},
    }),
    index => ({
      id: `dirgroup_${toScalekitDigits(createdMs, index)}`,
      display_name: `Scale group ${index}`,
      total_users: Math.floor(count / groupCount) + (index < count % groupCount ? 1 : 0),
      updated_at: createdAt,
      group_detail: {},
    }),
  )
}

function addWorkosScale({ workos, known }: SandboxData, count: number): void {
  const organizationId = `org_${toSequentialUlid(createdMs, 0)}`
  const directory: WorkosDirectory = {
    object: 'directory',
    id: `directory_${toSequentialUlid(createdMs, 0)}`,
    organization_id: organizationId,
    external_key: 'scale',
    type: 'generic scim v2.0',
    state: 'linked',
    name: 'Scale',
    metadata: { users: { active: count, inactive: 0 }, groups: groupCount },
    created_at: createdAt,
    updated_at: createdAt,
  }
  // First, because it is the oldest.
  workos.organizations.unshift({
    object: 'organization',
    id: organizationId,
    name: 'Scale Test Company',
    domains: [],
    metadata: {},
    external_id: null,
    created_at: createdAt,
    updated_at: createdAt,
  })
  workos.directories.unshift(directory)
  workos.rosters.set(
    directory.id,
    toLazyRoster(() => toWorkosRoster(directory, count)),
  )
  known.workosScaleOrganizationId = organizationId
  known.workosScaleDirectoryId = directory.id
}

function addScalekitScale({ scalekit, known }: SandboxData, count: number): void {
  const organizationId = `org_${toScalekitDigits(createdMs, 0)}`
  const id = `dir_${toScalekitDigits(createdMs, 0)}`
  const directory: ScalekitDirectory = {
    id,
    name: 'Scale',
    directory_type: 'SCIM',
    organization_id: organizationId,
    enabled: true,
    directory_provider: 'OKTA',
    last_synced_at: createdAt,
    directory_endpoint: toScimEndpoint(id),
    total_users: count,
    total_groups: groupCount,
    secrets: [],
    stats: {
      total_users: count,
      total_groups: groupCount,
      group_updated_at: createdAt,
      user_updated_at: createdAt,
    },
    role_assignments: { assignments: [] },
    attribute_mappings: { attributes: [] },
    status: 'COMPLETED',
    email: '',
    groups_tracked: 'ALL',
  }
  scalekit.organizations.push({
    id: organizationId,
    create_time: createdAt,
    update_time: createdAt,
    display_name: 'Scale Test Company',
    region_code: 'US',
    metadata: {},
    settings: { features: [{ name: 'dir_sync', enabled: true }] },
  })
  scalekit.directories.push(directory)
  scalekit.rosters.set(
    id,
    toLazyRoster(() => toScalekitRoster(count)),
  )
  known.scalekitScaleOrganizationId = organizationId
  known.scalekitScaleDirectoryId = id
}

/** Adds an organization with one directory of `count` users on each side. */
export function addScale(data: SandboxData, count: number): void {
  addWorkosScale(data, count)
  addScalekitScale(data, count)
}
