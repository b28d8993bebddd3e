import type { DirectorySecret, DirectoryStats, RoleAssignment } from '../domain/entities.ts'
import { builder, ofParent } from './builder.ts'
import { DirectoryGroupType } from './entity-types.ts'
import { resolveEntity } from './resolve-entity.ts'

export const DirectoryStatsType = builder.objectRef<DirectoryStats>('DirectoryStats').implement({
  ...ofParent,
  description: 'How many people and groups a directory has, as far as the provider tells.',
  fields: t => ({
    totalUsers: t.exposeInt('totalUsers', { nullable: true, description: 'People.' }),
    activeUsers: t.exposeInt('activeUsers', { nullable: true, description: 'People who are active.' }),
    inactiveUsers: t.exposeInt('inactiveUsers', { nullable: true, description: 'People who are not.' }),
    totalGroups: t.exposeInt('totalGroups', { nullable: true, description: 'Groups.' }),
    usersUpdatedAt: t.expose('usersUpdatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a person last changed.',
    }),
    groupsUpdatedAt: t.expose('groupsUpdatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a group last changed.',
    }),
  }),
})

const DirectorySecretStatusEnum = builder.enumType('DirectorySecretStatus', {
  description: 'Whether a secret may be used.',
  values: {
    ACTIVE: { description: 'It may.' },
    INACTIVE: { description: 'It may not any more.' },
    OTHER: { description: 'A status that this API does not know yet.' },
  } as const,
})

export const DirectorySecretType = builder.objectRef<DirectorySecret>('DirectorySecret').implement({
  ...ofParent,
  description:
    'A secret by which the identity provider shows who it is; its plain text is shown once, when it is made.',
  fields: t => ({
    id: t.exposeID('upstreamId', { description: 'The provider’s own id.' }),
    suffix: t.exposeString('suffix', { description: 'Its last characters, to know it by.' }),
    status: t.expose('status', { type: DirectorySecretStatusEnum, description: 'Whether it may be used.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', nullable: true, description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ends; null for never.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used; null for never.',
    }),
  }),
})

export const AttributeMapping = builder
  .objectRef<{ key: string; mapTo: string }>('AttributeMapping')
  .implement({
    ...ofParent,
    description: 'An attribute of the identity provider and what it becomes.',
    fields: t => ({
      key: t.exposeString('key', { description: 'The attribute at the identity provider.' }),
      mapTo: t.exposeString('mapTo', { description: 'The attribute that it becomes.' }),
    }),
  })

export const RoleAssignmentType = builder.objectRef<RoleAssignment>('RoleAssignment').implement({
  ...ofParent,
  description: 'The role that members of a group get.',
  fields: t => ({
    roleName: t.exposeString('roleName', { description: 'The role.' }),
    groupUpstreamId: t.exposeString('groupUpstreamId', {
      description: 'The provider’s own id of the group.',
    }),
    group: t.field({
      type: DirectoryGroupType,
      nullable: true,
      description: 'The group.',
      resolve: ({ group }, _args, context, info) => resolveEntity(context, info, 'DirectoryGroup', group),
    }),
  }),
})
