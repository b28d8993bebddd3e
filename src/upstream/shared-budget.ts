import type { RateLimit } from './rate-window.ts'

/**
 * How a process stands to the others that share its limits: it asks for each turn (`together`), or keeps to a share of
 * its own (`alone`). `starting` is before it knows, for a fifth of a second at most.
 */
export type Sharing = 'starting' | 'together' | 'alone'

/** What is asked for at once: turns that count for the provider and, where it has a limit, for one directory. */
export interface SharedAsk {
  readonly scope: string | null
  /** A name for each turn, by `open`. */
  readonly ids: readonly string[]
  /** How many wait here for this limit, those asked for included. */
  readonly waiting: number
  readonly totalSpanMs: number
  readonly scopeSpanMs: number
}

/** What is known of one limit; times are in milliseconds from now. */
export interface SharedUse {
  /** How many places of the window are taken, by all processes. */
  readonly used: number
  /** 0 where there is one left; else when to ask again. */
  readonly againInMs: number
  readonly firstInMs: number
  readonly lastInMs: number
}

export interface SharedGrant {
  /** So many of the turns may start, the first of them first. */
  readonly granted: number
  readonly total: SharedUse
  /** Null for asks without a directory. */
  readonly scope: SharedUse | null
  /** How many wait for this limit in each of the other processes. */
  readonly others: readonly number[]
  /** Called in the course of each request that has waited for this, once it goes on. */
  noteWait(): void
}

/** The limits of one provider, as all processes with the same credential keep them together. */
export interface SharedBudget {
  sharing(): Sharing
  /** Called after each change of `sharing`. */
  onChange(listener: () => void): void
  /** Of how many shares this process takes one while it works alone, two at least; not always a whole number. */
  shares(): number
  /** Until when the others leave it that, as `performance.now()`. From then on they leave it a half of it. */
  wholeUntilMs(): number
  /** For so long the others may not notice that this one works alone; from then on they leave it its share. */
  readonly unnoticedMs: number
  /** How many turns a process may take at once that works alone from now on, beside the places that are its own. */
  slack(scope: string | null): number
  /** A name for a turn. */
  open(): string
  /** Rejects, after a tenth of a second at most, where the others can not be asked. */
  take(ask: SharedAsk): Promise<SharedGrant>
  /**
   * When the request arrives at the latest, as `performance.now()`: infinite until it is sent, null where its turn was
   * given back. `isFinal` for what will not change any more. What can't be told now is told later.
   */
  note(scope: string | null, id: string, latestMs: number | null, isFinal: boolean): void
  /** Nobody starts a request for so long: the provider has refused one. */
  pause(scope: string | null, waitMs: number): void
}

/** Keeps the limits of `owner` together with others of the same: the provider's name, address and credential. */
export type ShareBudget = (
  owner: readonly string[],
  limits: { readonly total: RateLimit; readonly perScope: RateLimit | null },
) => SharedBudget
