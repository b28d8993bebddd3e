import { hash } from 'node:crypto'
import { type DocumentNode, type FieldNode, type GraphQLSchema, Kind, type SelectionSetNode } from 'graphql'
import {
  type ComplexityEstimatorArgs,
  fieldExtensionsEstimator,
  getComplexity,
  simpleEstimator,
} from 'graphql-query-complexity'
import { fieldsIn } from './fields-in.ts'

/** The most upstream calls that an operation can need, and the field that needs most of them. */
export interface CallEstimate {
  readonly calls: number
  /** By its path of response names, such as `organizations.directories.users`. */
  readonly dearest: string
}

/** Beyond this a document is refused whatever it asks: it only exists to keep an estimator busy. */
const MAX_FIELDS = 10_000

const DEFAULT_MAX_IDS = 100

/** Of one document: clients send the same few again and again, most of them with few different sizes. */
const MAX_KNOWN = 100

/** By the document, and by the operation and a hash of the variables, which can hold an e-mail address. */
const knownEstimates = new WeakMap<DocumentNode, Map<string, CallEstimate>>()

/** `estimateCalls`, reckoned once for equal operations as long as their document is kept. */
export function estimateCallsOnce(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
  variables: Record<string, unknown>,
  maxIds = DEFAULT_MAX_IDS,
): CallEstimate {
  const known = knownEstimates.get(document) ?? new Map<string, CallEstimate>()
  knownEstimates.set(document, known)
  const key = hash('sha256', JSON.stringify([operationName, variables]), 'base64url')
  const estimate = known.get(key) ?? estimateCalls(schema, document, operationName, variables, maxIds)
  if (known.size === MAX_KNOWN) known.clear()
  known.set(key, estimate)
  return estimate
}

/**
 * Reckons an operation's upstream calls from the document, its variables and what its fields declare as `complexity`.
 * Throws the GraphQL errors of variables that do not fit, and of a document with too many fields or ids.
 */
export function estimateCalls(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
  variables: Record<string, unknown>,
  maxIds = DEFAULT_MAX_IDS,
): CallEstimate {
  const callsOf = new Map<FieldNode, number>()
  const byExtension = fieldExtensionsEstimator()
  const byChildren = simpleEstimator({ defaultComplexity: 0 })
  const remember = (args: ComplexityEstimatorArgs) => {
    const calls = byExtension(args) ?? byChildren(args) ?? 0
    callsOf.set(args.node, Math.max(calls, callsOf.get(args.node) ?? 0))
    return calls
  }
  const calls = getComplexity({
    schema,
    query: document,
    variables,
    estimators: [remember],
    maxQueryNodes: MAX_FIELDS,
    context: { document, maxIds },
    ...(operationName !== undefined && { operationName }),
  })
  return { calls, dearest: dearestPath(document, operationName, callsOf) }
}

/** From the dearest root field down, as long as one field has the greater part of its parent's calls. */
function dearestPath(
  document: DocumentNode,
  operationName: string | undefined,
  callsOf: ReadonlyMap<FieldNode, number>,
): string {
  const operation = document.definitions.find(
    definition =>
      definition.kind === Kind.OPERATION_DEFINITION &&
      (operationName === undefined || definition.name?.value === operationName),
  )
  const path: string[] = []
  let selectionSet =
    operation !== undefined && 'selectionSet' in operation ? operation.selectionSet : undefined
  const visited = new Set<SelectionSetNode>()
  while (selectionSet !== undefined && !visited.has(selectionSet)) {
    visited.add(selectionSet)
    const fields = fieldsIn(selectionSet, document)
    const dearest = fields.toSorted((one, other) => (callsOf.get(other) ?? 0) - (callsOf.get(one) ?? 0))[0]
    if (dearest === undefined || (callsOf.get(dearest) ?? 0) === 0) break
    path.push((dearest.alias ?? dearest.name).value)
    selectionSet = dearest.selectionSet
  }
  return (
    path.filter(name => name !== 'edges' && name !== 'node' && name !== 'nodes').join('.') || path.join('.')
  )
}
