import { useSyncExternalStore } from 'react'
import type { Variables } from 'relay-runtime'

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

/** An operation as it was asked. How much of a list it asked for makes no other one of it. */
export interface Asked {
  readonly name: string
  readonly variables: Variables
}

/** What failed in an answer, and which one it was of all. */
interface Noted {
  readonly nth: number
  readonly failures: readonly Failure[]
}

/** The last answer from the beginning of a list, or to what is no list, and those for pages that followed it. */
interface Answers {
  whole: Noted
  pages: Map<string, Noted>
}

const NOTHING: Noted = { nth: 0, failures: [] }
const PAGING: ReadonlySet<string> = new Set(['first', 'after', 'last', 'before'])

/** By the operations as they were asked. */
const answered = new Map<string, Answers>()
const listeners = new Set<() => void>()
let count = 0
let version = 0
let hasAny = false

/** Notes what failed in an answer whose other parts came: the fields concerned are null. Nothing failing is news too. */
export function noteFailures(asked: Asked, failures: readonly Failure[]): void {
  const page = pageOf(asked.variables)
  count += 1
  const noted = { nth: count, failures }
  const known = answered.get(keyOf(asked)) ?? { whole: NOTHING, pages: new Map() }
  if (page !== null) known.pages.set(page, noted)
  answered.set(keyOf(asked), page === null ? { whole: noted, pages: new Map() } : known)
  if (failures.length > 0) hasAny = true
  tell()
}

/** Forgets what failed for the caller before. */
export function forgetAllFailures(): void {
  answered.clear()
  tell()
  hasAny = false
}

/**
 * What failed in the last answers to what was asked. Of several that read one list, what came before its last beginning
 * is over.
 */
export function failuresOf(asked: readonly Asked[]): readonly Failure[] {
  const answers = asked.flatMap(one => answered.get(keyOf(one)) ?? [])
  const begin = Math.max(...answers.map(({ whole }) => whole.nth), 0)
  return answers
    .flatMap(({ whole, pages }) => [whole, ...pages.values()])
    .flatMap(({ nth, failures }) => (nth < begin ? [] : failures))
}

/** The same, at or below the path of field names, where `*` is any. */
export function useFailures(asked: readonly Asked[], ...path: readonly string[]): readonly Failure[] {
  useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => version,
  )
  return failuresOf(asked).filter(failure => {
    const names = (failure.path ?? []).filter(part => typeof part === 'string')
    return path.every((name, index) => index < names.length && (name === '*' || names[index] === name))
  })
}

/** What several failures say, each once. */
export function messagesOf(failures: readonly Failure[]): string {
  return [...new Set(failures.map(({ message }) => message))].join(' ')
}

function keyOf({ name, variables }: Asked): string {
  const given = Object.entries(variables).filter(
    ([key, value]) => !PAGING.has(key) && value !== null && value !== undefined,
  )
  return `${name} ${JSON.stringify(given.sort(([one], [other]) => (one < other ? -1 : 1)))}`
}

function pageOf({ after, before }: Variables): string | null {
  const cursor = after ?? before
  return typeof cursor === 'string' ? cursor : null
}

function tell(): void {
  if (!hasAny) return
  version += 1
  for (const listener of listeners) listener()
}
