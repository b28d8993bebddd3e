import type { Redis } from './redis.ts'
import type { Replicas } from './replicas.ts'
import { comparePlaces, KEPT_FOR_SECONDS, type StreamEntry } from './stream-entries.ts'

/** How far each replica has applied a stream, told in a stream beside it. */
export interface Acknowledgements {
  readonly key: string
  /** Up to where they have been heard. */
  place(): string
  hear(told: readonly StreamEntry[]): void
  /** This replica has applied all up to a place. It goes over the connection that has read it, ahead of the next read. */
  tell(connection: Redis, place: string): void
  /** Settles when every live replica has told so, or the time is over. */
  byAll(place: string, withinMs: number): Promise<void>
  /** The stream was lost, and they with it. */
  forget(): void
  stop(): void
}

interface Waiter {
  readonly place: string
  settle(): void
}

const START = '0-0'
const MAX_TOLD = 1_000
/** Replicas come and go, each with a new name; the dead are forgotten now and then. */
const MAX_KNOWN = 100

export function createAcknowledgements(replicas: Replicas, key: string): Acknowledgements {
  const appliedBy = new Map<string, string>()
  const waiters = new Set<Waiter>()
  let heardUpTo = START

  const isApplied = (place: string) =>
    replicas.others().every(replica => comparePlaces(appliedBy.get(replica) ?? START, place) >= 0)

  function forgetDead(): void {
    const living = new Set(replicas.others())
    for (const replica of appliedBy.keys()) if (!living.has(replica)) appliedBy.delete(replica)
  }

  return {
    key,
    place: () => heardUpTo,
    hear(told) {
      // Those who told something before this replica began may be long dead.
      const isHistory = heardUpTo === START
      for (const { place, fields } of told) {
        heardUpTo = place
        const { replica, applied } = fields
        if (replica === undefined || applied === undefined || replica === replicas.id) continue
        appliedBy.set(replica, applied)
        if (!isHistory) replicas.heard(replica)
      }
      if (told.length === 0) return
      if (appliedBy.size > MAX_KNOWN) forgetDead()
      for (const waiter of waiters) if (isApplied(waiter.place)) waiter.settle()
    },
    tell(connection, place) {
      const entry = ['replica', replicas.id, 'applied', place]
      const telling = connection.pipeline().xadd(key, 'MAXLEN', '~', MAX_TOLD, '*', ...entry)
      telling
        .expire(key, KEPT_FOR_SECONDS)
        .exec()
        .catch(() => {})
    },
    async byAll(place, withinMs) {
      if (withinMs <= 0 || isApplied(place)) return
      await new Promise<void>(resolve => {
        const waiter: Waiter = {
          place,
          settle() {
            clearTimeout(timer)
            waiters.delete(waiter)
            resolve()
          },
        }
        const timer = setTimeout(waiter.settle, withinMs)
        waiters.add(waiter)
      })
    },
    forget() {
      heardUpTo = START
      appliedBy.clear()
    },
    stop() {
      for (const waiter of waiters) waiter.settle()
    },
  }
}

/** The last place that any of them has applied. */
export function furthestIn(told: readonly StreamEntry[]): string {
  const places = told.map(({ fields }) => fields.applied ?? START)
  return places.reduce((last, place) => (comparePlaces(place, last) > 0 ? place : last), START)
}
