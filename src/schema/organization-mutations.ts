import { CALL_BOUNDS } from '../domain/call-bounds.ts'
import type { Directory, Organization } from '../domain/entities.ts'
import { UnsupportedError } from '../domain/provider-error.ts'
import { parseGlobalIdOf } from '../relay/global-id.ts'
import { forgetReads } from '../request/context.ts'
import { builder } from './builder.ts'
import { fixedCost } from './call-costs.ts'
import { DirectoryProtocolEnum, IdentityProviderEnum } from './directory.ts'
import { DirectoryType, OrganizationType } from './entity-types.ts'
import { resultUnion } from './errors.ts'
import { mutationInput, mutationPayload } from './mutation-types.ts'

const ORGANIZATION_ID = { required: true, description: 'The organization’s global id.' } as const
const INPUT = 'What is wanted.'

/** The two mutations that set an organization's switch and answer with it. */
const SWITCHES = [
  {
    name: 'EnableScim',
    field: 'enableScim',
    description: 'Lets an organization’s directories be synced.',
    outcome: 'SCIM is on.',
  },
  {
    name: 'DisableScim',
    field: 'disableScim',
    description: 'Ends the sync of an organization’s directories.',
    outcome: 'SCIM is off.',
  },
] as const

for (const { name, field, description, outcome } of SWITCHES) {
  const input = mutationInput(name, t => ({ organizationId: t.id(ORGANIZATION_ID) }))
  const payload = mutationPayload<{ organization: Organization }>(name, outcome, t => ({
    organization: t.field({
      type: OrganizationType,
      description: 'The organization as it is now.',
      resolve: ({ organization }) => organization,
    }),
  }))
  builder.mutationField(field, t =>
    t.field({
      type: payload,
      args: { input: t.arg({ type: input, required: true, description: INPUT }) },
      authScopes: { permission: 'directories:write' },
      extensions: fixedCost(CALL_BOUNDS.write),
      errors: resultUnion(name, UnsupportedError),
      description,
      resolve: async (_root, { input: { organizationId, clientMutationId } }, context) => {
        const key = parseGlobalIdOf('Organization', organizationId, 'organizationId')
        const organization = await context.provider[field](key, context.call)
        forgetReads(context)
        return { organization, clientMutationId }
      },
    }),
  )
}

const CreatePortalLinkInput = mutationInput('CreatePortalLink', t => ({
  organizationId: t.id(ORGANIZATION_ID),
}))
const CreatePortalLinkPayload = mutationPayload<{ url: string; expiresAt: Date | null }>(
  'CreatePortalLink',
  'A link for the organization’s admin, good for one visit.',
  t => ({
    url: t.string({ description: 'Where to send the admin.', resolve: payload => payload.url }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Until when it may be opened; null where the provider does not say.',
      resolve: payload => payload.expiresAt,
    }),
  }),
)
builder.mutationField('createPortalLink', t =>
  t.field({
    type: CreatePortalLinkPayload,
    args: { input: t.arg({ type: CreatePortalLinkInput, required: true, description: INPUT }) },
    authScopes: { permission: 'directories:write' },
    extensions: fixedCost(CALL_BOUNDS.write),
    errors: resultUnion('CreatePortalLink'),
    description: 'Makes a link at which an organization’s admin sets up its directory.',
    resolve: async (_root, { input }, { provider, call }) => {
      const key = parseGlobalIdOf('Organization', input.organizationId, 'organizationId')
      return { ...(await provider.createPortalLink(key, call)), clientMutationId: input.clientMutationId }
    },
  }),
)

const CreateDirectoryInput = mutationInput('CreateDirectory', t => ({
  organizationId: t.id(ORGANIZATION_ID),
  identityProvider: t.field({
    type: IdentityProviderEnum,
    required: true,
    description: 'Where its people and groups will come from.',
  }),
  protocol: t.field({
    type: DirectoryProtocolEnum,
    defaultValue: 'SCIM',
    description: 'How they will get into it.',
  }),
}))
const CreateDirectoryPayload = mutationPayload<{ directory: Directory }>(
  'CreateDirectory',
  'The directory is there.',
  t => ({
    directory: t.field({
      type: DirectoryType,
      description: 'The new one.',
      resolve: payload => payload.directory,
    }),
  }),
)
builder.mutationField('createDirectory', t =>
  t.field({
    type: CreateDirectoryPayload,
    args: { input: t.arg({ type: CreateDirectoryInput, required: true, description: INPUT }) },
    authScopes: { permission: 'directories:write' },
    extensions: fixedCost(CALL_BOUNDS.write),
    errors: resultUnion('CreateDirectory', UnsupportedError),
    description: 'Sets up a directory of an organization.',
    resolve: async (_root, { input }, context) => {
      const key = parseGlobalIdOf('Organization', input.organizationId, 'organizationId')
      const draft = { identityProvider: input.identityProvider, protocol: input.protocol ?? 'SCIM' }
      const directory = await context.provider.createDirectory(key, draft, context.call)
      forgetReads(context)
      return { directory, clientMutationId: input.clientMutationId }
    },
  }),
)
