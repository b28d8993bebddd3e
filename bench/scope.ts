/** How long the runs are. */
export interface Scope {
  readonly warmUpMs: number
  readonly loadMs: number
  /** Of single requests, for latencies. */
  readonly rounds: number
  readonly connections: number
  readonly organizationCounts: readonly number[]
  readonly directorySizes: readonly number[]
  readonly pagingMs: number
  readonly quota: { readonly requests: number; readonly clients: number; readonly durationMs: number }
}

export const FULL: Scope = {
  warmUpMs: 3_000,
  loadMs: 5_000,
  rounds: 60,
  connections: 10,
  organizationCounts: [1, 10, 100],
  directorySizes: [100, 10_000, 100_000],
  pagingMs: 10_000,
  quota: { requests: 10_000, clients: 50, durationMs: 30_000 },
}

/** To see whether everything runs; the figures are rough. */
export const QUICK: Scope = {
  warmUpMs: 300,
  loadMs: 500,
  rounds: 5,
  connections: 10,
  organizationCounts: [1, 100],
  directorySizes: [10_000],
  pagingMs: 2_000,
  quota: { requests: 1_000, clients: 50, durationMs: 3_000 },
}
