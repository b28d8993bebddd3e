import { CALL_BOUNDS } from '../domain/call-bounds.ts'
import { IDENTITY_PROVIDERS } from '../domain/entities.ts'
import {
  directoryKey,
  directoryKeyInAnyOrganization,
  organizationKeyOf,
  providerOf,
  upstreamIdOf,
} from '../domain/entity-key.ts'
import { parseGlobalIdOf } from '../relay/global-id.ts'
import { builder } from './builder.ts'
import { connectionCost, fixedCost, roleAssignmentsCost, toOneCost, usersCost } from './call-costs.ts'
import { DirectoryUserFilter, groupsOfDirectory, usersOfDirectory } from './directory-lists.ts'
import {
  AttributeMapping,
  DirectorySecretType,
  DirectoryStatsType,
  RoleAssignmentType,
} from './directory-parts.ts'
import {
  DirectoryConnection,
  DirectoryGroupConnection,
  DirectoryType,
  DirectoryUserConnection,
  OrganizationType,
} from './entity-types.ts'
import { ProviderEnum } from './provider.ts'
import { refuseUnfit } from './refuse-unfit.ts'
import { resolveConnection } from './resolve-connection.ts'
import { parseUpstreamId, resolveEntity } from './resolve-entity.ts'
import { resolveThroughList } from './resolve-through-list.ts'
import { entityScopes } from './rules.ts'
import { needsForCount } from './selection.ts'

const DirectoryStateEnum = builder.enumType('DirectoryState', {
  description: 'How a directory is.',
  values: {
    ACTIVE: { description: 'On: changes at the identity provider arrive.' },
    INACTIVE: { description: 'Off, or not connected yet.' },
    VALIDATING: { description: 'Being checked by the provider.' },
    DELETING: { description: 'Being deleted by the provider.' },
    INVALID_CREDENTIALS: {
      description: 'The identity provider refuses the credentials that it was set up with.',
    },
    OTHER: { description: 'A state that this API does not know yet; `upstreamState` has the word.' },
  } as const,
})

export const DirectoryProtocolEnum = builder.enumType('DirectoryProtocol', {
  description: 'How people and groups get into a directory.',
  values: {
    SCIM: { description: 'The identity provider pushes them by SCIM.' },
    API: { description: 'The provider polls an API of the identity provider.' },
    LDAP: { description: 'The provider reads them by LDAP.' },
    SFTP: { description: 'They come as files by SFTP.' },
    OTHER: { description: 'Some other way; `upstreamType` has the provider’s word.' },
  } as const,
})

export const IdentityProviderEnum = builder.enumType('IdentityProvider', {
  description: 'Where a directory’s people and groups come from.',
  values: Object.fromEntries(
    Object.entries(IDENTITY_PROVIDERS).map(([name, title]) => [
      name,
      { description: name === 'OTHER' ? 'One that this API does not know yet.' : title },
    ]),
  ) as Record<keyof typeof IDENTITY_PROVIDERS, { description: string }>,
})

builder.node(DirectoryType, {
  name: 'Directory',
  authScopes: entityScopes,
  description: 'The connection to an organization’s company directory, and what is known of its health.',
  id: { resolve: directory => directory.key },
  fields: t => ({
    provider: t.field({
      type: ProviderEnum,
      description: 'Whoever keeps it.',
      extensions: { needs: 'key' },
      resolve: ({ key }) => providerOf(key),
    }),
    upstreamId: t.string({
      description: 'The provider’s own id.',
      extensions: { needs: 'key' },
      resolve: ({ key }) => upstreamIdOf(key),
    }),
    name: t.exposeString('name', {
      description: 'What it is called; after its identity provider where the provider has no name for it.',
    }),
    state: t.expose('state', { type: DirectoryStateEnum, description: 'How it is.' }),
    upstreamState: t.exposeString('upstreamState', { description: 'The provider’s own word for the state.' }),
    identityProvider: t.expose('identityProvider', {
      type: IdentityProviderEnum,
      description: 'Where its people and groups come from.',
    }),
    upstreamIdentityProvider: t.exposeString('upstreamIdentityProvider', {
      nullable: true,
      description: 'The provider’s own word for the identity provider.',
    }),
    protocol: t.expose('protocol', { type: DirectoryProtocolEnum, description: 'How they get into it.' }),
    upstreamType: t.exposeString('upstreamType', {
      description: 'The provider’s own word for the kind of directory.',
    }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether it is on.' }),
    domain: t.exposeString('domain', { nullable: true, description: 'The domain that it was set up for.' }),
    externalKey: t.exposeString('externalKey', {
      nullable: true,
      description: 'The key in the address that the identity provider sends to.',
    }),
    scimEndpoint: t.exposeString('scimEndpoint', {
      nullable: true,
      description: 'Where the identity provider sends SCIM requests.',
    }),
    stats: t.expose('stats', { type: DirectoryStatsType, description: 'How many people and groups it has.' }),
    lastSyncedAt: t.expose('lastSyncedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last synced; null for never, and where the provider does not say.',
    }),
    secrets: t.field({
      type: [DirectorySecretType],
      description: 'The secrets that the identity provider may use, without their plain text.',
      resolve: ({ secrets }) => [...secrets],
    }),
    attributeMappings: t.field({
      type: [AttributeMapping],
      description: 'Which attribute of the identity provider becomes which attribute here.',
      resolve: ({ attributeMappings }) => [...attributeMappings],
    }),
    roleAssignments: t.field({
      type: [RoleAssignmentType],
      description: 'Which role the members of which group get.',
      extensions: roleAssignmentsCost,
      resolve: ({ roleAssignments }) => [...roleAssignments],
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
      args: {
        ...t.arg.connectionArgs(),
        filter: t.arg({ type: DirectoryUserFilter, description: 'Which ones.' }),
      },
      description: 'The people in it.',
      extensions: {
        ...needsForCount,
        ...usersCost((limit, isBehindCursor, { filter }) =>
          filter?.email ? CALL_BOUNDS.scan : CALL_BOUNDS.listMembers(limit, isBehindCursor),
        ),
        list: usersOfDirectory,
      },
      resolve: (within, args, context, info) =>
        resolveConnection(args, info, usersOfDirectory(within, args, context)),
    }),
    groups: t.field({
      type: DirectoryGroupConnection,
      nullable: true,
      args: t.arg.connectionArgs(),
      description: 'The groups in it.',
      extensions: { ...needsForCount, ...connectionCost(CALL_BOUNDS.listMembers), list: groupsOfDirectory },
      resolve: (within, args, context, info) =>
        resolveConnection(args, info, groupsOfDirectory(within, args, context)),
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

const ScalekitDirectoryKey = builder.inputType('ScalekitDirectoryKey', {
  description: 'The name of a directory at Scalekit, which knows directories only within their organization.',
  fields: t => ({
    organizationId: t.id({ required: true, description: 'The organization’s id at Scalekit.' }),
    directoryId: t.id({ required: true, description: 'The directory’s id at Scalekit.' }),
  }),
})

const DirectoryBy = builder.inputType('DirectoryBy', {
  description: 'One way to name a directory.',
  isOneOf: true,
  fields: t => ({
    id: t.id({ description: 'Its global id.' }),
    workosId: t.id({ description: 'Its id at WorkOS.' }),
    scalekit: t.field({
      type: ScalekitDirectoryKey,
      description: 'Its and its organization’s id at Scalekit.',
    }),
  }),
})

const DirectoryFilter = builder.inputType('DirectoryFilter', {
  description: 'Which directories are wanted; what is given must all hold.',
  fields: t => ({
    provider: t.field({ type: ProviderEnum, description: 'Those of one provider.' }),
    organizationId: t.id({ description: 'Those of the organization with this global id.' }),
    search: t.string({ description: 'Those whose name has this part.' }),
  }),
})

builder.queryFields(t => ({
  directory: t.field({
    type: DirectoryType,
    nullable: true,
    args: { by: t.arg({ type: DirectoryBy, required: true, description: 'How it is named.' }) },
    description: 'One directory, or null where there is none.',
    extensions: fixedCost(CALL_BOUNDS.findOne),
    resolve: (_root, { by }, context, info) => {
      const { id = '', workosId, scalekit } = by
      const key =
        typeof workosId === 'string'
          ? directoryKeyInAnyOrganization('workos', parseUpstreamId(workosId, 'by.workosId'))
          : scalekit
            ? directoryKey(
                'scalekit',
                parseUpstreamId(scalekit.organizationId, 'by.scalekit.organizationId'),
                parseUpstreamId(scalekit.directoryId, 'by.scalekit.directoryId'),
              )
            : parseGlobalIdOf('Directory', id, 'by.id')
      return resolveThroughList(context, info, 'Directory', key)
    },
  }),
  directories: t.field({
    type: DirectoryConnection,
    nullable: true,
    args: {
      ...t.arg.connectionArgs(),
      filter: t.arg({ type: DirectoryFilter, description: 'Which ones.' }),
    },
    description: 'Directories across organizations.',
    extensions: connectionCost(() => CALL_BOUNDS.listAllDirectories),
    resolve: (_root, args, { loaders }, info) => {
      const { provider = null, organizationId, search } = args.filter ?? {}
      refuseUnfit(search, 'filter.search')
      const organization =
        typeof organizationId === 'string'
          ? parseGlobalIdOf('Organization', organizationId, 'filter.organizationId')
          : null
      const filter = { provider, organization, search: search || null }
      return resolveConnection(args, info, {
        kind: 'Directory',
        listId: `all directories ${JSON.stringify(filter)}`,
        load: page => loaders.listAllDirectories.load({ page, ...filter }),
      })
    },
  }),
}))
