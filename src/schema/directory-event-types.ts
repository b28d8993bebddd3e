import type { ObjectFieldBuilder } from '@pothos/core'
import type {
  DirectoryChange,
  DirectoryEvent,
  DirectoryEventKind,
  GroupChange,
  GroupUpdate,
  MemberChange,
  UserChange,
  UserUpdate,
} from '../domain/directory-event.ts'
import { type EntityKey, type EntityKind, organizationIdOf, upstreamIdOf } from '../domain/entity-key.ts'
import { toGlobalId } from '../relay/global-id.ts'
import { builder } from './builder.ts'
import { memberCost } from './call-costs.ts'
import { DirectoryEventInterface, EVENT_TYPE_NAMES } from './directory-event.ts'
import { DirectoryGroupType, DirectoryUserType } from './entity-types.ts'
import { resolveOfEvent } from './resolve-of-event.ts'
import { eventScopes } from './rules.ts'

type Fields<Event extends DirectoryEvent> = ObjectFieldBuilder<typeof builder.$inferSchemaTypes, Event>

/** What every type of an event has: the fields of all of them, and the rule of who may be told. */
const anEvent = { interfaces: [DirectoryEventInterface], authScopes: eventScopes }

function refOf<Event extends DirectoryEvent>(kind: Event['kind']) {
  return builder.objectRef<Event>(EVENT_TYPE_NAMES[kind])
}

const GONE: ReadonlySet<DirectoryEventKind> = new Set(['USER_DELETED', 'GROUP_DELETED'])
const NO_ID = 'Null where the event does not say in which organization.'
const AS_TOLD = 'as the event has it. What the event does not have is asked of the provider'

/** The organization is a part of ids: without it nobody can tell which one clients knew, and there is nobody left to ask. */
function idOfGone(kind: EntityKind, key: EntityKey | null): string | null {
  return key === null || organizationIdOf(key) === null ? null : toGlobalId(kind, key)
}

const userFields = <Event extends UserChange | UserUpdate | MemberChange>(t: Fields<Event>) => ({
  user: t.field({
    type: DirectoryUserType,
    nullable: true,
    description: `The person, ${AS_TOLD}. Null where it can not be told who it is, or who it was.`,
    extensions: memberCost,
    resolve: (event, _args, context, info) =>
      resolveOfEvent(context, info, 'DirectoryUser', {
        key: event.userKey,
        told: event.user,
        isGone: GONE.has(event.kind),
      }),
  }),
  userUpstreamId: t.string({
    description: 'The provider’s own id of the person.',
    resolve: event => event.userUpstreamId,
  }),
})

const groupFields = <Event extends GroupChange | GroupUpdate | MemberChange>(t: Fields<Event>) => ({
  group: t.field({
    type: DirectoryGroupType,
    nullable: true,
    description: `The group, ${AS_TOLD}. Null where it can not be told what it is, or what it was.`,
    extensions: memberCost,
    resolve: (event, _args, context, info) =>
      resolveOfEvent(context, info, 'DirectoryGroup', {
        key: event.groupKey,
        told: event.group,
        isGone: GONE.has(event.kind),
      }),
  }),
  groupUpstreamId: t.string({
    description: 'The provider’s own id of the group.',
    resolve: event => upstreamIdOf(event.groupKey),
  }),
})

const changedField = <Event extends UserUpdate | GroupUpdate>(t: Fields<Event>, type: string) => ({
  changed: t.field({
    type: ['String'],
    nullable: true,
    description: `The fields of ${type} that have changed, by their names. Null where the provider does not say, which is so for Scalekit.`,
    resolve: ({ changed }) => (changed === null ? null : [...changed]),
  }),
})

function memberFields(t: Fields<MemberChange>) {
  return { ...userFields(t), ...groupFields(t) }
}

refOf<DirectoryChange>('DIRECTORY_ACTIVATED').implement({
  ...anEvent,
  description: 'A directory was set up: its people can come.',
})
refOf<DirectoryChange>('DIRECTORY_ENABLED').implement({
  ...anEvent,
  description: 'A directory was switched on.',
})
refOf<DirectoryChange>('DIRECTORY_DISABLED').implement({
  ...anEvent,
  description: 'A directory was switched off.',
})
refOf<DirectoryChange>('DIRECTORY_DELETED').implement({
  ...anEvent,
  description: 'A directory is gone, with its people and groups.',
  fields: t => ({
    deletedDirectoryId: t.id({
      nullable: true,
      description: `The global id that it had. ${NO_ID}`,
      resolve: ({ directoryKey }) => idOfGone('Directory', directoryKey),
    }),
  }),
})

refOf<UserChange>('USER_CREATED').implement({
  ...anEvent,
  description: 'Somebody joined a directory.',
  fields: userFields,
})
refOf<UserUpdate>('USER_UPDATED').implement({
  ...anEvent,
  description: 'Something about somebody changed.',
  fields: t => ({ ...userFields(t), ...changedField(t, 'DirectoryUser') }),
})
refOf<UserChange>('USER_DELETED').implement({
  ...anEvent,
  description: 'Somebody left a directory.',
  fields: t => ({
    ...userFields(t),
    deletedUserId: t.id({
      nullable: true,
      description:
        'The global id that the person had. Null where the event does not say in which directory and organization.',
      resolve: ({ userKey }) => idOfGone('DirectoryUser', userKey),
    }),
  }),
})

refOf<GroupChange>('GROUP_CREATED').implement({
  ...anEvent,
  description: 'A group came to a directory.',
  fields: groupFields,
})
refOf<GroupUpdate>('GROUP_UPDATED').implement({
  ...anEvent,
  description: 'Something about a group changed.',
  fields: t => ({ ...groupFields(t), ...changedField(t, 'DirectoryGroup') }),
})
refOf<GroupChange>('GROUP_DELETED').implement({
  ...anEvent,
  description: 'A group went, with its memberships.',
  fields: t => ({
    ...groupFields(t),
    deletedGroupId: t.id({
      nullable: true,
      description: `The global id that it had. ${NO_ID}`,
      resolve: ({ groupKey }) => idOfGone('DirectoryGroup', groupKey),
    }),
  }),
})

refOf<MemberChange>('MEMBER_ADDED').implement({
  ...anEvent,
  description: 'Somebody came to a group.',
  fields: memberFields,
})
refOf<MemberChange>('MEMBER_REMOVED').implement({
  ...anEvent,
  description: 'Somebody left a group.',
  fields: memberFields,
})
