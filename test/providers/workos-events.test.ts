import { WorkOS } from '@workos-inc/node'
import { describe, expect, test } from 'vitest'
import { type DirectoryEvent, MalformedEventError } from '../../src/domain/directory-event.ts'
import { parseWorkosEvent, WORKOS_EVENT_NAMES } from '../../src/providers/workos/workos-events.ts'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { createSandboxData } from '../../src/sandbox/seed.ts'
import { createWorkosVerify } from '../../src/webhooks/verify-workos.ts'
import { workosEvent, workosSubject } from './event-samples.ts'

const data = createSandboxData({
  staleCursor: 'restart',
  embeddedGroups: false,
  repeatCursor: false,
  ratelimitBody: 'string',
  expiresInUnderflow: false,
})
const { directory, user, group } = workosSubject(data)
const organizationKey = `workos:${directory.organization_id}`
const directoryKey = `${organizationKey}:${directory.id}`
const userKey = `${directoryKey}:${user.id}`
const groupKey = `${directoryKey}:${group.id}`

const place = { provider: 'workos', organizationKey, directoryKey }
const theUser = { userUpstreamId: user.id, userKey }

function parse(event: string, payload: unknown, more = {}): DirectoryEvent {
  const parsed = parseWorkosEvent(workosEvent(event, payload, more))
  if (parsed === null) throw new Error(`${event} is not known`)
  return parsed
}

function fieldOf(raw: unknown): string | null {
  try {
    parseWorkosEvent(raw)
    return null
  } catch (error) {
    if (error instanceof MalformedEventError) return error.field
    throw error
  }
}

describe('an event of WorkOS', () => {
  test.each([
    ['dsync.activated', directory, 'DIRECTORY_ACTIVATED', { directory: { name: directory.name } }],
    ['dsync.deleted', directory, 'DIRECTORY_DELETED', { directory: { name: directory.name } }],
    ['dsync.user.created', user, 'USER_CREATED', { ...theUser, user: { email: user.email } }],
    ['dsync.user.updated', user, 'USER_UPDATED', { ...theUser, user: { email: user.email } }],
    ['dsync.user.deleted', user, 'USER_DELETED', { ...theUser, user: { email: user.email } }],
    ['dsync.group.created', group, 'GROUP_CREATED', { groupKey, group: { name: group.name } }],
    ['dsync.group.updated', group, 'GROUP_UPDATED', { groupKey, group: { name: group.name } }],
    ['dsync.group.deleted', group, 'GROUP_DELETED', { groupKey, group: { name: group.name } }],
    [
      'dsync.group.user_added',
      { directory_id: directory.id, user, group },
      'MEMBER_ADDED',
      { ...theUser, groupKey, user: { key: userKey }, group: { key: groupKey } },
    ],
    [
      'dsync.group.user_removed',
      { directory_id: directory.id, user, group },
      'MEMBER_REMOVED',
      { ...theUser, groupKey, user: { key: userKey }, group: { key: groupKey } },
    ],
  ] as const)('%s says where it happened, when, and to whom', (name, payload, kind, more) => {
    expect(parse(name, payload)).toMatchObject({
      ...place,
      ...more,
      kind,
      id: 'event_01FKJ843CVE8F7BXQSPFH0M53V',
      occurredAt: new Date('2026-03-01T10:00:00.123Z'),
    })
    expect(WORKOS_EVENT_NAMES).toContain(name)
  })

  test('carries users and groups as the API has them, and of directories no more than the name', () => {
    expect(parse('dsync.user.created', user)).toMatchObject({ user: { key: userKey, detail: 'full' } })
    expect(parse('dsync.group.created', group)).toMatchObject({ group: { key: groupKey, detail: 'full' } })
    const { domain: _, metadata: __, ...sent } = directory
    expect(parse('dsync.activated', { ...sent, domains: [], state: 'active' })).toMatchObject({
      directory: { key: directoryKey, detail: 'name', state: 'ACTIVE' },
    })
  })

  test('that updates a user says what of it, in our words', () => {
    const previous_attributes = {
      email: 'before@halden.example',
      first_name: null,
      custom_attributes: { department: 'Sales' },
      role: { slug: 'member' },
      roles: [{ slug: 'member' }],
      updated_at: '2020-01-01T00:00:00.000Z',
      constructor: 'a word that is none of ours',
    }
    expect(parse('dsync.user.updated', { ...user, previous_attributes })).toMatchObject({
      changed: ['email', 'firstName', 'customAttributes', 'roles'],
    })
    expect(parse('dsync.user.updated', { ...user, previous_attributes: {} })).toMatchObject({ changed: [] })
    expect(parse('dsync.group.updated', { ...group, previous_attributes: { name: 'Before' } })).toMatchObject(
      { changed: ['name'] },
    )
  })

  test('that does not say what it updates leaves that open', () => {
    for (const previous_attributes of [undefined, null, 'email', ['email']]) {
      expect(parse('dsync.user.updated', { ...user, previous_attributes })).toMatchObject({ changed: null })
    }
  })

  test('is known however much more it has to tell', () => {
    const more = { context: { client_id: 'c' }, environment_id: 'environment_1', brand_new: [1] }
    expect(parse('dsync.user.created', { ...user, brand_new: { deep: true } }, more)).toMatchObject(theUser)
  })

  test('of a record that can not be read in full is still told, by its keys', () => {
    expect(parse('dsync.user.updated', { ...user, roles: ['member'] })).toMatchObject({
      ...place,
      ...theUser,
      user: null,
    })
    const { name: _, ...nameless } = group
    expect(parse('dsync.group.updated', nameless)).toMatchObject({ ...place, groupKey, group: null })
    expect(parse('dsync.activated', { ...directory, type: null })).toMatchObject({
      ...place,
      directory: null,
    })
  })

  test('of old that does not name its organization is no tenant’s', () => {
    const { organization_id: _, ...before } = user
    expect(parse('dsync.user.created', before)).toMatchObject({
      organizationKey: null,
      directoryKey: `workos:-:${directory.id}`,
      userKey: `workos:-:${directory.id}:${user.id}`,
    })
  })

  test('of a membership takes the organization from whichever of the two names it', () => {
    for (const unnamed of ['user', 'group'] as const) {
      const { organization_id: _, ...before } = { user, group }[unnamed]
      const payload = { directory_id: directory.id, user, group, [unnamed]: before }
      expect(parse('dsync.group.user_added', payload)).toMatchObject({ ...place, ...theUser, groupKey })
    }
  })

  test.each(['dsync.token.created', 'user.created', 'connection.activated', 'constructor', ''])(
    'of the kind %j is not known, whatever it carries',
    name => {
      expect(parseWorkosEvent({ event: name })).toBeNull()
    },
  )

  test.each([
    ['text', ''],
    [null, ''],
    [[], ''],
    [{}, 'event'],
    [workosEvent('dsync.user.created', user, { id: undefined }), 'id'],
    [workosEvent('dsync.user.created', user, { id: '' }), 'id'],
    [workosEvent('dsync.user.created', user, { id: 'x'.repeat(129) }), 'id'],
    [workosEvent('dsync.user.created', user, { created_at: 'yesterday' }), 'created_at'],
    [workosEvent('dsync.user.created', user, { created_at: null }), 'created_at'],
    [workosEvent('dsync.user.created', undefined), 'data'],
    [workosEvent('dsync.user.created', { ...user, id: '../../organizations' }), 'data.id'],
    [workosEvent('dsync.user.created', { ...user, id: group.id }), 'data.id'],
    [workosEvent('dsync.user.created', { ...user, directory_id: undefined }), 'data.directory_id'],
    [workosEvent('dsync.user.created', { ...user, organization_id: 'org:1' }), 'data.organization_id'],
    [workosEvent('dsync.group.user_added', { directory_id: directory.id, user }), 'data.group'],
    [workosEvent('dsync.group.user_added', { user, group }), 'data.directory_id'],
  ])('that can not be read is refused, with the place and without what stood there (%#)', (raw, field) => {
    expect(fieldOf(raw)).toBe(field)
  })

  test('of a membership across directories or organizations is refused', () => {
    const elsewhere = data.known.workosLargeDirectoryId
    const join = (payload: object) => workosEvent('dsync.group.user_added', payload)
    expect(fieldOf(join({ directory_id: elsewhere, user, group }))).toBe('data.directory_id')
    const inOther = { ...group, directory_id: elsewhere }
    expect(fieldOf(join({ directory_id: directory.id, user, group: inOther }))).toBe('data.directory_id')
    const { name: _, ...nameless } = { ...group, organization_id: data.known.workosEmptyOrganizationId }
    expect(fieldOf(join({ directory_id: directory.id, user, group: nameless }))).toBe('data.directory_id')
  })
})

describe('the events of the sandbox', () => {
  test('are read from its log, and from a delivery that the official client takes as well', async () => {
    const sandbox = await startSandbox()
    try {
      const { url, apiKey } = sandbox.workos
      const headers = { authorization: `Bearer ${apiKey}` }
      const { workosMediumDirectoryId: id } = sandbox.data.known
      await fetch(`${url}/directories/${id}`, { method: 'DELETE', headers })
      const answer = await fetch(`${url}/events?events=${WORKOS_EVENT_NAMES.join(',')}&order=desc`, {
        headers,
      })
      const { data: events } = (await answer.json()) as { data: { id: string }[] }
      const parsed = events.map(parseWorkosEvent)
      expect(parsed).not.toContain(null)
      expect(parsed[0]).toMatchObject({
        kind: 'DIRECTORY_DELETED',
        directoryKey: expect.stringContaining(id),
      })

      const { webhooks } = new WorkOS('sk_test_not_used')
      const payload = JSON.stringify(events[0])
      const at = Date.now()
      const sigHeader = `t=${at}, v1=${await webhooks.computeSignature(at, payload, 'secret')}`
      createWorkosVerify(['secret'])({
        headers: new Headers({ 'workos-signature': sigHeader }),
        body: new TextEncoder().encode(payload),
      })
      const theirs = await webhooks.constructEvent({ payload, sigHeader, secret: 'secret' })
      expect([theirs.id, theirs.event]).toEqual([parsed[0]?.id, 'dsync.deleted'])
    } finally {
      await sandbox.stop()
    }
  })
})
