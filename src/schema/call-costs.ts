import { type DocumentNode, type FieldNode, GraphQLError, Kind } from 'graphql'
import type { ComplexityEstimatorArgs } from 'graphql-query-complexity'
import { CALL_BOUNDS } from '../domain/call-bounds.ts'
import { directoryKeyOf, providerOf } from '../domain/entity-key.ts'
import { parseGlobalId } from '../relay/global-id.ts'
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../relay/page-request.ts'
import { fieldsIn } from './fields-in.ts'

/** What a field adds to an operation's upstream calls, for one parent: an extension that the estimate reads. */
type CallCost = {
  complexity: (field: ComplexityEstimatorArgs) => number
}

type CallsOfPage = (limit: number, isBehindCursor: boolean, args: ComplexityEstimatorArgs['args']) => number

/** How many items a list without pages is taken to have: the roles of a directory, the people with one address. */
const UNPAGED_ITEMS = 20

/** A connection: the calls of its page, and its selection's calls for every item that the page can have. */
export function connectionCost(callsOf: CallsOfPage): CallCost {
  return { complexity: field => callsOfConnection(field, callsOf) }
}

/** A connection of users of one directory, whose groups are found by one scan where their names are not enough. */
export function usersCost(callsOf: CallsOfPage): CallCost {
  return {
    complexity: field => {
      const isScanned = needsWholeGroups(itemsOf(field.node, documentOf(field)), documentOf(field))
      return callsOfConnection(field, callsOf) + (isScanned ? CALL_BOUNDS.scan : 0)
    },
  }
}

function callsOfConnection({ args, childComplexity }: ComplexityEstimatorArgs, callsOf: CallsOfPage): number {
  const limit = Math.min(Math.max(args.first ?? args.last ?? DEFAULT_PAGE_SIZE, 0), MAX_PAGE_SIZE)
  return callsOf(limit, Boolean(args.after ?? args.before), args) + limit * childComplexity
}

/** A fixed number of calls, whatever the selection. */
export function fixedCost(calls: number): CallCost {
  return { complexity: ({ childComplexity }) => calls + childComplexity }
}

/** One object that another points to: a call, unless the selection needs no more of it than its key. */
export const toOneCost: CallCost = {
  complexity: ({ node, childComplexity }) => (isKeyOnly(node) ? 0 : CALL_BOUNDS.findOne) + childComplexity,
}

/** A user or a group that is told of by an event which may have too little of it: a scan where there is no look-up. */
export const memberCost: CallCost = {
  complexity: field => {
    if (isKeyOnly(field.node)) return field.childComplexity
    const document = documentOf(field)
    const isScanned = needsWholeGroups(fieldsIn(field.node.selectionSet, document), document)
    return (isScanned ? 2 : 1) * CALL_BOUNDS.scan + field.childComplexity
  },
}

/** The people with one address, each in a directory of its own. */
export const usersByEmailCost: CallCost = {
  complexity: field => {
    const users = fieldsIn(field.node.selectionSet, documentOf(field))
    const scan = needsWholeGroups(users, documentOf(field)) ? CALL_BOUNDS.scan : 0
    return CALL_BOUNDS.findUsersByEmail + UNPAGED_ITEMS * (scan + field.childComplexity)
  },
}

/** The roles of a directory, whose groups are found by one scan where their keys are not enough. */
export const roleAssignmentsCost: CallCost = {
  complexity: field => {
    const isScanned = fieldsIn(field.node.selectionSet, documentOf(field)).some(
      node => node.name.value === 'group' && !isKeyOnly(node),
    )
    return (isScanned ? CALL_BOUNDS.scan : 0) + UNPAGED_ITEMS * field.childComplexity
  },
}

/**
 * Objects by id: a call for each, but for users and groups of Scalekit, of whom there is no look-up: all of one kind
 * and directory are found by one scan.
 */
export function nodesCost(
  idsIn: (args: ComplexityEstimatorArgs['args']) => readonly string[],
  argument = 'ids',
): CallCost {
  return {
    complexity: field => {
      const document = documentOf(field)
      const members = fieldsIn(field.node.selectionSet, document)
      const scansOfUsers = needsWholeGroups(members, document) ? 2 : 1
      const perScan = new Map<string, number>()
      let calls = 0
      const given = idsIn(field.args)
      if (given.length > field.context?.maxIds) throw tooMany(argument, field.context?.maxIds)
      const ids = new Set(given)
      for (const id of ids) {
        const { scan = null, findOne = CALL_BOUNDS.findOne } = placeOf(id)
        if (scan === null) calls += findOne
        else perScan.set(scan, (scan.startsWith('DirectoryUser') ? scansOfUsers : 1) * CALL_BOUNDS.scan)
      }
      return [...perScan.values()].reduce((sum, scan) => sum + scan, calls) + ids.size * field.childComplexity
    },
  }
}

/** 400 whatever the client accepts, as for all that is too large. */
function tooMany(argument: string, maxIds: number): GraphQLError {
  const extensions = { code: 'BAD_USER_INPUT', http: { status: 400, spec: false } }
  return new GraphQLError(`\`${argument}\` takes ${maxIds} ids at most.`, { extensions })
}

/** By which scan or which calls an object is found; an id that is none costs no more than any. */
function placeOf(id: string): { readonly scan?: string; readonly findOne?: number } {
  try {
    const { kind, key } = parseGlobalId(id, 'id')
    if (kind !== 'DirectoryUser' && kind !== 'DirectoryGroup') return {}
    if (providerOf(key) !== 'scalekit') return { findOne: CALL_BOUNDS.findMember }
    return { scan: `${kind} ${directoryKeyOf(key)}` }
  } catch {
    return {}
  }
}

const KEY_FIELDS: ReadonlySet<string> = new Set([
  'id',
  '__typename',
  'provider',
  'upstreamId',
  'organization',
  'directory',
])

/** Whether a selection needs no more than the key; one with fragments is taken to need more. */
function isKeyOnly({ selectionSet }: FieldNode): boolean {
  return (selectionSet?.selections ?? []).every(
    selection => selection.kind === Kind.FIELD && KEY_FIELDS.has(selection.name.value),
  )
}

/** Whether a selection on users asks more of their groups than their names, which are all that Scalekit sends along. */
function needsWholeGroups(ofUsers: readonly FieldNode[], document: DocumentNode): boolean {
  return ofUsers
    .filter(({ name }) => name.value === 'groups')
    .flatMap(groups => itemsOf(groups, document))
    .some(({ name }) => name.value !== 'name' && !KEY_FIELDS.has(name.value))
}

/** What a connection is asked of its items. */
function itemsOf(connection: FieldNode, document: DocumentNode): FieldNode[] {
  const below = (fields: readonly FieldNode[], name: string) =>
    fields.filter(field => field.name.value === name).flatMap(field => fieldsIn(field.selectionSet, document))
  const fields = fieldsIn(connection.selectionSet, document)
  return [...below(fields, 'nodes'), ...below(below(fields, 'edges'), 'node')]
}

function documentOf({ context }: ComplexityEstimatorArgs): DocumentNode {
  return context?.document
}
