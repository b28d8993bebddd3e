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

/**
 * Notes what failed in an answer whose other parts came: the fields concerned are null. What failed of a further page
 * comes to what failed of those before it.
 */
export function noteFailures(operation: string, noted: readonly Failure[], isFurtherPage: boolean): void {
  const before = isFurtherPage ? (failures.get(operation) ?? []) : []
  if (noted.length === 0 && (isFurtherPage || !failures.has(operation))) return
  failures = new Map(failures).set(operation, [...before, ...noted])
  for (const listener of listeners) listener()
}

/** Forgets what failed, before it is tried again. */
export function forgetFailures(operation: string): void {
  noteFailures(operation, [], false)
}

/** Forgets what failed for the caller before. */
export function forgetAllFailures(): void {
  failures = new Map()
  for (const listener of listeners) listener()
}

/** What failed in the last answers to the operation of that name, for those who do not show it. */
export function failuresOf(operation: string): readonly Failure[] {
  return failures.get(operation) ?? []
}

/** What failed in the last answers to the operation of that name, at or below the path of field names. */
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

/** What several failures say, each once. */
export function messagesOf(failures: readonly Failure[]): string {
  return [...new Set(failures.map(({ message }) => message))].join(' ')
}
