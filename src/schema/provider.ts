import type { ProviderStatus } from '../domain/directory-provider.ts'
import type { Operation } from '../domain/provider-error.ts'
import { builder, ofParent } from './builder.ts'

export const ProviderEnum = builder.enumType('Provider', {
  description: 'Whoever keeps the directories.',
  values: {
    SCALEKIT: { value: 'scalekit', description: 'Scalekit, https://scalekit.com' },
    WORKOS: { value: 'workos', description: 'WorkOS Directory Sync, https://workos.com' },
  } as const,
})

export const ProviderOperationEnum = builder.enumType('ProviderOperation', {
  description: 'What not every provider can do.',
  values: {
    ENABLE_SCIM: { description: 'Letting an organization’s directories be synced: enableScim.' },
    DISABLE_SCIM: { description: 'Ending that: disableScim.' },
    ENABLE_DIRECTORY: { description: 'Switching a directory on: enableDirectory.' },
    DISABLE_DIRECTORY: { description: 'Pausing it: disableDirectory.' },
    CREATE_DIRECTORY: { description: 'Setting a directory up: createDirectory.' },
    DELETE_DIRECTORY: { description: 'Deleting it: deleteDirectory.' },
    CREATE_PORTAL_LINK: { description: 'A link for an organization’s admin: createPortalLink.' },
    CREATE_DIRECTORY_SECRET: { description: 'A secret for the identity provider: createDirectorySecret.' },
    SYNC_DIRECTORY: { description: 'A sync at once: syncDirectory.' },
    SEARCH_ORGANIZATIONS: { description: 'Organizations by a part of their name.' },
    SEARCH_DIRECTORIES: { description: 'Directories by a part of their name.' },
  } satisfies Record<Operation, { description: string }>,
})

const ProviderStatusType = builder.objectRef<ProviderStatus>('ProviderStatus').implement({
  ...ofParent,
  description: 'A provider that this server reads.',
  fields: t => ({
    provider: t.expose('provider', { type: ProviderEnum, description: 'Which one.' }),
    operations: t.field({
      type: [ProviderOperationEnum],
      description: 'What can be asked of it; what is absent answers with UnsupportedError.',
      resolve: status => [...status.operations],
    }),
    reachable: t.exposeBoolean('reachable', {
      nullable: true,
      description: 'Whether it answered when it was last asked. Null while nothing has been asked of it yet.',
    }),
  }),
})

builder.queryField('providers', t =>
  t.field({
    type: [ProviderStatusType],
    description: 'The providers that this server reads, what each can do, and how it is.',
    resolve: (_root, _args, context) => [...context.provider.statuses()],
  }),
)
