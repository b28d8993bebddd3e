import { z } from 'zod'
import {
  type DirectoryEvent,
  type DirectoryEventKind,
  MalformedEventError,
} from '../../domain/directory-event.ts'
import type { DirectoryGroup, DirectoryUser } from '../../domain/entities.ts'
import { directoryKey, memberKey, organizationKey } from '../../domain/entity-key.ts'
import type { EventIdentity } from '../../domain/event-receiver.ts'
import { UnavailableError } from '../../domain/provider-error.ts'
import { eventId, instant, parseEventPart } from '../wire-event.ts'
import { parseRecord } from '../wire-record.ts'
import { toDirectory, toDirectoryGroup, toDirectoryUser } from './workos-entities.ts'
import { isWorkosId } from './workos-ids.ts'
import { directoryWire, groupWire, userWire } from './workos-wire.ts'

const KINDS = new Map(
  Object.entries({
    'dsync.activated': 'DIRECTORY_ACTIVATED',
    'dsync.deleted': 'DIRECTORY_DELETED',
    'dsync.user.created': 'USER_CREATED',
    'dsync.user.updated': 'USER_UPDATED',
    'dsync.user.deleted': 'USER_DELETED',
    'dsync.group.created': 'GROUP_CREATED',
    'dsync.group.updated': 'GROUP_UPDATED',
    'dsync.group.deleted': 'GROUP_DELETED',
    'dsync.group.user_added': 'MEMBER_ADDED',
    'dsync.group.user_removed': 'MEMBER_REMOVED',
  } as const satisfies Record<string, DirectoryEventKind>),
)

/** The names of the events that are read here, as the Events API and webhook endpoints take them. */
export const WORKOS_EVENT_NAMES: readonly string[] = [...KINDS.keys()]

/** Their words for what may change of a user, and ours. */
const USER_FIELDS: ReadonlyMap<string, keyof DirectoryUser> = new Map(
  Object.entries({
    idp_id: 'idpId',
    email: 'email',
    emails: 'emails',
    username: 'username',
    first_name: 'firstName',
    last_name: 'lastName',
    name: 'name',
    job_title: 'jobTitle',
    state: 'state',
    role: 'roles',
    roles: 'roles',
    custom_attributes: 'customAttributes',
    raw_attributes: 'rawAttributes',
  } as const),
)

/** The same of a group. */
const GROUP_FIELDS: ReadonlyMap<string, keyof DirectoryGroup> = new Map(
  Object.entries({ idp_id: 'idpId', name: 'name', raw_attributes: 'rawAttributes' } as const),
)

const nameWire = z.object({ event: z.string() })
const envelopeWire = z.object({ id: eventId, created_at: instant, data: z.unknown() })

/** What is needed of a record to know what it is of; the rest of it may be unreadable. */
const organizationId = z
  .string()
  .refine(id => isWorkosId('Organization', id))
  .nullish()
  .transform(id => id ?? null)
const directoryId = z.string().refine(id => isWorkosId('Directory', id))
const userId = z.string().refine(id => isWorkosId('DirectoryUser', id))
const groupId = z.string().refine(id => isWorkosId('DirectoryGroup', id))

const directoryPlaceWire = z.object({ id: directoryId, organization_id: organizationId })
const userPlaceWire = z.object({
  id: userId,
  directory_id: directoryId,
  organization_id: organizationId,
})
const groupPlaceWire = userPlaceWire.extend({ id: groupId })
const membershipWire = z.object({
  directory_id: directoryId,
  user: userPlaceWire.extend({ directory_id: directoryId.nullish() }),
  group: groupPlaceWire.extend({ directory_id: directoryId.nullish() }),
})
const partsWire = z.object({ user: z.unknown(), group: z.unknown() })

/** The attributes that have changed, with what they were before: null for what was not there. */
const changesWire = z.object({
  previous_attributes: z.record(z.string(), z.unknown()).nullish().catch(null),
})

/**
 * The event of a webhook delivery or of the Events API, which have the same form; null for a kind that is not known
 * here. Throws `MalformedEventError`.
 */
export function parseWorkosEvent(raw: unknown): DirectoryEvent | null {
  const kind = KINDS.get(parseEventPart('workos', nameWire, raw).event)
  if (kind === undefined) return null
  const { id, created_at: occurredAt, data } = parseEventPart('workos', envelopeWire, raw)
  const event = { id, provider: 'workos', occurredAt } as const
  switch (kind) {
    case 'DIRECTORY_ACTIVATED':
    case 'DIRECTORY_DELETED':
      return { ...event, kind, ...readDirectory(data) }
    case 'USER_CREATED':
    case 'USER_DELETED':
      return { ...event, kind, ...readUser(data) }
    case 'USER_UPDATED':
      return { ...event, kind, ...readUser(data), changed: readChanges(data, USER_FIELDS) }
    case 'GROUP_CREATED':
    case 'GROUP_DELETED':
      return { ...event, kind, ...readGroup(data) }
    case 'GROUP_UPDATED':
      return { ...event, kind, ...readGroup(data), changed: readChanges(data, GROUP_FIELDS) }
    case 'MEMBER_ADDED':
    case 'MEMBER_REMOVED':
      return { ...event, kind, ...readMembership(data) }
  }
}

/** What an event is, without what it carries. Throws `MalformedEventError`. */
export function identifyWorkosEvent(raw: unknown): EventIdentity {
  const { event: name } = parseEventPart('workos', nameWire, raw)
  const kind = KINDS.get(name)
  if (kind === undefined) return { kind: null, name }
  const { id, created_at: occurredAt } = parseEventPart('workos', envelopeWire, raw)
  return { kind, name, id, occurredAt }
}

/** Neither its domain nor its counters come with an event, so of the directory no more than the name is told. */
function readDirectory(data: unknown) {
  const { id, organization_id } = parseEventPart('workos', directoryPlaceWire, data, 'data')
  const wire = parseRecord('workos', directoryWire, data)
  return {
    ...placeOf(organization_id, id),
    directory: wire instanceof UnavailableError ? null : { ...toDirectory(wire), detail: 'name' as const },
  }
}

function readUser(data: unknown) {
  const wire = parseEventPart('workos', userPlaceWire, data, 'data')
  const place = placeOf(wire.organization_id, wire.directory_id)
  return { ...place, ...userIn(place, wire.id, data) }
}

function readGroup(data: unknown) {
  const wire = parseEventPart('workos', groupPlaceWire, data, 'data')
  const place = placeOf(wire.organization_id, wire.directory_id)
  return { ...place, ...groupIn(place, wire.id, data) }
}

/**
 * Records of old do not name their organization; one of the two may. Whoever may see one directory must not be told of
 * somebody in another one, so what they name has to agree.
 */
function readMembership(data: unknown) {
  const { directory_id, user, group } = parseEventPart('workos', membershipWire, data, 'data')
  const organization = user.organization_id ?? group.organization_id
  const isElsewhere = [user, group].some(
    member =>
      (member.directory_id ?? directory_id) !== directory_id ||
      (member.organization_id ?? organization) !== organization,
  )
  if (isElsewhere) throw new MalformedEventError('workos', 'data.directory_id')
  const place = placeOf(organization, directory_id)
  const parts = parseEventPart('workos', partsWire, data, 'data')
  return { ...place, ...userIn(place, user.id, parts.user), ...groupIn(place, group.id, parts.group) }
}

function placeOf(organization: string | null, directory: string) {
  return {
    organizationKey: organization === null ? null : organizationKey('workos', organization),
    directoryKey: directoryKey('workos', organization, directory),
  }
}

type Place = ReturnType<typeof placeOf>

function userIn({ directoryKey: directory }: Place, id: string, data: unknown) {
  const wire = parseRecord('workos', userWire, data)
  const user = wire instanceof UnavailableError ? null : toDirectoryUser(wire, directory)
  return { userUpstreamId: id, userKey: memberKey(directory, id), user }
}

function groupIn({ directoryKey: directory }: Place, id: string, data: unknown) {
  const wire = parseRecord('workos', groupWire, data)
  const group = wire instanceof UnavailableError ? null : toDirectoryGroup(wire, directory)
  return { groupKey: memberKey(directory, id), group }
}

/** Attributes that we have no word for are left out. */
function readChanges<Field>(data: unknown, fields: ReadonlyMap<string, Field>): Field[] | null {
  const { previous_attributes: before } = parseEventPart('workos', changesWire, data, 'data')
  return before ? [...new Set(Object.keys(before).flatMap(word => fields.get(word) ?? []))] : null
}
