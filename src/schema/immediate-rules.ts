import SchemaBuilder, { BasePlugin, type PothosObjectTypeConfig, type SchemaTypes } from '@pothos/core'
import type { GraphQLIsTypeOfFn } from 'graphql'
import type { RequestContext } from '../request/context.ts'
import { entityScopes, READERS } from './rules.ts'

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      immediateRules: ImmediateRulesPlugin<Types>
    }
  }
}

/**
 * Lets entities through by their own rule, at once. The scope plugin asks the same rule, but keeps an account of each
 * object; it is left with whatever the rule does not let through, and with what is then said of it.
 */
class ImmediateRulesPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapIsTypeOf(
    isTypeOf: GraphQLIsTypeOfFn<unknown, Types['Context']> | undefined,
    { pothosOptions: { authScopes } }: PothosObjectTypeConfig,
  ): GraphQLIsTypeOfFn<unknown, Types['Context']> | undefined {
    if (authScopes !== entityScopes || isTypeOf === undefined) return isTypeOf
    return (entity, context, info) =>
      mayRead(entity as Parameters<typeof entityScopes>[0], context as RequestContext) ||
      isTypeOf(entity, context, info)
  }
}

function mayRead(entity: Parameters<typeof entityScopes>[0], context: RequestContext): boolean {
  return entityScopes(entity, context) === READERS && context.caller.permissions.has(READERS.permission)
}

SchemaBuilder.registerPlugin('immediateRules', ImmediateRulesPlugin)
