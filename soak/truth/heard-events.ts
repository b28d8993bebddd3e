import type { Subscriber } from '../load/subscriber.ts'
import type { ToldEvent } from '../sandbox/told-events.ts'

/** What a subscriber has made of the events that were theirs. Lists are of the events' ids. */
export interface Hearing {
  /** Never received, and nobody said so. */
  readonly lost: readonly string[]
  /** Never received, where the subscriber was told that events were missed. */
  readonly missed: readonly string[]
  readonly doubled: readonly string[]
  /** Received after an event that its provider has told later. */
  readonly outOfOrder: readonly string[]
  /** Received, and not theirs, or nobody's. */
  readonly strange: readonly string[]
}

/** Compares what a subscriber has received with what the providers have told. */
export function hearingOf({ wish, received, gaps }: Subscriber, told: readonly ToldEvent[]): Hearing {
  const theirs = told.filter(event => wish.wants(event))
  const places = new Map(theirs.map(({ id }, place) => [id, place]))
  const had = new Set(received)
  const absent = theirs.filter(({ id }) => !had.has(id))
  const isMissed = ({ id }: ToldEvent) => gaps.some(({ after }) => isWithinGap(places.get(id) ?? 0, after))

  /** Whether it was told after all that was received before the gap, and before all that was received since. */
  function isWithinGap(place: number, after: number): boolean {
    const placesOf = (ids: readonly string[]) => ids.map(id => places.get(id) ?? place)
    return (
      Math.max(-1, ...placesOf(received.slice(0, after))) < place &&
      Math.min(theirs.length, ...placesOf(received.slice(after))) > place
    )
  }

  return {
    lost: absent.filter(event => !isMissed(event)).map(({ id }) => id),
    missed: absent.filter(isMissed).map(({ id }) => id),
    doubled: received.filter((id, index) => received.indexOf(id) !== index),
    outOfOrder: outOfOrder(received, theirs),
    strange: received.filter(id => !places.has(id)),
  }
}

/** Of each provider for itself: nothing says which of two providers was first. */
function outOfOrder(received: readonly string[], theirs: readonly ToldEvent[]): string[] {
  const byId = new Map(theirs.map((event, place) => [event.id, { place, provider: event.provider }]))
  const furthest = { workos: -1, scalekit: -1 }
  return received.filter(id => {
    const event = byId.get(id)
    if (event === undefined) return false
    const isBehind = event.place < furthest[event.provider]
    furthest[event.provider] = Math.max(furthest[event.provider], event.place)
    return isBehind
  })
}
