import type { ProviderName } from '../domain/entity-key.ts'
import type { Left } from './export-error.ts'
import type { ExportState } from './journal.ts'

/** Where rows go. Rejects with the system's own errors. */
export interface Output {
  /** How far an earlier export has come whose place is taken; null where it begins. */
  readonly resumed: ExportState | null
  /** Of which providers the credentials are others than that earlier export had. */
  readonly changedCredentials: readonly ProviderName[]
  /** Whether rows can be taken back. */
  readonly canCutBack: boolean
  /** How many bytes there are. */
  size(): number
  append(text: string): Promise<void>
  cutBack(size: number): Promise<void>
  /** Makes sure that all up to `state.size` is there whatever happens from now on, and that the next one goes on there. */
  keep(state: ExportState): Promise<void>
  /** It is whole: it appears under its name. */
  finish(): Promise<void>
  /** Ends before it is whole. Resolves with what the next one can go on with; null where nothing is left. */
  leave(): Promise<Left | null>
}
