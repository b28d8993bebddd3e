import { describe, expect, test } from 'vitest'
import { type DirectoryEvent, MalformedEventError } from '../../src/domain/directory-event.ts'
import type { EntityKey } from '../../src/domain/entity-key.ts'
import { parseScalekitEvent } from '../../src/providers/scalekit/scalekit-events.ts'
import { createSandboxData } from '../../src/sandbox/seed.ts'
import { scalekitEvent, scalekitSubject } from './event-samples.ts'

const data = createSandboxData({
  staleCursor: 'restart',
  embeddedGroups: false,
  repeatCursor: false,
  ratelimitBody: 'string',
  expiresInUnderflow: false,
})
const { directory, user, group, toUserData, groupData, directoryData } = scalekitSubject(data)
const userData = toUserData(user)
const organizationKey = `scalekit:${directory.organization_id}`
const directoryKey = `${organizationKey}:${directory.id}` as EntityKey
const userKey = `${directoryKey}:${user.id}`
const groupKey = `${directoryKey}:${group.id}`
const place = { provider: 'scalekit', organizationKey, directoryKey }

function parse(
  type: string,
  payload: Record<string, unknown>,
  directoryOfUsers: EntityKey | null = null,
): DirectoryEvent {
  const parsed = parseScalekitEvent(scalekitEvent(type, payload), directoryOfUsers)
  if (parsed === null) throw new Error(`${type} is not known`)
  return parsed
}

function fieldOf(raw: unknown): string | null {
  try {
    parseScalekitEvent(raw)
    return null
  } catch (error) {
    if (error instanceof MalformedEventError) return error.field
    throw error
  }
}

describe('an event of Scalekit', () => {
  test.each([
    ['organization.directory_enabled', directoryData, 'DIRECTORY_ENABLED', { directory: null }],
    ['organization.directory_disabled', directoryData, 'DIRECTORY_DISABLED', { directory: null }],
    ['organization.directory.group_created', groupData, 'GROUP_CREATED', { groupKey }],
    ['organization.directory.group_updated', groupData, 'GROUP_UPDATED', { groupKey, changed: null }],
    ['organization.directory.group_deleted', groupData, 'GROUP_DELETED', { groupKey }],
  ])('%s says where it happened, when, and to what', (type, payload, kind, more) => {
    expect(parse(type, payload)).toMatchObject({
      ...place,
      ...more,
      kind,
      id: 'evt_53891546994442316',
      occurredAt: new Date('2026-03-01T10:00:00.123Z'),
    })
  })

  test('carries a group by its name', () => {
    expect(parse('organization.directory.group_created', groupData)).toMatchObject({
      group: { key: groupKey, name: group.display_name, detail: 'name' },
    })
  })

  test.each([
    ['organization.directory.user_created', 'USER_CREATED'],
    ['organization.directory.user_updated', 'USER_UPDATED'],
    ['organization.directory.user_deleted', 'USER_DELETED'],
  ])('%s does not say in which directory, and so has no key of the user', (type, kind) => {
    expect(parse(type, userData)).toMatchObject({
      kind,
      organizationKey,
      directoryKey: null,
      userUpstreamId: user.id,
      userKey: null,
      user: null,
    })
  })

  test('of a user whose directory is known has all that is sent of the user, and every group of theirs', () => {
    expect(parse('organization.directory.user_updated', userData, directoryKey)).toMatchObject({
      ...place,
      userKey,
      changed: null,
      user: {
        key: userKey,
        detail: 'basic',
        email: user.email,
        name: `${user.given_name} ${user.family_name}`,
        idpId: 'idp_7',
        jobTitle: 'Engineer',
        state: 'ACTIVE',
        roles: ['billing_admin'],
        customAttributes: { team: 'red' },
        rawAttributes: { userName: user.preferred_username },
        groups: [{ key: groupKey, name: group.display_name, detail: 'name' }],
      },
    })
  })

  test('tells no groups from groups that it does not tell', () => {
    const groupsOf = (groups: unknown) => {
      const event = parse('organization.directory.user_updated', { ...userData, groups }, directoryKey)
      return event.kind === 'USER_UPDATED' ? event.user?.groups : undefined
    }
    expect(groupsOf([])).toEqual([])
    expect([undefined, null, 'red', [{ id: group.id }]].map(groupsOf)).toEqual([null, null, null, null])
  })

  test('of a user who is not active says so, and of one who may be says nothing', () => {
    const stateOf = (active: unknown) =>
      parse('organization.directory.user_updated', { ...userData, active }, directoryKey)
    expect(stateOf(false)).toMatchObject({ user: { state: 'INACTIVE' } })
    expect(stateOf(undefined)).toMatchObject({ user: { state: null } })
  })

  test('of a user who is gone has the address, and counts as no more than a key', () => {
    const { id, organization_id, dp_id, email } = userData
    const sent = { id, organization_id, dp_id, email }
    expect(parse('organization.directory.user_deleted', sent, directoryKey)).toMatchObject({
      userKey,
      user: { key: userKey, detail: 'key', email, groups: null },
    })
  })

  test('of a user is not put into a directory of another organization', () => {
    const foreign = `scalekit:${data.known.scalekitOrganizationId}:${data.known.scalekitLargeDirectoryId}`
    expect(parse('organization.directory.user_created', userData, foreign as EntityKey)).toMatchObject({
      directoryKey: null,
      userKey: null,
      user: null,
    })
  })

  test('of a record that can not be read in full is still told, by its keys', () => {
    const { display_name: _, ...nameless } = groupData
    expect(parse('organization.directory.group_updated', nameless)).toMatchObject({ groupKey, group: null })
    const odd = { ...userData, custom_attributes: 'red' }
    expect(parse('organization.directory.user_updated', odd, directoryKey)).toMatchObject({
      userKey,
      user: null,
    })
  })

  test('is known however much more it has to tell, and by its envelope’s organization alone', () => {
    const { organization_id, ...rest } = groupData
    const raw = scalekitEvent(
      'organization.directory.group_created',
      { ...rest, brand_new: 1 },
      { organization_id, display_name: 'Group created', brand_new: {} },
    )
    expect(parseScalekitEvent(raw)).toMatchObject({ ...place, groupKey })
  })

  test.each(['organization.created', 'user.login', 'organization.directory_created', 'constructor', ''])(
    'of the kind %j is not known, whatever it carries',
    type => {
      expect(parseScalekitEvent({ type })).toBeNull()
    },
  )

  const CREATED = 'organization.directory.user_created'
  test.each([
    ['text', ''],
    [null, ''],
    [{}, 'type'],
    [scalekitEvent(CREATED, userData, { id: 7 }), 'id'],
    [scalekitEvent(CREATED, userData, { occurred_at: undefined }), 'occurred_at'],
    [scalekitEvent(CREATED, userData, { occurred_at: 'soon' }), 'occurred_at'],
    [scalekitEvent(CREATED, userData, { data: null }), 'data'],
    [scalekitEvent(CREATED, { ...userData, id: group.id }), 'data.id'],
    [scalekitEvent(CREATED, { ...userData, organization_id: 'org:1' }), 'organization_id'],
    [scalekitEvent(CREATED, { ...userData, organization_id: undefined }), 'organization_id'],
    [
      scalekitEvent('organization.directory.group_created', { ...groupData, directory_id: null }),
      'data.directory_id',
    ],
    [
      scalekitEvent('organization.directory.group_created', { ...groupData, directory_id: 'dir_1:x' }),
      'data.directory_id',
    ],
    [scalekitEvent('organization.directory_enabled', { ...directoryData, id: '' }), 'data.id'],
  ])('that can not be read is refused, with the place and without what stood there (%#)', (raw, field) => {
    expect(fieldOf(raw)).toBe(field)
  })

  test('that names two organizations is refused', () => {
    const raw = scalekitEvent(CREATED, userData, { organization_id: data.known.scalekitOrganizationId })
    expect(fieldOf(raw)).toBe('organization_id')
  })
})
