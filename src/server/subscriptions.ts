import type { Caller } from '../domain/caller.ts'

/** Why a subscription ended. */
export type Ending = 'left' | 'expired' | 'stopping' | 'unread' | 'failed'

/** One subscription under way. */
export interface Subscription {
  /** Aborts when it is over, for whatever reason. */
  readonly signal: AbortSignal
  /** Why it is over; null while it is not. */
  readonly ending: Ending | null
  /** Ends it; only the first reason counts. */
  end(why: Ending): void
}

/** The subscriptions under way on this server. */
export interface Subscriptions {
  /** Begins one for a caller who may go away; null where there are too many, or the server stops. */
  begin(caller: Caller, gone: AbortSignal): Subscription | null
  /** Whether none begins any more. */
  readonly isStopping: boolean
  /** Ends all; from then on none begins. */
  stop(): void
}

/**
 * How many there may be: each is a connection that stays. No user, and no tenant alone, can take all of them, and all
 * users together leave some to the admin.
 */
const LIMITS = { inAll: 1_000, ofUsers: 900, ofOrganization: 500, ofUser: 50 }

/** The longest that a timer of Node can be. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Ends a subscription when its caller goes away, its caller's token ends or the server stops. */
export function createSubscriptions(limits = LIMITS): Subscriptions {
  const underWay = new Set<Subscription>()
  const counts = new Map<string, number>()
  let isStopping = false

  /** What a caller counts for, and how many of that there may be. */
  function sharesOf({ organization, subject }: Caller): [string, number][] {
    const all: [string, number] = ['all', limits.inAll]
    if (organization === null) return [all]
    return [
      all,
      ['users', limits.ofUsers],
      [organization, limits.ofOrganization],
      [JSON.stringify([organization, subject]), limits.ofUser],
    ]
  }

  function add(shares: readonly [string, number][], amount: 1 | -1): void {
    for (const [name] of shares) {
      const count = (counts.get(name) ?? 0) + amount
      if (count === 0) counts.delete(name)
      else counts.set(name, count)
    }
  }

  return {
    get isStopping() {
      return isStopping
    },
    begin(caller, gone) {
      const shares = sharesOf(caller)
      if (isStopping || shares.some(([name, limit]) => (counts.get(name) ?? 0) >= limit)) return null
      const controller = new AbortController()
      let ending: Ending | null = null
      const leave = () => subscription.end('left')
      const stopTimer = endAt(caller.expiresAtMs, () => subscription.end('expired'))
      const subscription: Subscription = {
        signal: controller.signal,
        get ending() {
          return ending
        },
        end(why) {
          if (ending !== null) return
          ending = why
          stopTimer()
          gone.removeEventListener('abort', leave)
          underWay.delete(subscription)
          add(shares, -1)
          controller.abort()
        },
      }
      underWay.add(subscription)
      add(shares, 1)
      if (gone.aborted) leave()
      else gone.addEventListener('abort', leave, { once: true })
      return subscription
    },
    stop() {
      isStopping = true
      for (const subscription of underWay) subscription.end('stopping')
    },
  }
}

/** Calls once at that time, in milliseconds since 1970; never for null. Gives back how to call it off. */
function endAt(atMs: number | null, call: () => void): () => void {
  if (atMs === null) return () => {}
  let timer: NodeJS.Timeout
  const wait = () => {
    const leftMs = atMs - Date.now()
    timer = leftMs <= MAX_TIMER_MS ? setTimeout(call, Math.max(0, leftMs)) : setTimeout(wait, MAX_TIMER_MS)
  }
  wait()
  return () => clearTimeout(timer)
}
