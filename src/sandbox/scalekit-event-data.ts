import type { Roster } from './sandbox-data.ts'
import type {
  ScalekitDirectory,
  ScalekitGroup,
  ScalekitOrganization,
  ScalekitUser,
} from './scalekit-records.ts'

/** The data of `organization.updated`. */
export function toOrganizationEventData(organization: ScalekitOrganization) {
  const { id, external_id = null, metadata, settings } = organization
  return { id, external_id, metadata, settings }
}

/** The data of `organization.directory_enabled` and `_disabled`: neither name nor counts. */
export function toDirectoryEventData(directory: ScalekitDirectory, updatedAt: string) {
  const { id, organization_id, directory_type, directory_provider: provider, enabled, status } = directory
  return { id, organization_id, directory_type, provider, enabled, status, updated_at: updatedAt }
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Whether somebody may sign in, which Scalekit says in the raw record alone. */
export function isActiveUser({ user_detail }: ScalekitUser): boolean {
  return user_detail.active !== false
}

/** The data of `organization.directory.user_created` and `_updated`: all there is of somebody, but not the directory. */
export function toUserEventData(
  user: ScalekitUser,
  { organization_id, role_assignments }: ScalekitDirectory,
  { groups, groupIdsByUser }: Roster<ScalekitUser, ScalekitGroup>,
) {
  const { id, email, preferred_username, given_name, family_name, user_detail } = user
  const groupIds = groupIdsByUser.get(id)
  const assignments = role_assignments?.assignments ?? []
  return {
    id,
    organization_id,
    dp_id: toText(user_detail.externalId),
    email,
    preferred_username,
    active: isActiveUser(user),
    name: [given_name, family_name].filter(Boolean).join(' '),
    given_name,
    family_name,
    title: toText(user_detail.title),
    groups: groups.filter(group => groupIds?.has(group.id)).map(group => toGroupName(group)),
    roles: assignments
      .filter(({ group_id }) => groupIds?.has(group_id))
      .map(({ role_name }) => ({ role_name })),
    custom_attributes: {},
    raw_attributes: user_detail,
  }
}

function toGroupName({ id, display_name: name }: ScalekitGroup) {
  return { id, name }
}

/** The data of `organization.directory.user_deleted`, which is less. */
export function toDeletedUserEventData(user: ScalekitUser, { organization_id }: ScalekitDirectory) {
  const { id, email, user_detail } = user
  return { id, organization_id, dp_id: toText(user_detail.externalId), email }
}

/** The data of every event of a group. */
export function toGroupEventData(group: ScalekitGroup, directory: ScalekitDirectory) {
  const { id, display_name, group_detail } = group
  return {
    id,
    organization_id: directory.organization_id,
    directory_id: directory.id,
    display_name,
    external_id: toText(group_detail.externalId) || null,
    raw_attributes: group_detail,
  }
}
