import type { ProviderName } from '../domain/entity-key.ts'

/** What a provider has told by itself, once, and its place among all that providers have told. */
export interface LoggedEvent {
  /** The place in the log, as `isPlace` has it; the same on every replica. Clients resume from it. */
  readonly place: string
  readonly provider: ProviderName
  /** As the provider sent it: parsed JSON, its signature verified. */
  readonly body: unknown
  /** When a replica received it, in milliseconds since the epoch. */
  readonly receivedAtMs: number
}

/** An event of before this replica began. */
export interface RecentEvent extends LoggedEvent {
  /** Whether another replica has applied it: then what replicas share is rid of what it contradicts. */
  readonly isApplied: boolean
}

/** Two numbers, as Redis has the ids of a stream: milliseconds since the epoch, and a count within those. */
const PLACE = /^\d{1,20}-\d{1,20}$/

/** Whether that could be a place in a log, of now or of long ago. */
export function isPlace(text: string): boolean {
  return PLACE.test(text)
}

/** What a replica does with the log. */
export interface EventFollower {
  /** Ends the reuse of what the event contradicts. Called for each event in the order of the log, though not always after the one before has been; never rejects. */
  apply(event: LoggedEvent): Promise<void>
  /** Every replica has applied it, or had its time to: whoever listens may be told. In the order of the log. */
  deliver(event: LoggedEvent): void
  /** From here on events may be missed for a while: what is kept may be wrong, and is not to be reused. */
  lost(): void
  /** What was missed has been applied, or can't be any more (`gap`): then everything kept is to be forgotten. */
  regained(gap: boolean): void
}

/** The log of events that all replicas share. */
export interface EventLog {
  /**
   * Adds an event, once: false where one of that provider with that id was added before, in the last four days and among
   * the last of the provider that are known: 100,000, or 50,000 in memory. Settles when it can't be lost any more. Rejects
   * with `EventLogUnavailableError`, within 250 ms, where the engine behind it can't be reached.
   */
  append(provider: ProviderName, eventId: string, body: unknown): Promise<boolean>
  /** Leaves a gap: events before now were missed for good, as every replica is told that follows. Rejects as `append`. */
  breakOff(): Promise<void>
  /**
   * Follows the log from now on. `recent` are the last events before that, in order: whoever follows applies those that
   * nobody has, and delivers all. Settles when they are known, which takes as long as the engine behind it is away; then
   * `lost` is called meanwhile, and `regained` when it is there.
   */
  follow(follower: EventFollower): Promise<{ readonly recent: readonly RecentEvent[] }>
  stop(): Promise<void>
}

/** The engine that keeps the log can't be reached: whoever sent the event has to send it again. */
export class EventLogUnavailableError extends Error {
  override readonly name = 'EventLogUnavailableError'
  constructor() {
    super('Events can not be kept at the moment; send it again.')
  }
}
