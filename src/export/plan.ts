import type { Directory } from '../domain/entities.ts'
import { type EntityKey, providerOf, upstreamIdOf } from '../domain/entity-key.ts'
import { PROVIDER_TITLES } from '../domain/provider-error.ts'
import { ExportError } from './export-error.ts'
import type { ExportState, PlannedDirectory } from './journal.ts'

/** What became of an export: how much there is, and in words what is missing. */
export interface ExportResult {
  readonly rows: number
  readonly directories: number
  readonly missing: readonly string[]
  /** Some of what is missing may come when it is asked for once more. */
  readonly mayComeLater: boolean
}

/** A directory that was found and not read yet. */
export function toPlanned({ key, stats: { totalUsers, totalGroups } }: Directory): PlannedDirectory {
  return { key, users: totalUsers, groups: totalGroups, state: 'waiting', why: null }
}

/** Those that are new. */
export function unplanned(
  found: readonly Directory[],
  planned: readonly Pick<PlannedDirectory, 'key'>[],
): Directory[] {
  const known = new Set<EntityKey>(planned.map(({ key }) => key))
  return found.filter(({ key }) => !known.has(key))
}

/** What is to be read: the one that was under way, then the others, in the order in which they were found. */
export function openOf({ directories, at }: ExportState, states: readonly PlannedDirectory['state'][]) {
  const open = [...(directories ?? []).entries()].filter(([, directory]) => states.includes(directory.state))
  return open.toSorted(([one], [other]) => Number(other === at?.index) - Number(one === at?.index))
}

/** How many rows there will be; null where one of the directories does not say how large it is. */
export function totalOf({ directories }: ExportState): number | null {
  const planned = directories ?? []
  let total = planned.length
  for (const { users, groups } of planned) {
    if (users === null || groups === null) return null
    total += users + groups
  }
  return total
}

/** How it ended. Throws `ExportError` where nothing could be read. */
export function toResult({ rows, directories, gaps }: ExportState): ExportResult {
  const planned = directories ?? []
  const lacking = planned.flatMap(({ key, why }) =>
    why === null ? [] : [`The directory ${upstreamIdOf(key)} of ${PROVIDER_TITLES[providerOf(key)]}: ${why}`],
  )
  const missing = [...gaps.map(({ sentence }) => sentence), ...lacking]
  if (rows === 0 && missing.length > 0) throw new ExportError(`Nothing could be read. ${missing.join(' ')}`)
  const mayComeLater =
    gaps.some(({ lookAgain }) => lookAgain !== null) || planned.some(({ state }) => state === 'missing')
  return { rows, directories: planned.length, missing, mayComeLater }
}
