import { CALL_BOUNDS } from '../domain/call-bounds.ts'
import type { Directory, DirectorySecret } from '../domain/entities.ts'
import { type EntityKey, organizationKeyOf } from '../domain/entity-key.ts'
import { ConflictError, UnsupportedError } from '../domain/provider-error.ts'
import { parseGlobalIdOf, toGlobalId } from '../relay/global-id.ts'
import { forgetReads } from '../request/context.ts'
import { builder } from './builder.ts'
import { fixedCost, toOneCost } from './call-costs.ts'
import { DirectorySecretType } from './directory-parts.ts'
import { DirectoryType, OrganizationType } from './entity-types.ts'
import { resultUnion } from './errors.ts'
import { mutationInput, mutationPayload } from './mutation-types.ts'
import { readBack, resolveEntity } from './resolve-entity.ts'

const DIRECTORY_ID = { required: true, description: 'The directory’s global id.' } as const
const INPUT = 'What is wanted.'

/** The three mutations that do something to a directory and answer with it. */
const SWITCHES = [
  {
    name: 'EnableDirectory',
    field: 'enableDirectory',
    description: 'Switches a directory on.',
    outcome: 'The directory is on.',
  },
  {
    name: 'DisableDirectory',
    field: 'disableDirectory',
    description: 'Pauses a directory: changes at the identity provider do not arrive until it is on again.',
    outcome: 'The directory is off.',
  },
  {
    name: 'SyncDirectory',
    field: 'syncDirectory',
    description: 'Asks the provider to sync a directory now.',
    outcome: 'The provider has begun to sync the directory.',
  },
] as const

for (const { name, field, description, outcome } of SWITCHES) {
  const input = mutationInput(name, t => ({ directoryId: t.id(DIRECTORY_ID) }))
  const payload = mutationPayload<{ directory: Directory }>(name, outcome, t => ({
    directory: t.field({
      type: DirectoryType,
      description: 'The directory as it is now.',
      resolve: ({ directory }) => directory,
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
      resolve: async (_root, { input: { directoryId, clientMutationId } }, context, info) => {
        const key = parseGlobalIdOf('Directory', directoryId, 'directoryId')
        await context.provider[field](key, context.call)
        return { directory: await readBack(context, info, 'Directory', key), clientMutationId }
      },
    }),
  )
}

const DeletionStatusEnum = builder.enumType('DeletionStatus', {
  description: 'PENDING: the provider has accepted it and works on it.',
  values: {
    PENDING: { description: 'Accepted; the directory may be readable for a while, as DELETING.' },
    DELETED: { description: 'Gone.' },
  } as const,
})
const DeleteDirectoryInput = mutationInput('DeleteDirectory', t => ({
  directoryId: t.id(DIRECTORY_ID),
  force: t.boolean({
    defaultValue: false,
    description: 'Pause the directory first where the provider refuses to delete an enabled one.',
  }),
}))
const DeleteDirectoryPayload = mutationPayload<{ key: EntityKey; status: 'PENDING' | 'DELETED' }>(
  'DeleteDirectory',
  'The directory is gone, or about to be.',
  t => ({
    deletedDirectoryId: t.id({
      description: 'The directory’s global id.',
      resolve: ({ key }) => toGlobalId('Directory', key),
    }),
    status: t.field({
      type: DeletionStatusEnum,
      description: 'How far it has come.',
      resolve: ({ status }) => status,
    }),
    organization: t.field({
      type: OrganizationType,
      nullable: true,
      description: 'The organization that the directory belonged to.',
      extensions: toOneCost,
      resolve: ({ key }, _args, context, info) =>
        resolveEntity(context, info, 'Organization', organizationKeyOf(key)),
    }),
  }),
)
builder.mutationField('deleteDirectory', t =>
  t.field({
    type: DeleteDirectoryPayload,
    args: { input: t.arg({ type: DeleteDirectoryInput, required: true, description: INPUT }) },
    authScopes: { permission: 'directories:write' },
    extensions: fixedCost(CALL_BOUNDS.write),
    errors: resultUnion('DeleteDirectory', ConflictError),
    description: 'Deletes a directory with its people and groups. There is no way back.',
    resolve: async (_root, { input }, context) => {
      const key = parseGlobalIdOf('Directory', input.directoryId, 'directoryId')
      const status = await context.provider.deleteDirectory(key, input.force ?? false, context.call)
      forgetReads(context)
      return { key, status, clientMutationId: input.clientMutationId }
    },
  }),
)

const CreateDirectorySecretInput = mutationInput('CreateDirectorySecret', t => ({
  directoryId: t.id(DIRECTORY_ID),
}))
const CreateDirectorySecretPayload = mutationPayload<{ plainSecret: string; secret: DirectorySecret }>(
  'CreateDirectorySecret',
  'The plain secret is shown once and is neither cached nor logged.',
  t => ({
    plainSecret: t.string({
      description: 'The secret itself, for the identity provider.',
      resolve: payload => payload.plainSecret,
    }),
    secret: t.field({
      type: DirectorySecretType,
      description: 'What is left to see of it.',
      resolve: payload => payload.secret,
    }),
  }),
)
builder.mutationField('createDirectorySecret', t =>
  t.field({
    type: CreateDirectorySecretPayload,
    args: { input: t.arg({ type: CreateDirectorySecretInput, required: true, description: INPUT }) },
    authScopes: { permission: 'directories:secrets' },
    extensions: fixedCost(CALL_BOUNDS.write),
    errors: resultUnion('CreateDirectorySecret', UnsupportedError),
    description: 'Makes a secret by which the identity provider shows who it is.',
    resolve: async (_root, { input }, context) => {
      const key = parseGlobalIdOf('Directory', input.directoryId, 'directoryId')
      const created = await context.provider.createDirectorySecret(key, context.call)
      forgetReads(context)
      return { ...created, clientMutationId: input.clientMutationId }
    },
  }),
)
