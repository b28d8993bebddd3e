import { z } from 'zod'
import {
  type DirectoryEvent,
  type DirectoryEventKind,
  MalformedEventError,
} from '../../domain/directory-event.ts'
import type { Detail, DirectoryUser } from '../../domain/entities.ts'
import {
  directoryKey,
  type EntityKey,
  memberKey,
  organizationKey,
  organizationKeyOf,
} from '../../domain/entity-key.ts'
import type { EventIdentity } from '../../domain/event-receiver.ts'
import { UnavailableError } from '../../domain/provider-error.ts'
import { eventId, instant, parseEventPart } from '../wire-event.ts'
import { jsonObject, optionalText, parseRecord } from '../wire-record.ts'
import { toDirectoryGroup, toDirectoryUser } from './scalekit-entities.ts'
import { isScalekitId } from './scalekit-ids.ts'
import { groupWire, userWire } from './scalekit-wire.ts'

const KINDS = new Map(
  Object.entries({
    'organization.directory_enabled': 'DIRECTORY_ENABLED',
    'organization.directory_disabled': 'DIRECTORY_DISABLED',
    'organization.directory.user_created': 'USER_CREATED',
    'organization.directory.user_updated': 'USER_UPDATED',
    'organization.directory.user_deleted': 'USER_DELETED',
    'organization.directory.group_created': 'GROUP_CREATED',
    'organization.directory.group_updated': 'GROUP_UPDATED',
    'organization.directory.group_deleted': 'GROUP_DELETED',
  } as const satisfies Record<string, DirectoryEventKind>),
)

const organizationId = z.string().refine(id => isScalekitId('Organization', id))
const directoryId = z.string().refine(id => isScalekitId('Directory', id))

const typeWire = z.object({ type: z.string() })
const identityWire = z.object({ id: eventId, occurred_at: instant })
const envelopeWire = identityWire.extend({
  organization_id: organizationId.nullish(),
  data: z.object({ organization_id: organizationId.nullish() }).loose(),
})
const directoryPlaceWire = z.object({ id: directoryId })
const userPlaceWire = z.object({ id: z.string().refine(id => isScalekitId('DirectoryUser', id)) })
const groupPlaceWire = z.object({
  id: z.string().refine(id => isScalekitId('DirectoryGroup', id)),
  directory_id: directoryId,
})

/** A user of an event has other words for some things than one of the API, and more to tell. */
const userEventWire = z.object({
  dp_id: optionalText,
  active: z.boolean().nullish().catch(null),
  name: optionalText,
  title: optionalText,
  roles: z
    .array(z.object({ role_name: z.string() }))
    .nullish()
    .catch(null),
  groups: z
    .array(z.object({ id: z.string(), name: z.string() }))
    .nullish()
    .catch(null),
  custom_attributes: jsonObject,
  raw_attributes: jsonObject,
})

/**
 * The event of a webhook delivery; null for a kind that is not known here. Throws `MalformedEventError`.
 *
 * A user's event does not name the directory. Whoever knows it, from the organization having no other, gives it as
 * `directoryOfUsers`; without it there is neither key nor user, only the upstream id.
 *
 * There are no events of memberships. A user that was created or updated comes with all groups there are now; which
 * of them are new, and which have gone, can't be told without knowing those before. Nor is it said what was updated.
 */
export function parseScalekitEvent(
  raw: unknown,
  directoryOfUsers: EntityKey | null = null,
): DirectoryEvent | null {
  const kind = KINDS.get(parseEventPart('scalekit', typeWire, raw).type)
  if (kind === undefined) return null
  const envelope = parseEventPart('scalekit', envelopeWire, raw)
  const { id, occurred_at: occurredAt, data } = envelope
  const organization = organizationOf(envelope)
  const event = {
    id,
    provider: 'scalekit',
    occurredAt,
    organizationKey: organizationKey('scalekit', organization),
  } as const
  switch (kind) {
    case 'DIRECTORY_ENABLED':
    case 'DIRECTORY_DISABLED':
      return { ...event, kind, ...readDirectory(data, organization) }
    case 'USER_CREATED':
      return { ...event, kind, ...readUser(data, event.organizationKey, directoryOfUsers, 'basic') }
    case 'USER_UPDATED': {
      const user = readUser(data, event.organizationKey, directoryOfUsers, 'basic')
      return { ...event, kind, ...user, changed: null }
    }
    case 'USER_DELETED':
      // Of somebody who is gone there is the e-mail address, and nothing else.
      return { ...event, kind, ...readUser(data, event.organizationKey, directoryOfUsers, 'key') }
    case 'GROUP_CREATED':
    case 'GROUP_DELETED':
      return { ...event, kind, ...readGroup(data, organization) }
    case 'GROUP_UPDATED':
      return { ...event, kind, ...readGroup(data, organization), changed: null }
  }
}

/** What an event is, without what it carries. Throws `MalformedEventError`. */
export function identifyScalekitEvent(raw: unknown): EventIdentity {
  const { type: name } = parseEventPart('scalekit', typeWire, raw)
  const kind = KINDS.get(name)
  if (kind === undefined) return { kind: null, name }
  const { id, occurred_at: occurredAt } = parseEventPart('scalekit', identityWire, raw)
  return { kind, name, id, occurredAt }
}

/** Where the event and what it carries name two organizations, it is nobody's to see. */
function organizationOf({ organization_id: outer, data }: z.output<typeof envelopeWire>): string {
  const inner = data.organization_id
  const organization = inner ?? outer
  if (!organization || (inner && outer && inner !== outer)) {
    throw new MalformedEventError('scalekit', 'organization_id')
  }
  return organization
}

/** The record lacks the name and most else, and its `enabled` has been seen to say the opposite of the event. */
function readDirectory(data: unknown, organization: string) {
  const { id } = parseEventPart('scalekit', directoryPlaceWire, data, 'data')
  return { directoryKey: directoryKey('scalekit', organization, id), directory: null }
}

function readGroup(data: unknown, organization: string) {
  const { id, directory_id } = parseEventPart('scalekit', groupPlaceWire, data, 'data')
  const directory = directoryKey('scalekit', organization, directory_id)
  const wire = parseRecord('scalekit', groupWire, data)
  return {
    directoryKey: directory,
    groupKey: memberKey(directory, id),
    group: wire instanceof UnavailableError ? null : toDirectoryGroup(wire, directory, 'name'),
  }
}

function readUser(
  data: unknown,
  organization: EntityKey,
  directoryOfUsers: EntityKey | null,
  detail: Detail,
) {
  const { id } = parseEventPart('scalekit', userPlaceWire, data, 'data')
  const isTheirs = directoryOfUsers !== null && organizationKeyOf(directoryOfUsers) === organization
  const directory = isTheirs ? directoryOfUsers : null
  return {
    directoryKey: directory,
    userUpstreamId: id,
    userKey: directory && memberKey(directory, id),
    user: directory && toEventUser(data, directory, detail),
  }
}

/** Groups that did not come, or came in a form that can't be read, are unknown, which is not the same as none. */
function toEventUser(data: unknown, directory: EntityKey, detail: Detail): DirectoryUser | null {
  const more = parseRecord('scalekit', userEventWire, data)
  if (more instanceof UnavailableError) return null
  const groups = more.groups?.map(({ id, name }) => ({ id, display_name: name }))
  const wire = parseRecord('scalekit', userWire, { ...(data as object), groups })
  if (wire instanceof UnavailableError) return null
  const user = toDirectoryUser(wire, directory, 'full')
  return {
    ...user,
    detail,
    idpId: more.dp_id,
    name: more.name ?? user.name,
    jobTitle: more.title,
    state: toState(more.active),
    roles: (more.roles ?? []).map(({ role_name }) => role_name),
    customAttributes: more.custom_attributes,
    rawAttributes: more.raw_attributes,
    groups: groups ? user.groups : null,
  }
}

function toState(active: boolean | null | undefined): DirectoryUser['state'] {
  if (active === null || active === undefined) return null
  return active ? 'ACTIVE' : 'INACTIVE'
}
