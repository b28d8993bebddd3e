import { useSyncExternalStore } from 'react'

/** An error of an answer, as GraphQL sends it. */
export interface Failure {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions?: {
    readonly code?: string
    readonly provider?: string
    readonly retryAfterSeconds?: number
  }
}

/** By the name of the operation, those of its last answer that had any. */
let failures: ReadonlyMap<string, readonly Failure[]> = new Map()
const listeners = new Set<() => void>()

/** Notes what failed in an answer whose other parts came: the fields concerned are null. */
export function noteFailures(operation: string, noted: readonly Failure[]): void {
  if (noted.length === 0 && !failures.has(operation)) return
  failures = new Map(failures).set(operation, noted)
  for (const listener of listeners) listener()
}

/** What failed in the last answer to the operation of that name. */
export function failuresOf(operation: string): readonly Failure[] {
  return failures.get(operation) ?? []
}

/** What failed in the last answer to the operation of that name, at or below the path of field names. */
export function useFailures(operation: string, ...path: readonly string[]): readonly Failure[] {
  const all = useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => failures,
  )
  return (all.get(operation) ?? []).filter(failure => {
    const names = (failure.path ?? []).filter(part => typeof part === 'string')
    return path.every((name, index) => names[index] === name)
  })
}
