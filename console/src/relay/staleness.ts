import { useSyncExternalStore } from 'react'

/** A provider that did not answer, and how old what stood in for its answer was. */
export interface Stale {
  readonly provider: string
  readonly ageSeconds: number
}

/** Since when what is on the screen may have changed at a provider that does not answer. */
export interface StandIn {
  readonly provider: string
  readonly asOf: string
}

/** By the identifiers of requests, what stood in for the last answer to each. */
const standIns = new Map<string, readonly StandIn[]>()
const listeners = new Set<() => void>()
let oldest: readonly StandIn[] = []

/** Notes what stood in for an answer to that request; nothing, where the providers answered themselves. */
export function noteStale(identifier: string, stale: readonly Stale[], nowMs: number): void {
  if (stale.length === 0 && !standIns.has(identifier)) return
  if (stale.length === 0) standIns.delete(identifier)
  else
    standIns.set(
      identifier,
      stale.map(one => toStandIn(one, nowMs)),
    )
  tell()
}

/** Forgets all of it, before it is read again or on another screen. */
export function forgetStale(): void {
  if (standIns.size === 0) return
  standIns.clear()
  tell()
}

/** Which providers did not answer for what is on the screen, each with the oldest that stood in. */
export function useStandIns(): readonly StandIn[] {
  return useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => oldest,
  )
}

function toStandIn({ provider, ageSeconds }: Stale, nowMs: number): StandIn {
  return { provider, asOf: new Date(nowMs - ageSeconds * 1_000).toISOString() }
}

function tell(): void {
  const found = new Map<string, StandIn>()
  for (const one of [...standIns.values()].flat()) {
    const known = found.get(one.provider)
    if (known === undefined || one.asOf < known.asOf) found.set(one.provider, one)
  }
  oldest = [...found.values()]
  for (const listener of listeners) listener()
}
