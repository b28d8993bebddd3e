import { CALL_BOUNDS } from '../domain/call-bounds.ts'
import type { Directory, Organization } from '../domain/entities.ts'
import { organizationKey, providerOf, upstreamIdOf } from '../domain/entity-key.ts'
import { parseGlobalIdOf } from '../relay/global-id.ts'
import type { RequestContext } from '../request/context.ts'
import { builder, ofParent } from './builder.ts'
import { connectionCost, fixedCost } from './call-costs.ts'
import { DirectoryConnection, OrganizationConnection, OrganizationType } from './entity-types.ts'
import { ProviderEnum } from './provider.ts'
import { refuseUnfit } from './refuse-unfit.ts'
import { type ConnectionSource, resolveConnection } from './resolve-connection.ts'
import { parseUpstreamId } from './resolve-entity.ts'
import { resolveThroughList } from './resolve-through-list.ts'
import { entityScopes } from './rules.ts'
import { isFirstPageSelected } from './selection.ts'

const OrganizationDomain = builder
  .objectRef<{ domain: string; state: string | null }>('OrganizationDomain')
  .implement({
    ...ofParent,
    description: 'A domain of an organization.',
    fields: t => ({
      domain: t.exposeString('domain', { description: 'The domain name.' }),
      state: t.exposeString('state', {
        nullable: true,
        description: 'How far its verification has come, in the provider’s own word.',
      }),
    }),
  })

const OrganizationFeature = builder
  .objectRef<{ name: string; enabled: boolean }>('OrganizationFeature')
  .implement({
    ...ofParent,
    description: 'A feature that the provider switches by organization.',
    fields: t => ({
      name: t.exposeString('name', { description: 'The provider’s name of the feature.' }),
      enabled: t.exposeBoolean('enabled', { description: 'Whether it is on.' }),
    }),
  })

builder.node(OrganizationType, {
  name: 'Organization',
  authScopes: entityScopes,
  description: 'A customer of the product, with the directories of its people.',
  id: { resolve: organization => organization.key },
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
    name: t.exposeString('name', { description: 'What it is called.' }),
    externalId: t.exposeString('externalId', { nullable: true, description: 'The product’s own id for it.' }),
    domains: t.field({
      type: [OrganizationDomain],
      description: 'Its domains; empty where the provider has none.',
      resolve: ({ domains }) => [...domains],
    }),
    metadata: t.expose('metadata', { type: 'JSONObject', description: 'What the product has noted on it.' }),
    scimEnabled: t.exposeBoolean('scimEnabled', {
      nullable: true,
      description: 'Whether directories may be synced. Null where the provider has no such switch.',
    }),
    features: t.field({
      type: [OrganizationFeature],
      description: 'Features that the provider switches by organization.',
      resolve: ({ features }) => [...features],
    }),
    directories: t.field({
      type: DirectoryConnection,
      nullable: true,
      args: t.arg.connectionArgs(),
      description: 'Its directories.',
      extensions: { needs: 'key', ...connectionCost(() => CALL_BOUNDS.listDirectories), list: directoriesOf },
      resolve: (of, args, context, info) => resolveConnection(args, info, directoriesOf(of, args, context)),
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

function directoriesOf(
  of: Organization,
  _args: object,
  { loaders }: RequestContext,
): ConnectionSource<Directory> {
  return {
    kind: 'Directory',
    listId: `directories of ${of.key}`,
    load: page => loaders.listDirectories.load({ of, page }),
  }
}

const OrganizationBy = builder.inputType('OrganizationBy', {
  description: 'One way to name an organization.',
  isOneOf: true,
  fields: t => ({
    id: t.id({ description: 'Its global id.' }),
    workosId: t.id({ description: 'Its id at WorkOS.' }),
    scalekitId: t.id({ description: 'Its id at Scalekit.' }),
  }),
})

const OrganizationFilter = builder.inputType('OrganizationFilter', {
  description: 'Which organizations are wanted; what is given must all hold.',
  fields: t => ({
    provider: t.field({ type: ProviderEnum, description: 'Those of one provider.' }),
    externalId: t.string({ description: 'The one with this id of the product’s own.' }),
    search: t.string({ description: 'Those whose name has this part; Scalekit takes 3 to 100 characters.' }),
  }),
})

builder.queryFields(t => ({
  organization: t.field({
    type: OrganizationType,
    nullable: true,
    args: { by: t.arg({ type: OrganizationBy, required: true, description: 'How it is named.' }) },
    description: 'One organization, or null where there is none.',
    extensions: fixedCost(CALL_BOUNDS.findOne),
    resolve: (_root, { by }, context, info) => {
      const { id = '', workosId, scalekitId } = by
      const key =
        typeof workosId === 'string'
          ? organizationKey('workos', parseUpstreamId(workosId, 'by.workosId'))
          : typeof scalekitId === 'string'
            ? organizationKey('scalekit', parseUpstreamId(scalekitId, 'by.scalekitId'))
            : parseGlobalIdOf('Organization', id, 'by.id')
      return resolveThroughList(context, info, 'Organization', key)
    },
  }),
  organizations: t.field({
    type: OrganizationConnection,
    nullable: true,
    extensions: connectionCost(CALL_BOUNDS.listOrganizations),
    args: {
      ...t.arg.connectionArgs(),
      filter: t.arg({ type: OrganizationFilter, description: 'Which ones.' }),
    },
    description:
      'All organizations: WorkOS first, then Scalekit, each in its provider’s order, newest first.',
    resolve: (_root, args, { loaders }, info) => {
      const { provider = null, externalId = null, search = null } = args.filter ?? {}
      refuseUnfit(externalId, 'filter.externalId')
      refuseUnfit(search, 'filter.search')
      const filter = { provider, externalId: externalId || null, search: search || null }
      const isWithDirectories = isFirstPageSelected(info, 'Organization', 'directories')
      return resolveConnection(args, info, {
        kind: 'Organization',
        listId: `organizations ${JSON.stringify(filter)}`,
        load: page => loaders.listOrganizations.load({ page, ...filter, isWithDirectories }),
      })
    },
  }),
}))
