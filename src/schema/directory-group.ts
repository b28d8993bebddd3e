import { CALL_BOUNDS } from '../domain/call-bounds.ts'
import type { DirectoryGroup, DirectoryUser } from '../domain/entities.ts'
import { directoryKeyOf, organizationKeyOf, providerOf, upstreamIdOf } from '../domain/entity-key.ts'
import type { RequestContext } from '../request/context.ts'
import { builder } from './builder.ts'
import { toOneCost, usersCost } from './call-costs.ts'
import {
  DirectoryGroupType,
  DirectoryType,
  DirectoryUserConnection,
  OrganizationType,
} from './entity-types.ts'
import { ProviderEnum } from './provider.ts'
import { type ConnectionSource, resolveConnection } from './resolve-connection.ts'
import { resolveEntity } from './resolve-entity.ts'
import { entityScopes } from './rules.ts'
import { needsForCount } from './selection.ts'

const NO_FILTER = { group: null, email: null, updatedAfter: null }

builder.node(DirectoryGroupType, {
  name: 'DirectoryGroup',
  authScopes: entityScopes,
  description: 'A group of people in a company’s directory.',
  id: { resolve: group => group.key },
  fields: t => ({
    provider: t.field({
      type: ProviderEnum,
      description: 'Whoever keeps the directory.',
      extensions: { needs: 'key' },
      resolve: ({ key }) => providerOf(key),
    }),
    upstreamId: t.string({
      description: 'The provider’s own id.',
      extensions: { needs: 'key' },
      resolve: ({ key }) => upstreamIdOf(key),
    }),
    idpId: t.exposeString('idpId', { nullable: true, description: 'The identity provider’s id.' }),
    name: t.exposeString('name', { description: 'What it is called.', extensions: { needs: 'name' } }),
    totalUsers: t.exposeInt('totalUsers', {
      nullable: true,
      description: 'How many people are in it. Null where the provider can’t tell without listing them.',
    }),
    rawAttributes: t.expose('rawAttributes', {
      type: 'JSONObject',
      description: 'All attributes as the identity provider sent them.',
      extensions: { needs: 'full' },
    }),
    directory: t.field({
      type: DirectoryType,
      nullable: true,
      description: 'The directory that it is in.',
      extensions: { needs: 'key', ...toOneCost },
      resolve: ({ key }, _args, context, info) =>
        resolveEntity(context, info, 'Directory', directoryKeyOf(key)),
    }),
    organization: t.field({
      type: OrganizationType,
      nullable: true,
      description: 'The organization that it belongs to.',
      extensions: { needs: 'key', ...toOneCost },
      resolve: ({ key }, _args, context, info) =>
        resolveEntity(context, info, 'Organization', organizationKeyOf(key)),
    }),
    users: t.field({
      type: DirectoryUserConnection,
      nullable: true,
      args: t.arg.connectionArgs(),
      description: 'The people in it.',
      extensions: { ...needsForCount, ...usersCost(CALL_BOUNDS.listMembers), list: usersOf },
      resolve: (within, args, context, info) => resolveConnection(args, info, usersOf(within, args, context)),
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was created.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it last changed.',
    }),
  }),
})

function usersOf(
  within: DirectoryGroup,
  _args: object,
  { loaders }: RequestContext,
): ConnectionSource<DirectoryUser> {
  return {
    kind: 'DirectoryUser',
    listId: `users of ${within.key}`,
    knownCount: within.totalUsers,
    load: (page, detail) => loaders.listUsers.load({ within, page, filter: NO_FILTER, detail }),
  }
}
