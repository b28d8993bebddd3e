import { Kind } from 'graphql'
import type { ComplexityEstimatorArgs } from 'graphql-query-complexity'
import { CALL_BOUNDS } from '../domain/call-bounds.ts'
import { directoryKeyOf, providerOf } from '../domain/entity-key.ts'
import { parseGlobalId } from '../relay/global-id.ts'
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../relay/page-request.ts'

/** What a field adds to an operation's upstream calls, for one parent: an extension that the estimate reads. */
type CallCost = {
  complexity: (field: ComplexityEstimatorArgs) => number
}

/** A connection: the calls of its page, and its selection's calls for every item that the page can have. */
export function connectionCost(
  callsOf: (limit: number, args: ComplexityEstimatorArgs['args']) => number,
): CallCost {
  return {
    complexity: ({ args, childComplexity }) => {
      const limit = Math.min(Math.max(args.first ?? args.last ?? DEFAULT_PAGE_SIZE, 0), MAX_PAGE_SIZE)
      return callsOf(limit, args) + limit * childComplexity
    },
  }
}

/** A fixed number of calls, whatever the selection. */
export function fixedCost(calls: number): CallCost {
  return { complexity: ({ childComplexity }) => calls + childComplexity }
}

/** One object that another points to: a call, unless the selection needs no more of it than its key. */
export const toOneCost: CallCost = {
  complexity: ({ node, childComplexity }) => {
    const selections = node.selectionSet?.selections ?? []
    const isKeyOnly = selections.every(
      selection => selection.kind === Kind.FIELD && KEY_FIELDS.has(selection.name.value),
    )
    return (isKeyOnly ? 0 : CALL_BOUNDS.findOne) + childComplexity
  },
}

const KEY_FIELDS: ReadonlySet<string> = new Set([
  'id',
  '__typename',
  'provider',
  'upstreamId',
  'organization',
  'directory',
])

/**
 * Objects by id: a call for each, but for users and groups of Scalekit, of whom there is no look-up: all of one kind
 * and directory are found by one scan.
 */
export function nodesCost(idsIn: (args: ComplexityEstimatorArgs['args']) => readonly string[]): CallCost {
  return {
    complexity: ({ args, childComplexity }) => {
      const ids = new Set(idsIn(args))
      const scans = new Set([...ids].flatMap(id => scanOf(id) ?? []))
      const singles = [...ids].filter(id => scanOf(id) === null)
      return singles.length * CALL_BOUNDS.findOne + scans.size * CALL_BOUNDS.scan + ids.size * childComplexity
    },
  }
}

/** Which scan finds the object; null where a look-up does, or where the id is none at all and costs nothing. */
function scanOf(id: string): string | null {
  try {
    const { kind, key } = parseGlobalId(id, 'id')
    const isMember = kind === 'DirectoryUser' || kind === 'DirectoryGroup'
    return isMember && providerOf(key) === 'scalekit' ? `${kind} ${directoryKeyOf(key)}` : null
  } catch {
    return null
  }
}
