import { defaultFieldResolver, type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql'
import type { RequestContext } from '../request/context.ts'

type Field = GraphQLField<unknown, RequestContext>

/** Has the fields that may make calls, which are those with a cost, resolved within the trace of their operation. */
export function traceFields(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue
    const fields: Field[] = Object.values(type.getFields())
    for (const field of fields)
      if (field.extensions.complexity !== undefined) field.resolve = traced(type.name, field)
  }
  return schema
}

function traced(
  type: string,
  { name, resolve = defaultFieldResolver }: Field,
): NonNullable<Field['resolve']> {
  return (parent, args, context, info) =>
    context.traceField === null
      ? resolve(parent, args, context, info)
      : context.traceField(type, name, () => resolve(parent, args, context, info))
}
