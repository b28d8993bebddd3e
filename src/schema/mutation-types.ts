import type { FieldMap, InputFieldMap, ObjectFieldBuilder } from '@pothos/core'
import { builder, ofParent } from './builder.ts'

type Types = typeof builder.$inferSchemaTypes
type InputFieldBuilder = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>

/** What every mutation takes and gives back unread: the client's own word for it. */
interface ClientMutation {
  readonly clientMutationId?: string | null | undefined
}

/** The one argument of a mutation: its own fields and the client's word for it. */
export function mutationInput<Fields extends InputFieldMap>(
  mutation: string,
  fields: (t: InputFieldBuilder) => Fields,
) {
  return builder.inputType(`${mutation}Input`, {
    description: `What ${mutation} takes.`,
    fields: t => ({
      ...fields(t),
      clientMutationId: t.string({ description: 'Given back in the payload as it is.' }),
    }),
  })
}

/** What a mutation answers when it was carried out: its own fields and the client's word for it. */
export function mutationPayload<Shape extends object>(
  mutation: string,
  description: string,
  fields: (t: ObjectFieldBuilder<Types, Shape & ClientMutation>) => FieldMap,
) {
  return builder.objectRef<Shape & ClientMutation>(`${mutation}Payload`).implement({
    ...ofParent,
    description,
    fields: t => ({
      ...fields(t),
      clientMutationId: t.string({
        nullable: true,
        description: 'What the input gave.',
        resolve: payload => payload.clientMutationId,
      }),
    }),
  })
}
