/** What pollers of one log of events share, so that they are one. */
export interface PollState {
  /** Whether this replica is the one to poll, for now; asked before every page. */
  lead(): Promise<boolean>
  /** How far the log was read; null where nobody has. */
  load(): Promise<string | null>
  /** Notes how far: everything up to there is in the log of events. */
  store(cursor: string): Promise<void>
}

/** Of a process alone, for as long as it runs. */
export function createMemoryPollState(): PollState {
  let stored: string | null = null
  return {
    lead: async () => true,
    load: async () => stored,
    async store(cursor) {
      stored = cursor
    },
  }
}
