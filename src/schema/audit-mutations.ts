import { errorTypeMap } from '@pothos/plugin-errors'
import { defaultFieldResolver, type GraphQLField, type GraphQLSchema } from 'graphql'
import type { EntityKey } from '../domain/entity-key.ts'
import { ProviderError } from '../domain/provider-error.ts'
import { parseGlobalId } from '../relay/global-id.ts'
import type { RequestContext } from '../request/context.ts'

type MutationField = GraphQLField<unknown, RequestContext>

/** Has every mutation noted, with what it was about and how it ended: refused ones as well as those that were done. */
export function auditMutations(schema: GraphQLSchema): GraphQLSchema {
  const fields: MutationField[] = Object.values(schema.getMutationType()?.getFields() ?? {})
  for (const field of fields) field.resolve = audited(field)
  return schema
}

function audited({
  name,
  resolve = defaultFieldResolver,
}: MutationField): NonNullable<MutationField['resolve']> {
  return async (root, args, context, info) => {
    const note = (outcome: string) => context.audit({ mutation: name, target: targetOf(args.input), outcome })
    try {
      const result = await resolve(root, args, context, info)
      note(isError(result) ? result.code : 'done')
      return result
    } catch (error) {
      note(error instanceof ProviderError ? error.code : 'INTERNAL_SERVER_ERROR')
      throw error
    }
  }
}

/** Errors that are answered as data come in a wrapper of the plugin's, of which they are no instance. */
function isError(result: unknown): result is ProviderError {
  return typeof result === 'object' && result !== null && errorTypeMap.has(result)
}

/** Every input names what it is about by a global id; what is none of ours can be anything, and is not noted. */
function targetOf(input: Readonly<Record<string, unknown>>): EntityKey | null {
  try {
    return parseGlobalId(String(input.directoryId ?? input.organizationId), 'id').key
  } catch {
    return null
  }
}
