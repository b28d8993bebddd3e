import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core'
import type { GraphQLFieldResolver } from 'graphql'
import type { EntityKey } from '../domain/entity-key.ts'
import { globalIdOf } from '../relay/global-id.ts'

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      immediateIds: ImmediateIdsPlugin<Types>
    }
  }
}

/**
 * Answers the ids of nodes at once. The relay plugin's own resolver is async, and one promise in an object makes
 * promises of all that stand above it.
 */
class ImmediateIdsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { kind, name, parentType }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (kind !== 'Object' || name !== 'id') return resolve
    // Only what `builder.node` defines has this option.
    if (!('id' in this.builder.configStore.getTypeConfig(parentType).pothosOptions)) return resolve
    return entity => globalIdOf(parentType, entity as { key: EntityKey })
  }
}

SchemaBuilder.registerPlugin('immediateIds', ImmediateIdsPlugin)
