import type { SandboxData } from '../../src/sandbox/sandbox-data.ts'
import type { ScalekitUser } from '../../src/sandbox/scalekit-records.ts'

type Wire = Record<string, unknown>

/** An event of WorkOS as it is delivered and listed. */
export function workosEvent(event: string, data: unknown, more: Wire = {}): Wire {
  const id = 'event_01FKJ843CVE8F7BXQSPFH0M53V'
  return { object: 'event', id, event, data, created_at: '2026-03-01T10:00:00.123Z', context: {}, ...more }
}

/** An event of Scalekit as it is delivered, its time in nanoseconds. */
export function scalekitEvent(type: string, data: Wire, more: Wire = {}): Wire {
  return {
    spec_version: '1',
    id: 'evt_53891546994442316',
    type,
    occurred_at: '2026-03-01T10:00:00.123456789Z',
    environment_id: 'env_53814739859406915',
    organization_id: data.organization_id,
    object: 'DirectoryUser',
    data,
    ...more,
  }
}

/** The directory of WorkOS that events are about, with somebody and a group of it; none of them in the other. */
export function workosSubject({ workos, known }: SandboxData) {
  const directory = workos.directories.find(({ id }) => id === known.workosMediumDirectoryId)
  const roster = workos.rosters.get(known.workosMediumDirectoryId)
  const [user, ...users] = roster?.users ?? []
  const [group, ...groups] = roster?.groups ?? []
  if (!directory || !roster || !user || !group) throw new Error('the sandbox has no such directory')
  return { directory, roster, user, users, group, groups }
}

/** The same of Scalekit, with the words that its events have for a user. */
export function scalekitSubject({ scalekit, known }: SandboxData) {
  const directory = scalekit.directories.find(({ id }) => id === known.scalekitMediumDirectoryId)
  const roster = scalekit.rosters.get(known.scalekitMediumDirectoryId)
  const [user] = roster?.users ?? []
  const [group] = roster?.groups ?? []
  if (!directory || !roster || !user || !group) throw new Error('the sandbox has no such directory')
  const { organization_id } = directory
  const toUserData = ({ id, email, preferred_username, given_name, family_name }: ScalekitUser) => ({
    id,
    organization_id,
    email,
    preferred_username,
    given_name,
    family_name,
    name: `${given_name} ${family_name}`,
    dp_id: 'idp_7',
    active: true,
    title: 'Engineer',
    groups: [{ id: group.id, name: group.display_name }],
    roles: [{ role_name: 'billing_admin' }],
    custom_attributes: { team: 'red' },
    raw_attributes: { userName: preferred_username },
  })
  const groupData = {
    id: group.id,
    organization_id,
    directory_id: directory.id,
    display_name: group.display_name,
    external_id: null,
    raw_attributes: {},
  }
  const directoryData = {
    id: directory.id,
    organization_id,
    directory_type: 'SCIM',
    provider: 'OKTA',
    enabled: false,
    updated_at: '2026-03-01T10:00:00.1Z',
  }
  return { directory, roster, user, group, toUserData, groupData, directoryData }
}
