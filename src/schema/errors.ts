import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
  type ProviderError,
  RateLimitedError,
  UnavailableError,
  UnsupportedError,
} from '../domain/provider-error.ts'
import { builder, ofParent } from './builder.ts'
import { ProviderEnum, ProviderOperationEnum } from './provider.ts'

const ErrorInterface = builder.interfaceRef<ProviderError>('Error').implement({
  description: 'Why a mutation was not carried out.',
  fields: t => ({
    message: t.exposeString('message', { description: 'What happened, in a sentence for people.' }),
  }),
})

const interfaces = [ErrorInterface]

builder.objectType(NotFoundError, {
  name: 'NotFoundError',
  description: 'What the mutation is about does not exist, or not any more.',
  interfaces,
  ...ofParent,
})

builder.objectType(InvalidInputError, {
  name: 'InvalidInputError',
  description: 'The input can not be served.',
  interfaces,
  ...ofParent,
  fields: t => ({
    field: t.exposeString('field', { nullable: true, description: 'The input field that is to blame.' }),
  }),
})

builder.objectType(ForbiddenError, {
  name: 'ForbiddenError',
  description: 'The caller, or this server at the provider, may not do this.',
  interfaces,
  ...ofParent,
})

builder.objectType(ConflictError, {
  name: 'ConflictError',
  description: 'The directory is enabled, and it was not said that it may be paused first.',
  interfaces,
  ...ofParent,
})

builder.objectType(UnsupportedError, {
  name: 'UnsupportedError',
  description: 'The provider has nothing of the kind; the message says what to do instead.',
  interfaces,
  ...ofParent,
  fields: t => ({
    provider: t.field({ type: ProviderEnum, description: 'Which one.', resolve: error => error.provider }),
    operation: t.field({
      type: ProviderOperationEnum,
      description: 'What it can not do.',
      resolve: ({ operation }) => {
        if (operation === null) throw new Error('An unsupported mutation names its operation')
        return operation
      },
    }),
  }),
})

builder.objectType(RateLimitedError, {
  name: 'RateLimitedError',
  description: 'The provider’s limit is reached.',
  interfaces,
  ...ofParent,
  fields: t => ({
    provider: t.field({ type: ProviderEnum, description: 'Which one.', resolve: error => error.provider }),
    retryAfterSeconds: t.exposeInt('retryAfterSeconds', {
      nullable: true,
      description: 'When to try again; null where the provider does not say.',
    }),
  }),
})

builder.objectType(UnavailableError, {
  name: 'UnavailableError',
  description:
    'The provider could not answer. The message says whether the change may have been made all the same.',
  interfaces,
  ...ofParent,
  fields: t => ({
    provider: t.field({ type: ProviderEnum, description: 'Which one.', resolve: error => error.provider }),
  }),
})

const COMMON = [NotFoundError, InvalidInputError, ForbiddenError, RateLimitedError, UnavailableError]

/** The errors option of a mutation: its result is a union of its payload and the errors that it answers as data. */
export function resultUnion(mutation: string, ...others: (typeof UnsupportedError | typeof ConflictError)[]) {
  return {
    types: [...COMMON, ...others],
    directResult: true,
    union: {
      name: `${mutation}Result`,
      description: `What ${mutation} answers: what was done, or why it was not.`,
    },
  }
}
