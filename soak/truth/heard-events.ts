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

const PROVIDERS = ['workos', 'scalekit'] as const

/** Compares what a subscriber has received with what the providers have told. */
export function hearingOf({ wish, received, gaps }: Subscriber, told: readonly ToldEvent[]): Hearing {
  const theirs = told.filter(event => wish.wants(event))
  const known = new Set(theirs.map(({ id }) => id))
  const had = new Set(received)
  const absent = theirs.filter(({ id }) => !had.has(id))
  const cuts = gaps.map(({ after }) => after)
  const missed = PROVIDERS.flatMap(provider => {
    const places = placesOf(theirs.filter(event => event.provider === provider))
    return absent.filter(({ id }) => isWithinGap(places.get(id), places, received, cuts))
  })
  return {
    lost: absent.filter(event => !missed.includes(event)).map(({ id }) => id),
    missed: missed.map(({ id }) => id),
    doubled: received.filter((id, index) => received.indexOf(id) !== index),
    outOfOrder: PROVIDERS.flatMap(provider =>
      outOfOrder(received, placesOf(theirs.filter(event => event.provider === provider))),
    ),
    strange: received.filter(id => !known.has(id)),
  }
}

type Places = ReadonlyMap<string, number>

/** Of one provider: nothing says which of two providers was first. */
function placesOf(events: readonly ToldEvent[]): Places {
  return new Map(events.map(({ id }, place) => [id, place]))
}

/** Whether a gap lies between what was received and told before the place, and what was received and told after it. */
function isWithinGap(
  place: number | undefined,
  places: Places,
  received: readonly string[],
  cuts: readonly number[],
): boolean {
  if (place === undefined) return false
  const placesIn = (ids: readonly string[]) => ids.flatMap(id => places.get(id) ?? [])
  return cuts.some(
    cut =>
      placesIn(received.slice(0, cut)).every(before => before < place) &&
      placesIn(received.slice(cut)).every(after => after > place),
  )
}

function outOfOrder(received: readonly string[], places: Places): string[] {
  let furthest = -1
  return received.filter(id => {
    const place = places.get(id) ?? furthest
    const isBehind = place < furthest
    furthest = Math.max(furthest, place)
    return isBehind
  })
}
