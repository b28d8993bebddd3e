import type { DirectoryEvent, DirectoryEventKind } from '../domain/directory-event.ts'
import { toGlobalId } from '../relay/global-id.ts'
import { builder } from './builder.ts'
import { toOneCost } from './call-costs.ts'
import { DirectoryType, OrganizationType } from './entity-types.ts'
import { ProviderEnum } from './provider.ts'
import { resolveEntity } from './resolve-entity.ts'
import { resolveOfEvent } from './resolve-of-event.ts'

export const DirectoryEventKindEnum = builder.enumType('DirectoryEventKind', {
  description: 'What can happen to a directory and to who is in it.',
  values: {
    DIRECTORY_ACTIVATED: { description: 'A directory was set up: its people can come. WorkOS tells of it.' },
    DIRECTORY_DELETED: {
      description:
        'A directory is gone, with its people and groups, of whom no events are told. WorkOS tells of it.',
    },
    DIRECTORY_ENABLED: { description: 'A directory was switched on. Scalekit tells of it.' },
    DIRECTORY_DISABLED: { description: 'A directory was switched off. Scalekit tells of it.' },
    USER_CREATED: { description: 'Somebody joined a directory.' },
    USER_UPDATED: { description: 'Something about somebody changed.' },
    USER_DELETED: { description: 'Somebody left a directory.' },
    GROUP_CREATED: { description: 'A group came to a directory.' },
    GROUP_UPDATED: { description: 'Something about a group changed.' },
    GROUP_DELETED: { description: 'A group went, with its memberships, of which no events are told.' },
    MEMBER_ADDED: {
      description: 'Somebody came to a group. WorkOS tells of it; of Scalekit USER_UPDATED may stand for it.',
    },
    MEMBER_REMOVED: {
      description: 'Somebody left a group. WorkOS tells of it; of Scalekit USER_UPDATED may stand for it.',
    },
  } satisfies Record<DirectoryEventKind, { description: string }>,
})

/** The GraphQL types, one for each kind; clients know them by these names. */
export const EVENT_TYPE_NAMES = {
  DIRECTORY_ACTIVATED: 'DirectoryActivatedEvent',
  DIRECTORY_DELETED: 'DirectoryDeletedEvent',
  DIRECTORY_ENABLED: 'DirectoryEnabledEvent',
  DIRECTORY_DISABLED: 'DirectoryDisabledEvent',
  USER_CREATED: 'DirectoryUserCreatedEvent',
  USER_UPDATED: 'DirectoryUserUpdatedEvent',
  USER_DELETED: 'DirectoryUserDeletedEvent',
  GROUP_CREATED: 'DirectoryGroupCreatedEvent',
  GROUP_UPDATED: 'DirectoryGroupUpdatedEvent',
  GROUP_DELETED: 'DirectoryGroupDeletedEvent',
  MEMBER_ADDED: 'DirectoryMemberAddedEvent',
  MEMBER_REMOVED: 'DirectoryMemberRemovedEvent',
} as const satisfies Record<DirectoryEventKind, string>

export const DirectoryEventInterface = builder.interfaceRef<DirectoryEvent>('DirectoryEvent').implement({
  description: 'Something that happened in a directory, as its provider told it.',
  resolveType: event => EVENT_TYPE_NAMES[event.kind],
  fields: t => ({
    id: t.id({
      description: 'The id of the event. The same event has the same id, however often it comes.',
      resolve: ({ provider, id }) => toGlobalId('DirectoryEvent', `${provider}:${id}`),
    }),
    kind: t.expose('kind', { type: DirectoryEventKindEnum, description: 'What happened.' }),
    provider: t.expose('provider', { type: ProviderEnum, description: 'Whoever told it.' }),
    upstreamId: t.exposeString('id', { description: 'The provider’s own id of the event.' }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it happened.' }),
    organization: t.field({
      type: OrganizationType,
      nullable: true,
      description:
        'The organization in which it happened. Null where the directory has none, or the event does not say.',
      extensions: toOneCost,
      resolve: ({ organizationKey }, _args, context, info) =>
        resolveEntity(context, info, 'Organization', organizationKey),
    }),
    directory: t.field({
      type: DirectoryType,
      nullable: true,
      description:
        'The directory in which it happened. Null where the provider does not say, as with users of Scalekit in an organization of several directories.',
      extensions: toOneCost,
      resolve: (event, _args, context, info) =>
        resolveOfEvent(context, info, 'Directory', {
          key: event.directoryKey,
          told: 'directory' in event ? event.directory : null,
          isGone: event.kind === 'DIRECTORY_DELETED',
        }),
    }),
  }),
})
