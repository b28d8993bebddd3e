import type { ProviderName } from '../domain/entity-key.ts'
import type { KeptAnswer } from './answer-cache.ts'
import type { UpstreamAnswer } from './upstream-client.ts'

/** An answer that another replica has kept, or has just got while this one waited for it. */
export interface SharedAnswer extends KeptAnswer {
  readonly isAwaited: boolean
}

/** The leave to ask the provider: while it is held, replicas that want the same wait for it. To be ended once. */
export interface Lease {
  /** Hands the answer to all replicas, unless something it carries was dropped since the lease began. */
  keep(answer: UpstreamAnswer, tags: readonly string[]): void
  /** There is nothing to hand on, such as after a failure: one of those who wait may try. */
  release(): void
  /** The answer is none to hand on, nor will the next one be: all of those who wait ask for themselves. */
  renounce(): void
}

/** What a replica does when another one tells it that something changed. */
export interface SharedFollower {
  dropped(tags: readonly string[]): void
  forgot(key: string): void
  forgotAll(): void
  /** From here on it may miss what others tell: what it has kept for itself is not to be reused. */
  lost(): void
  /** All that was missed has been told, or can't be any more (`gap`): then what it has kept for itself is to be forgotten. */
  regained(gap: boolean): void
}

/**
 * What the replicas share of one provider's answers, all asked with one credential. Where the engine behind it can't be
 * reached nothing rejects: every replica is on its own then, and what it has to tell the others waits.
 */
export interface SharedAnswers {
  /**
   * The answer under that key, where it is younger than `maxAgeMs`, or where a replica is getting it just now; else the
   * leave to get it. Rejects only with the reason of the signal.
   */
  find(key: string, maxAgeMs: number, signal: AbortSignal): Promise<SharedAnswer | Lease>
  /** The answer at any age that may stand in while the provider fails. */
  stale(key: string): Promise<KeptAnswer | null>
  /** Ends the reuse of what carries one of the tags; for what every replica hears of by itself. */
  drop(tags: readonly string[]): Promise<void>
  /** The same for what only this replica knows: settles when all others have heard of it, or had 90 ms to. */
  dropEverywhere(tags: readonly string[]): Promise<void>
  forget(key: string): void
  forgetAll(): Promise<void>
  /** Hears of what other replicas drop. It begins as lost. */
  follow(follower: SharedFollower): void
}

/** What is shared of the answers of one provider, to the one credential that this server has for it. */
export type ShareAnswers = (provider: ProviderName) => SharedAnswers

export function isLease(found: SharedAnswer | Lease): found is Lease {
  return 'release' in found
}
