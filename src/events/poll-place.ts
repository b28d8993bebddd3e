/** How far a provider's log of events was read. */
export interface PollPlace {
  /** The id of the last event; null where there was none yet. */
  readonly after: string | null
  /** When that happened, or from when on events are wanted; in milliseconds since the epoch. */
  readonly atMs: number
}

/** The place as it is stored: `<milliseconds> <id>`. */
export function writePlace({ after, atMs }: PollPlace): string {
  return after === null ? String(atMs) : `${atMs} ${after}`
}

/** Null for what was not stored, or is no place. */
export function readPlace(text: string | null): PollPlace | null {
  const { atMs, after = null } = /^(?<atMs>\d{1,15})(?: (?<after>\S+))?$/.exec(text ?? '')?.groups ?? {}
  return atMs === undefined ? null : { atMs: Number(atMs), after }
}
