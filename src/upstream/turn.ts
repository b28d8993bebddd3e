import type { Slot } from './rate-window.ts'
import type { SharedBudget } from './shared-budget.ts'

/** The leave to send one request; whoever has it says what becomes of it, since the limits hold for arrivals. */
export interface Turn {
  sent(): void
  /** The request can not arrive any more: it was answered, it failed, or it was never sent. */
  ended(): void
}

/** A turn that is not given to anybody yet. */
export interface OpenTurn extends Turn {
  /** By which other processes know it. */
  readonly id: string
  /** Nobody wants it, or others do not grant it; `mayBeKnown` where they may have and that was not heard. */
  giveBack(mayBeKnown: boolean): void
}

/** One place in each window that the request counts for; those who share the limits are told of it as well. */
export function openTurn(
  slots: readonly Slot[],
  shared: SharedBudget | null,
  scope: string | null,
  onEnd: () => void,
): OpenTurn {
  const id = shared?.open() ?? ''
  let isOver = false

  function tell(isFinal: boolean): void {
    if (shared === null) return
    const latest = slots.map(slot => slot.latestMs()).filter(latestMs => latestMs !== null)
    shared.note(scope, id, latest.length === 0 ? null : Math.max(...latest), isFinal)
  }

  function end(): void {
    isOver = true
    const endedMs = performance.now()
    for (const slot of slots) slot.ended(endedMs)
  }

  // Who is not asked for it is told of it.
  if (shared?.sharing() === 'alone') tell(false)
  return {
    id,
    sent() {
      const sentMs = performance.now()
      for (const slot of slots) slot.sent(sentMs)
      tell(false)
    },
    ended() {
      if (isOver) return
      end()
      tell(true)
      onEnd()
    },
    giveBack(mayBeKnown) {
      end()
      if (mayBeKnown) tell(true)
    },
  }
}
