import type { ProviderError } from './provider-error.ts'

/** Which part of a list is wanted. */
export interface PageRequest {
  readonly direction: 'forward' | 'backward'
  /** How many items at most: 1 to 100, or 0 when only the count is wanted. */
  readonly limit: number
  /** Where to go on, exclusive, as the adapter issued it; null is the start (the end, when backward). */
  readonly cursor: string | null
  /** What the caller pages by when this request is only a part of its page; a hint for the upstream's page size. */
  readonly stride?: number
}

/** An item and its place. A record that the provider sent malformed has an error where its node would be. */
export interface Edge<T> {
  readonly cursor: string
  readonly node: T | ProviderError
}

/** A part of a list, in the list's own order whatever the direction it was asked in. */
export interface Page<T> {
  readonly edges: readonly Edge<T>[]
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  /** How many items the whole list has; null where the provider can't tell without walking it. */
  readonly totalCount: number | null
}

/** The nodes of a page that came whole. */
export function nodesOf<T extends object>(page: Page<T>): T[] {
  return page.edges.flatMap(edge => (edge.node instanceof Error ? [] : [edge.node as T]))
}
