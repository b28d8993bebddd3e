import SchemaBuilder from '@pothos/core'
import ErrorsPlugin from '@pothos/plugin-errors'
import RelayPlugin from '@pothos/plugin-relay'
import ScopeAuthPlugin, { type AuthFailure, type ForbiddenResult } from '@pothos/plugin-scope-auth'
import type { ResolveTree } from 'graphql-parse-resolve-info'
import type { ComplexityEstimatorArgs } from 'graphql-query-complexity'
import { DateTimeResolver, JSONObjectResolver } from 'graphql-scalars'
import type { Permission } from '../domain/caller.ts'
import type { Detail, JsonObject } from '../domain/entities.ts'
import { type EntityKey, type EntityKind, type ProviderName, providerOf } from '../domain/entity-key.ts'
import { ForbiddenError, noSuchObject } from '../domain/provider-error.ts'
import { toGlobalId } from '../relay/global-id.ts'
import type { RequestContext } from '../request/context.ts'
import type { ConnectionSource } from './resolve-connection.ts'
import './immediate-ids.ts'
import './immediate-rules.ts'

declare module 'graphql' {
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    /** How much of its parent the field reads, or how much with that selection; `basic` unless said otherwise. */
    needs?: Detail | ((field: ResolveTree) => Detail)
    /** The list that a connection pages through, where its items show that the field's parent is there. */
    list?: (parent: never, args: never, context: RequestContext) => ConnectionSource<object>
    /** The upstream calls that the field adds to its operation, for one parent, its selection's included. */
    complexity?: (field: ComplexityEstimatorArgs) => number
  }
  interface GraphQLObjectTypeExtensions<_TSource, _TContext> {
    /** Who may see it: whoever may see the object that it is a part of. Types without this have a rule of their own. */
    access?: 'parent'
  }
}

/** For types that are a part of others: their fields show nothing that the whole does not. */
export const ofParent = { extensions: { access: 'parent' } } as const

/** The schema builder: plugins, scalars and defaults, and no types. Types are defined a file each beside it. */
export const builder = new SchemaBuilder<{
  Context: RequestContext
  AuthScopes: { permission: Permission }
  DefaultFieldNullability: false
  DefaultNodeNullability: true
  DefaultEdgesNullability: { list: true; items: true }
  Scalars: {
    ID: { Input: string; Output: string }
    DateTime: { Input: Date; Output: Date }
    JSONObject: { Input: JsonObject; Output: JsonObject }
  }
}>({
  // Errors before the others that refuse: what those refuse is then an error like any that a mutation answers as data.
  plugins: ['immediateRules', ErrorsPlugin, ScopeAuthPlugin, RelayPlugin, 'immediateIds'],
  defaultFieldNullability: false,
  errors: { directResult: true },
  scopeAuth: {
    authScopes: ({ caller }) => ({ permission: permission => caller.permissions.has(permission) }),
    // Once for each object, not for each of its fields.
    runScopesOnType: true,
    authorizeOnSubscribe: true,
    unauthorizedError: (parent, _context, _info, refusal) => toError(parent, refusal),
  },
  relay: {
    cursorType: 'String',
    encodeGlobalID: (typename, key) => toGlobalId(typename, String(key)),
    // Ids are read in `relay/global-id.ts`, where a bad one is the caller's error and costs only its own field.
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    nodeTypeOptions: {
      description: 'Anything with a global id.',
      resolveType: value => (value as { kind: EntityKind }).kind,
    },
    idFieldOptions: { description: 'The global id.', extensions: { needs: 'key' } },
    nodeFieldOptions: { nullable: true, description: 'The item; null where the provider sent it malformed.' },
    edgesFieldOptions: {
      nullable: { list: true, items: true },
      description: 'The items with their places. Null, with an error, where one could not be read.',
    },
    cursorFieldOptions: { description: 'The place of this item, for `after` and `before` of the same list.' },
    pageInfoTypeOptions: { description: 'Where a page is in its list.', ...ofParent },
    pageInfoFieldOptions: { description: 'Where this page is in the list.' },
    hasNextPageFieldOptions: { description: 'Whether items follow this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether items precede this page.' },
    startCursorFieldOptions: { description: 'The place of the first item; null when the page is empty.' },
    endCursorFieldOptions: { description: 'The place of the last item; null when the page is empty.' },
    firstArgOptions: {
      description: 'How many from the front: 1 to 100; 20 when neither `first` nor `last` is given.',
    },
    afterArgOptions: { description: 'Begin behind this place; goes with `first`.' },
    lastArgOptions: { description: 'How many from the end: 1 to 100.' },
    beforeArgOptions: { description: 'End ahead of this place; goes with `last`.' },
  },
})

builder.addScalarType('DateTime', DateTimeResolver)
builder.addScalarType('JSONObject', JSONObjectResolver)

/** An object out of the caller's reach does not exist for the caller; who lacks a permission is told which. */
function toError(parent: unknown, { failure }: ForbiddenResult): Error {
  const permission = permissionIn(failure)
  if (permission !== null) return new ForbiddenError(`This needs the permission \`${permission}\`.`)
  return noSuchObject(whose(parent as OfProvider))
}

/** Entities say it by their key, events by name. */
type OfProvider = { readonly key: EntityKey } | { readonly provider: ProviderName }

function whose(parent: OfProvider): ProviderName {
  return 'key' in parent ? providerOf(parent.key) : parent.provider
}

/** Rules that name permissions fail with the one that is missing, wrapped in why it counts. */
function permissionIn(failure: AuthFailure): string | null {
  if ('failures' in failure) return failure.failures.map(permissionIn).find(one => one !== null) ?? null
  return 'parameter' in failure ? String(failure.parameter) : null
}
