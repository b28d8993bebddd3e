import { CALL_BOUNDS } from '../domain/call-bounds.ts'
import { directoryKeyOf, organizationKeyOf, providerOf, upstreamIdOf } from '../domain/entity-key.ts'
import { InvalidInputError, ProviderError } from '../domain/provider-error.ts'
import { nullWithError } from '../relay/connection.ts'
import { builder } from './builder.ts'
import { connectionCost, toOneCost, usersByEmailCost } from './call-costs.ts'
import {
  DirectoryGroupConnection,
  DirectoryType,
  DirectoryUserType,
  OrganizationType,
} from './entity-types.ts'
import { ProviderEnum } from './provider.ts'
import { resolveConnection } from './resolve-connection.ts'
import { resolveEntity } from './resolve-entity.ts'
import { entityScopes } from './rules.ts'
import { neededDetail } from './selection.ts'

const DirectoryUserStateEnum = builder.enumType('DirectoryUserState', {
  description: 'How a person stands in the directory.',
  values: {
    ACTIVE: { description: 'Active.' },
    INACTIVE: { description: 'Not active any more.' },
    SUSPENDED: { description: 'Suspended; the provider has since merged this into inactive.' },
    OTHER: { description: 'A state that this API does not know yet.' },
  } as const,
})

builder.node(DirectoryUserType, {
  name: 'DirectoryUser',
  authScopes: entityScopes,
  description: 'A person as the company’s directory knows it.',
  id: { resolve: user => user.key },
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
    email: t.exposeString('email', { nullable: true, description: 'The primary e-mail address.' }),
    emails: t.field({
      type: ['String'],
      description: 'All e-mail addresses, the primary one first.',
      extensions: { needs: 'full' },
      resolve: ({ emails }) => [...emails],
    }),
    username: t.exposeString('username', { nullable: true, description: 'The name to sign in with.' }),
    firstName: t.exposeString('firstName', { nullable: true, description: 'The given name.' }),
    lastName: t.exposeString('lastName', { nullable: true, description: 'The family name.' }),
    name: t.exposeString('name', { nullable: true, description: 'The whole name.' }),
    jobTitle: t.exposeString('jobTitle', { nullable: true, description: 'What the person does.' }),
    state: t.expose('state', {
      type: DirectoryUserStateEnum,
      nullable: true,
      description: 'How the person stands. Null where the provider does not say.',
    }),
    roles: t.field({
      type: ['String'],
      description: 'The roles that the product’s mapping gives, by their slugs.',
      resolve: ({ roles }) => [...roles],
    }),
    customAttributes: t.expose('customAttributes', {
      type: 'JSONObject',
      description: 'Attributes that the product’s mapping picks.',
    }),
    rawAttributes: t.expose('rawAttributes', {
      type: 'JSONObject',
      description: 'All attributes as the identity provider sent them.',
      extensions: { needs: 'full' },
    }),
    directory: t.field({
      type: DirectoryType,
      nullable: true,
      description: 'The directory that the person is in.',
      extensions: { needs: 'key', ...toOneCost },
      resolve: ({ key }, _args, context, info) =>
        resolveEntity(context, info, 'Directory', directoryKeyOf(key)),
    }),
    organization: t.field({
      type: OrganizationType,
      nullable: true,
      description: 'The organization that the person belongs to.',
      extensions: { needs: 'key', ...toOneCost },
      resolve: ({ key }, _args, context, info) =>
        resolveEntity(context, info, 'Organization', organizationKeyOf(key)),
    }),
    groups: t.field({
      type: DirectoryGroupConnection,
      nullable: true,
      args: t.arg.connectionArgs(),
      description: 'The groups that the person is in.',
      extensions: { needs: 'full', ...connectionCost(() => CALL_BOUNDS.listGroupsOfUser) },
      resolve: (within, args, { loaders }, info) =>
        resolveConnection(args, info, {
          kind: 'DirectoryGroup',
          listId: `groups of ${within.key}`,
          knownCount: within.groups?.length ?? null,
          load: (page, detail) => loaders.listGroups.load({ within, page, detail }),
        }),
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was created.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it last changed; joining or leaving a group need not count.',
    }),
  }),
})

builder.queryField('directoryUsersByEmail', t =>
  t.field({
    type: [DirectoryUserType],
    nullable: { list: false, items: true },
    args: { email: t.arg.string({ required: true, description: 'The address, whatever its case.' }) },
    description:
      'People with this e-mail address in every directory that the caller may read. A directory that can not be asked is null, with an error.',
    extensions: usersByEmailCost,
    resolve: async (_root, { email }, { provider, call }, info) => {
      if (!/^[^\s@]+@[^\s@]+$/.test(email) || email.length > 320) {
        return [nullWithError(new InvalidInputError('`email` is no e-mail address.', 'email'))]
      }
      const found = await provider.findUsersByEmail(
        { email, organization: null, detail: neededDetail(info, 'DirectoryUser') },
        call,
      )
      return found.map(user => (user instanceof ProviderError ? nullWithError(user) : user))
    },
  }),
)
