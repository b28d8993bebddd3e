import { LRUCache } from 'lru-cache'
import { PROVIDER_NAMES, type ProviderName } from '../domain/entity-key.ts'
import { type EventFollower, type EventLog, EventLogUnavailableError, type LoggedEvent } from './event-log.ts'

export interface MemoryEventLogSettings {
  /** How many events of each provider are known again when they come once more: 50,000, unless said otherwise. */
  readonly maxIds?: number
  /** How many may wait to be applied: 20,000, unless said otherwise. */
  readonly maxWaiting?: number
  /** How many of the last events are kept: 1,000, unless said otherwise. */
  readonly maxRecent?: number
  /** How much of JSON may wait, and as much may be kept: 8 Mi characters, unless said otherwise. */
  readonly maxCharacters?: number
}

/** So many may wait before whoever adds more has to wait for them as well. */
const HURRY = 500

/** An event with the length of its JSON. */
interface Sized {
  readonly event: LoggedEvent
  readonly characters: number
}

/**
 * The log of one process. Events are handed on one after the other, each only when the one before it has been applied.
 * Where too much waits for that, `append` rejects: the provider sends the event again, later.
 */
export function createMemoryEventLog(settings: MemoryEventLogSettings = {}): EventLog {
  const {
    maxIds = 50_000,
    maxWaiting = 20_000,
    maxRecent = 1_000,
    maxCharacters = 8 * 1_024 * 1_024,
  } = settings
  const ids = new Map(PROVIDER_NAMES.map(name => [name, new LRUCache<string, true>({ max: maxIds })]))
  const followers = new Set<EventFollower>()
  const nextPlace = createPlaces()
  const recent: Sized[] = []
  const waiting = { events: 0, characters: 0 }
  let recentCharacters = 0
  let isStopped = false
  let handedOn = Promise.resolve()

  function remember(sized: Sized): void {
    recent.push(sized)
    recentCharacters += sized.characters
    while (recent.length > maxRecent || recentCharacters > maxCharacters) {
      recentCharacters -= recent.shift()?.characters ?? 0
    }
  }

  async function handOn({ event, characters }: Sized, those: readonly EventFollower[]): Promise<void> {
    await Promise.allSettled(those.map(follower => follower.apply(event)))
    waiting.events -= 1
    waiting.characters -= characters
    for (const follower of those) follower.deliver(event)
  }

  return {
    async append(provider: ProviderName, eventId, body) {
      if (isStopped) throw new EventLogUnavailableError()
      if (ids.get(provider)?.get(eventId)) return false
      const characters = JSON.stringify(body).length
      if (waiting.events >= maxWaiting || waiting.characters + characters > maxCharacters) {
        throw new EventLogUnavailableError()
      }
      ids.get(provider)?.set(eventId, true)
      const receivedAtMs = Date.now()
      const sized = { event: { place: nextPlace(receivedAtMs), provider, body, receivedAtMs }, characters }
      remember(sized)
      waiting.events += 1
      waiting.characters += characters
      // Whoever comes later gets it as one of the recent ones.
      const those = [...followers]
      handedOn = handedOn.then(() => handOn(sized, those))
      // Whoever adds faster than events are applied is held up a little, before it is too much.
      if (waiting.events > HURRY) await handedOn
      return true
    },
    async breakOff() {
      if (isStopped) throw new EventLogUnavailableError()
      recent.length = 0
      recentCharacters = 0
      const those = [...followers]
      handedOn = handedOn.then(() => {
        for (const follower of those) {
          follower.lost()
          follower.regained(true)
        }
      })
    },
    async follow(follower) {
      followers.add(follower)
      return { recent: recent.map(({ event }) => ({ ...event, isApplied: false })) }
    },
    async stop() {
      isStopped = true
      await handedOn
      followers.clear()
    },
  }
}

/** Places of the form `<milliseconds>-<number>`: ascending, though the clock may be set back. */
function createPlaces(): (nowMs: number) => string {
  let lastMs = 0
  let sequence = 0
  return nowMs => {
    sequence = nowMs > lastMs ? 0 : sequence + 1
    lastMs = Math.max(lastMs, nowMs)
    return `${lastMs}-${sequence}`
  }
}
