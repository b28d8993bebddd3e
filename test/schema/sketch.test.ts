import { readFileSync } from 'node:fs'
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
  printSchema,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import { schema } from '../../src/schema/index.ts'

// The printed schema, since that is what client compilers get; what printing loses would be lost to them.
const printed = buildSchema(printSchema(schema))
const contract = buildSchema(readFileSync(new URL('contract.graphql', import.meta.url), 'utf8'))
const contractTypes = Object.values(contract.getTypeMap()).filter(isOurs)

/** What the tests below would miss if the contract lost lines unnoticed. */
const CONTRACT_TYPES = 74

describe('the schema', () => {
  test('is held to a contract of every type of the sketch', () => {
    expect(contractTypes).toHaveLength(CONTRACT_TYPES)
  })

  test.each(contractTypes.map(type => [type.name, type] as const))('has all of %s', (name, type) => {
    const factsOfOurs = factsOf(printed.getType(name))
    expect(factsOfOurs).toEqual(expect.arrayContaining(factsOf(type)))
  })

  test.each(contractTypes.filter(isUnionType).map(union => [union.name, union] as const))(
    'has in %s no other members than the contract',
    (name, union) => {
      const ours = printed.getType(name)
      expect(isUnionType(ours) && memberNames(ours)).toEqual(memberNames(union))
    },
  )

  test('asks for no argument and no input field that the contract does not ask for', () => {
    const required = Object.values(printed.getTypeMap())
      .filter(isOurs)
      .flatMap(factsOf)
      .filter(fact => fact.endsWith('is required'))
    const known = new Set(contractTypes.flatMap(factsOf))
    expect(required.filter(fact => !known.has(fact))).toEqual([])
  })

  test('describes every type, field, argument, enum value and input field', () => {
    const described = Object.values(schema.getTypeMap()).filter(isOurs).flatMap(descriptionsOf)
    expect(described.length).toBeGreaterThan(300)
    expect(described.filter(([, description]) => !description?.trim()).map(([place]) => place)).toEqual([])
  })
})

/** A type as a list of sentences, so that more of them are no difference and another one is. */
function factsOf(type: GraphQLNamedType | undefined): string[] {
  if (type === undefined) return []
  const facts = [`${type.name} is a ${type.astNode?.kind}`]
  if (isObjectType(type) || isInterfaceType(type)) {
    facts.push(...type.getInterfaces().map(({ name }) => `${type.name} implements ${name}`))
    facts.push(...Object.values(type.getFields()).flatMap(field => factsOfField(type.name, field)))
  }
  if (isInputObjectType(type)) {
    if (type.isOneOf) facts.push(`${type.name} takes exactly one field`)
    facts.push(...Object.values(type.getFields()).flatMap(field => factsOfInput(type.name, field)))
  }
  if (isEnumType(type)) facts.push(...type.getValues().map(({ name }) => `${type.name} has ${name}`))
  if (isUnionType(type)) facts.push(...memberNames(type).map(name => `${type.name} may be ${name}`))
  return facts
}

function factsOfField(owner: string, { name, type, args }: GraphQLField<unknown, unknown>): string[] {
  return [`${owner}.${name} is ${type}`, ...args.flatMap(arg => factsOfInput(`${owner}.${name}`, arg))]
}

function factsOfInput(owner: string, input: GraphQLArgument | GraphQLInputField): string[] {
  const { name, type, defaultValue } = input
  const place = `${owner} takes ${name}`
  const isRequired = String(type).endsWith('!') && defaultValue === undefined
  return [
    `${place}: ${type}`,
    `${place}, else ${JSON.stringify(defaultValue) ?? 'nothing'}`,
    ...(isRequired ? [`${place} is required`] : []),
  ]
}

function descriptionsOf(type: GraphQLNamedType): (readonly [string, string | null | undefined])[] {
  const own = [type.name, type.description] as const
  if (isEnumType(type)) {
    return [own, ...type.getValues().map(value => [`${type.name}.${value.name}`, value.description] as const)]
  }
  if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return [own]
  const fields: (GraphQLField<unknown, unknown> | GraphQLInputField)[] = Object.values(type.getFields())
  return [
    own,
    ...fields.flatMap(field => [
      [`${type.name}.${field.name}`, field.description] as const,
      ...('args' in field ? field.args : []).map(
        arg => [`${type.name}.${field.name}(${arg.name})`, arg.description] as const,
      ),
    ]),
  ]
}

function memberNames(union: { getTypes(): readonly { name: string }[] }): string[] {
  return union
    .getTypes()
    .map(({ name }) => name)
    .sort()
}

function isOurs(type: GraphQLNamedType): boolean {
  return !isIntrospectionType(type) && !isSpecifiedScalarType(type)
}
