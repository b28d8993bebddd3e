import { isInterfaceType } from 'graphql'
import { expect, test } from 'vitest'
import { possibleTypes } from '../../examples/possible-types.ts'
import { schema } from '../../src/schema/index.ts'

test('the clients know every type behind every interface of the schema', () => {
  const interfaces = Object.values(schema.getTypeMap()).filter(isInterfaceType)
  const expected = interfaces.map(type => [
    type.name,
    schema
      .getPossibleTypes(type)
      .map(({ name }) => name)
      .toSorted(),
  ])
  expect(possibleTypes).toEqual(Object.fromEntries(expected))
})
