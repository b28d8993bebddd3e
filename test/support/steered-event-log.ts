import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EventFollower, EventLog, LoggedEvent, RecentEvent } from '../../src/events/event-log.ts'

/** A log in memory whose outages are the test's. */
export interface SteeredEventLog extends EventLog {
  /** The place of the last event. */
  readonly lastPlace: string
  /** When all that was added has been told. */
  settled(): Promise<void>
  lose(): void
  regain(gap: boolean): void
}

/**
 * A log of one follower, who is told of each event when it has applied the one before; begins with events of before, once
 * they are known.
 */
export function createSteeredEventLog(
  recent: readonly (LoggedEvent & Partial<RecentEvent>)[] | Promise<readonly LoggedEvent[]> = [],
): SteeredEventLog {
  const run = Math.floor(Math.random() * 1e12)
  const ids = new Set<string>()
  let count = 0
  let follower: EventFollower | null = null
  let handedOn = Promise.resolve()
  const log: SteeredEventLog = {
    get lastPlace() {
      return `${run}-${count}`
    },
    async append(provider, eventId, body) {
      const id = `${provider} ${eventId}`
      if (ids.has(id)) return false
      ids.add(id)
      count += 1
      const event = { place: log.lastPlace, provider, body, receivedAtMs: Date.now() }
      handedOn = handedOn.then(async () => {
        await follower?.apply(event)
        follower?.deliver(event)
      })
      return true
    },
    async breakOff() {
      log.lose()
      log.regain(true)
    },
    async follow(newFollower) {
      follower = newFollower
      return { recent: (await recent).map(event => ({ isApplied: true, ...event })) }
    },
    async settled() {
      await handedOn
      await nextTurn()
    },
    lose: () => follower?.lost(),
    regain: gap => follower?.regained(gap),
    async stop() {
      await handedOn
      follower = null
    },
  }
  return log
}
