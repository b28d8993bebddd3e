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

/** By the names of operations, then by what they asked; what was answered last is last. */
const answered = new Map<string, Map<string, Answers>>()
const listeners = new Set<() => void>()
let count = 0
let version = 0
let hasAny = false

/** Notes what failed in an answer whose other parts came: the fields concerned are null. Nothing failing is news too. */
export function noteFailures({ name, variables }: Asked, failures: readonly Failure[]): void {
  const key = keyOf(variables)
  const ofName = answered.get(name) ?? new Map<string, Answers>()
  const known = ofName.get(key) ?? { whole: NOTHING, pages: new Map() }
  const page = pageOf(variables)
  count += 1
  const noted = { nth: count, failures }
  if (page === null) ofName.delete(key)
  ofName.set(key, page === null ? { whole: noted, pages: new Map() } : known)
  if (page !== null) known.pages.set(page, noted)
  answered.set(name, ofName)
  if (failures.length > 0) hasAny = true
  tell()
}

/** Forgets what failed of the operation of that name, before it is tried again. */
export function forgetFailures(name: string): void {
  answered.delete(name)
  tell()
}

/** Forgets what failed for the caller before. */
export function forgetAllFailures(): void {
  answered.clear()
  tell()
  hasAny = false
}

/** What failed in the last answers to the operation of that name, for those who do not show it. */
export function failuresOf(name: string): readonly Failure[] {
  const last = [...(answered.get(name)?.values() ?? [])].at(-1)
  return last === undefined ? [] : [last.whole, ...last.pages.values()].flatMap(({ failures }) => failures)
}

/**
 * What failed at or below the path of field names, where `*` is any: in the last answers to the operation of that name,
 * or to what was asked. Of several that read one list, what came before its last beginning is over.
 */
export function useFailures(
  asked: string | readonly Asked[],
  ...path: readonly string[]
): readonly Failure[] {
  useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => version,
  )
  return (typeof asked === 'string' ? failuresOf(asked) : failuresOfAll(asked)).filter(failure => {
    const names = (failure.path ?? []).filter(part => typeof part === 'string')
    return path.every((name, index) => index < names.length && (name === '*' || names[index] === name))
  })
}

/** What several failures say, each once. */
export function messagesOf(failures: readonly Failure[]): string {
  return [...new Set(failures.map(({ message }) => message))].join(' ')
}

function failuresOfAll(asked: readonly Asked[]): readonly Failure[] {
  const answers = asked.flatMap(({ name, variables }) => answered.get(name)?.get(keyOf(variables)) ?? [])
  const begin = Math.max(...answers.map(({ whole }) => whole.nth), 0)
  return answers
    .flatMap(({ whole, pages }) => [whole, ...pages.values()])
    .flatMap(({ nth, failures }) => (nth < begin ? [] : failures))
}

function keyOf(variables: Variables): string {
  const given = Object.entries(variables).filter(
    ([name, value]) => !PAGING.has(name) && value !== null && value !== undefined,
  )
  return JSON.stringify(given.sort(([one], [other]) => (one < other ? -1 : 1)))
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
