import {
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'

/** What documents are made of besides the schema: what somebody could have got hold of, and what nobody should send. */
export interface Vocabulary {
  readonly ids: readonly string[]
  readonly cursors: readonly string[]
  readonly texts: readonly string[]
}

export interface RandomOperation {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

export interface RandomDocumentSettings {
  readonly schema: GraphQLSchema
  readonly vocabulary: Vocabulary
  readonly kind: 'query' | 'mutation'
  /** Equal seeds give equal documents. */
  readonly seed: number
  /** About how many fields it has. */
  readonly size: number
}

const MAX_DEPTH = 9
/** Response names that objects have anyway, if nobody takes care. */
const ALIASES = ['a', 'b', 'id', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'length']
const WRONG_NAMES = [
  'nope',
  'emial',
  '__proto__',
  'constructor',
  'then',
  '__schema',
  '__type',
  'node',
  'data',
]
const WRONG_LITERALS = [
  '{}',
  '[]',
  '[[[1]]]',
  '{a: {b: $x}}',
  '-0',
  '1e400',
  '"""x"""',
  'true',
  'NOPE',
  '$x',
  'null',
]
const DIRECTIVES = [
  '@skip(if: true)',
  '@include(if: true)',
  '@skip(if: false)',
  '@include(if: false)',
  '@include(if: $x)',
  '@nope',
  '@deprecated',
  '@defer',
  '@skip',
]

/** A document that follows the schema but for some mistakes, which its seed decides. */
export function randomOperation({
  schema,
  vocabulary,
  kind,
  seed,
  size,
}: RandomDocumentSettings): RandomOperation {
  const random = randomFrom(seed)
  const chance = (probability: number) => random() < probability
  const below = (max: number) => Math.floor(random() * max)
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T
  const fragments: { name: string; type: GraphQLNamedType }[] = []
  const declared: string[] = []
  const variables: Record<string, unknown> = {}
  let left = size

  const fieldsOf = (type: GraphQLNamedType) =>
    isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : []

  function selection(type: GraphQLNamedType, depth: number): string {
    const isDeep = depth >= MAX_DEPTH || left <= 0
    const count = 1 + below(isDeep ? 1 : 4)
    return `{ ${Array.from({ length: count }, () => selected(type, depth, isDeep)).join(' ')} }`
  }

  function selected(type: GraphQLNamedType, depth: number, isDeep: boolean): string {
    left -= 1
    const directive = chance(0.01) ? ` ${pick(DIRECTIVES)}` : ''
    if (chance(0.004)) return `${pick(WRONG_NAMES)}${directive}`
    if (!isDeep && chance(0.08)) return `${fragment(type, depth)}${directive}`
    const fields = fieldsOf(type).filter(field => !isDeep || !isCompositeType(getNamedType(field.type)))
    if (fields.length === 0) {
      return isAbstractType(type) && !isDeep ? inline(type, depth) : '__typename'
    }
    const field = pick(fields)
    const alias = chance(0.5) ? `${chance(0.03) ? pick(ALIASES) : `f${size - left}`}: ` : ''
    const below = getNamedType(field.type)
    // A leaf with a selection and an object without one, now and then.
    const isWithSelection = isCompositeType(below) !== chance(0.005)
    const nested = isWithSelection ? ` ${selection(below, depth + 1)}` : ''
    return `${alias}${field.name}${argumentsOf(field.args)}${directive}${nested}`
  }

  function inline(type: GraphQLNamedType, depth: number): string {
    const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [type]
    const named = chance(0.05) ? pick(Object.values(schema.getTypeMap())) : pick(possible)
    return `... on ${named.name} ${selection(named, depth + 1)}`
  }

  function fragment(type: GraphQLNamedType, depth: number): string {
    if (chance(0.5)) return inline(type, depth)
    if (chance(0.05)) return '...nope'
    const known = fragments.filter(one => one.type === type || chance(0.02))
    if (known.length > 0 && chance(0.5)) return `...${pick(known).name}`
    const name = `F${fragments.length}`
    fragments.push({ name, type })
    return `...${name}`
  }

  function argumentsOf(args: readonly GraphQLArgument[]): string {
    const given = args.flatMap(argument => {
      const isWanted = isNonNullType(argument.type)
        ? !chance(0.01)
        : chance(argument.name === 'first' ? 0.6 : 0.15)
      return isWanted ? [`${chance(0.005) ? 'nope' : argument.name}: ${argumentValue(argument)}`] : []
    })
    return given.length > 0 ? `(${given.join(', ')})` : ''
  }

  function argumentValue({ name, type }: GraphQLArgument): string {
    if (chance(0.02)) return pick(WRONG_LITERALS)
    const value = anyValue(type, name)
    if (!chance(0.3)) return literal(value, type)
    const variable = `v${declared.length}`
    const declaredAs = chance(0.02) ? pick(['Int', 'String!', '[ID!]!', 'Nope', 'Directory']) : String(type)
    declared.push(`$${variable}: ${declaredAs}`)
    if (!chance(0.03)) variables[variable] = value
    return `$${variable}`
  }

  function anyValue(type: GraphQLInputType, name: string): unknown {
    if (chance(0.01)) return pick<unknown>([null, 0, '', [], {}, true, { __proto__: 1 }, [[[]]], 1e308])
    if (isNonNullType(type)) return anyValue(type.ofType, name)
    if (isListType(type)) {
      const length = chance(0.02) ? 101 : below(4)
      return Array.from({ length }, () => anyValue(type.ofType, name))
    }
    if (isEnumType(type)) return pick(type.getValues()).name
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields())
      const isOne = type.isOneOf && !chance(0.05)
      const given = isOne ? [pick(fields)] : fields.filter(field => isNonNullType(field.type) || chance(0.4))
      return Object.fromEntries(given.map(field => [field.name, anyValue(field.type, field.name)]))
    }
    return scalar(type.name, name)
  }

  function scalar(type: string, name: string): unknown {
    switch (type) {
      case 'Int':
      case 'Float':
        return chance(0.9) ? 1 + below(3) : pick([0, -1, 100, 101, 2 ** 31, -(2 ** 31), 1.5, 1e21])
      case 'Boolean':
        return chance(0.5)
      case 'DateTime':
        return pick(['2026-01-01T00:00:00Z', '2026-01-01', '', 'yesterday', '9999-99-99T99:99:99Z', 0])
      case 'ID':
        return pick(vocabulary.ids)
      default:
        return name === 'after' || name === 'before' ? pick(vocabulary.cursors) : pick(vocabulary.texts)
    }
  }

  function literal(value: unknown, type: GraphQLInputType): string {
    const bare = getNullableType(type)
    if (Array.isArray(value)) {
      const item = isListType(bare) ? bare.ofType : bare
      return `[${value.map(one => literal(one, item)).join(', ')}]`
    }
    if (typeof value === 'object' && value !== null) {
      const fields = isInputObjectType(bare) ? bare.getFields() : {}
      const written = Object.entries(value).map(([name, one]) => {
        const field = fields[name]
        return `${name}: ${field ? literal(one, field.type) : JSON.stringify(one)}`
      })
      return `{${written.join(', ')}}`
    }
    return isEnumType(bare) && typeof value === 'string' ? value : JSON.stringify(value)
  }

  const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType()
  if (!root) throw new Error(`the schema has no ${kind}`)
  const body = selection(root, 0)
  const written: string[] = []
  for (let index = 0; index < fragments.length; index += 1) {
    const { name, type } = fragments[index] as (typeof fragments)[number]
    written.push(`fragment ${name} on ${type.name} ${selection(type, MAX_DEPTH - 2)}`)
  }
  const head = declared.length > 0 ? `(${declared.join(', ')})` : ''
  const query = [`${kind}${chance(0.3) ? ' Named' : ''}${head} ${body}`, ...written].join('\n')
  return { query: chance(0.02) ? `${query}\nquery Another { __typename }` : query, variables }
}

/** A generator of numbers from 0 to 1 that begins the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
