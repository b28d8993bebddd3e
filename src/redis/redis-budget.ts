import { createHash } from 'node:crypto'
import { forNoRequest } from '../domain/request-scope.ts'
import type { RateLimit } from '../upstream/rate-window.ts'
import type { SharedBudget, SharedGrant, SharedUse } from '../upstream/shared-budget.ts'
import { LOOK, NOTE, PAUSE, TAKE } from './budget-scripts.ts'
import type { RedisConnection } from './redis.ts'
import type { Replicas } from './replicas.ts'
import { createSharers, SILENT_MS } from './sharers.ts'

export interface RedisBudgetSettings {
  /** Of the provider with its credential. */
  readonly keyspace: (...parts: readonly string[]) => string
  readonly total: RateLimit
  /** The limit of each directory on its own; null where the provider has none. */
  readonly perScope: RateLimit | null
  /** How long a process that says nothing any more is left its whole share: a minute, unless said otherwise. */
  readonly wholeShareMs?: number
}

/** What is told of a turn once Redis hears it. */
interface Word {
  readonly scope: string | null
  readonly latestMs: number | null
}

/** A turn that was granted and is not told of holds its place for so long; one that waits longer to be sent renews it. */
const LEASE_MS = 3_000
const RENEW_MS = 1_000
const LOOK_MS = 300
/** What is final is of use to those who wait; what is not, will be followed by that in most cases. */
const FINAL_AFTER_MS = 5
const REST_AFTER_MS = 200
const MAX_WORDS = 20_000
const WORDS_AT_ONCE = 200
const MAX_SCOPES_IN_USE = 1_000
/** What is used comes in bursts: the most of so many looks is what may be used by now. */
const LOOKS = 4
/** Of what was free then, so much is taken to be so still. */
const STILL_FREE = 0.9

/** The limits of one provider, kept together by all processes that use the same Redis with the same credential. */
export function createRedisBudget(
  redis: RedisConnection,
  replicas: Replicas,
  { keyspace, total, perScope, wholeShareMs = 60_000 }: RedisBudgetSettings,
): SharedBudget & { stop(): void } {
  const scripts = {
    take: redis.script(TAKE),
    note: redis.script(NOTE, Number.POSITIVE_INFINITY),
    // The others are to hold off though this process may not wait for Redis at the moment.
    pause: redis.script(PAUSE, Number.POSITIVE_INFINITY),
    look: redis.script(LOOK, Number.POSITIVE_INFINITY),
  }
  const sharers = createSharers(redis, replicas, {
    key: keyspace('sharers'),
    wholeShareMs,
    longestWindowMs: Math.max(total.windowMs, perScope?.windowMs ?? 0),
  })
  const words = new Map<string, Word>()
  const onTheirWay = new WeakSet<Word>()
  const held = new Map<string, { readonly scope: string | null; readonly sinceMs: number }>()
  let lately: readonly number[] = []
  let inUse: { readonly used: number; readonly scopes: ReadonlySet<string> } | null = null
  let opened = 0
  let flushAtMs = Number.POSITIVE_INFINITY
  let timer: NodeJS.Timeout | undefined

  /** Scopes come from outside, so they get the form of keys here. */
  const nameOf = (scope: string) => createHash('sha256').update(scope).digest('base64url').slice(0, 22)
  const keysOf = (scope: string | null, ...names: readonly string[]) =>
    names.map(name => keyspace(name, scope === null ? 'all' : nameOf(scope)))

  function flushIn(waitMs: number): void {
    const atMs = performance.now() + waitMs
    if (atMs >= flushAtMs || !redis.isConnected()) return
    flushAtMs = atMs
    clearTimeout(timer)
    timer = setTimeout(flush, waitMs)
    timer.unref()
  }

  /**
   * Tells all that Redis has not heard, whether or not it is asked at the moment: others may be asking it. What it does
   * not take now, it is told when it is back.
   */
  function flush(): void {
    flushAtMs = Number.POSITIVE_INFINITY
    const untold = [...words].filter(([, word]) => !onTheirWay.has(word))
    const byScope = Map.groupBy(untold, ([, { scope }]) => scope)
    for (const [scope, entries] of byScope) {
      for (let from = 0; from < entries.length; from += WORDS_AT_ONCE) {
        tell(scope, entries.slice(from, from + WORDS_AT_ONCE))
      }
    }
  }

  function tell(scope: string | null, entries: readonly [string, Word][]): void {
    const nowMs = performance.now()
    const age = (latestMs: number | null) =>
      latestMs === null ? '' : latestMs === Number.POSITIVE_INFINITY ? -LEASE_MS : nowMs - latestMs
    const keys = [...keysOf(null, 'window'), ...(scope === null ? [] : keysOf(scope, 'window'))]
    const spans = [total.windowMs, perScope?.windowMs ?? 0].slice(0, keys.length)
    const isOld = ({ latestMs }: Word) => latestMs !== null && latestMs < nowMs - 2 * total.windowMs
    const young = entries.filter(([, word]) => !isOld(word))
    for (const [, word] of entries) onTheirWay.add(word)
    scripts
      .note(keys, [
        replicas.id,
        // Twice the window, since a provider that has refused makes it longer.
        ...spans.map(spanMs => 4 * spanMs + LEASE_MS),
        ...young.flatMap(([id, { latestMs }]) => [id, age(latestMs)]),
      ])
      .then(
        () => {
          for (const [id, word] of entries) if (words.get(id) === word) words.delete(id)
        },
        () => {
          for (const [, word] of entries) onTheirWay.delete(word)
        },
      )
  }

  function renew(): void {
    const beforeMs = performance.now() - RENEW_MS
    for (const [id, { scope, sinceMs }] of held) {
      if (sinceMs < beforeMs) words.set(id, { scope, latestMs: Number.POSITIVE_INFINITY })
    }
    if (words.size > 0) flushIn(0)
  }

  async function look(): Promise<void> {
    if (!redis.isUp()) return
    const keys = [...keysOf(null, 'window'), keyspace('in-use')]
    const answer = await scripts.look(keys, [total.windowMs, MAX_SCOPES_IN_USE]).catch(() => null)
    if (answer === null) return
    const [used, scopes] = answer as [number, string[]]
    lately = [...lately, used].slice(-LOOKS)
    inUse = { used: Math.max(...lately), scopes: new Set(scopes) }
  }

  const beats = [setInterval(renew, RENEW_MS), setInterval(look, LOOK_MS)]
  for (const one of beats) one.unref()
  // Before anybody asks: what was done alone stands ahead of all that is asked for then.
  const forget = redis.onChange(isUp => {
    clearTimeout(timer)
    flushAtMs = Number.POSITIVE_INFINITY
    if (isUp) flush()
    sharers.say()
  })

  return {
    sharing() {
      const state = redis.state()
      return state === 'up' ? 'together' : state === 'down' ? 'alone' : 'starting'
    },
    onChange: listener => void redis.onChange(listener),
    shares: sharers.shares,
    wholeUntilMs: sharers.wholeUntilMs,
    unnoticedMs: SILENT_MS,
    slack(scope) {
      if (inUse === null) return Number.POSITIVE_INFINITY
      const { used, scopes } = inUse
      if (scope === null) {
        return Math.max(0, Math.floor(((total.limit - used) * STILL_FREE) / sharers.shares()))
      }
      return scopes.has(nameOf(scope)) || scopes.size > MAX_SCOPES_IN_USE ? 0 : 1
    },
    open() {
      opened += 1
      return `${replicas.id}.${opened}`
    },
    async take({ scope, ids, waiting, totalSpanMs, scopeSpanMs }) {
      const keys = [
        ...keysOf(null, 'window', 'pause', 'short'),
        keyspace('sharers'),
        ...keysOf(scope, 'waiting'),
        keyspace('in-use'),
        ...(scope === null ? [] : keysOf(scope, 'window', 'pause')),
      ]
      const limits = [total.limit, totalSpanMs, perScope?.limit ?? 0, scopeSpanMs]
      const name = scope === null ? '' : nameOf(scope)
      const values = [replicas.id, waiting, LEASE_MS, ...limits, name, wholeShareMs, ...ids]
      const noteWait = redis.beginWait()
      const answer = await forNoRequest(() => scripts.take(keys, values))
      const grant = { ...toGrant(answer as number[], scope), noteWait }
      const sinceMs = performance.now()
      for (const id of ids.slice(0, grant.granted)) held.set(id, { scope, sinceMs })
      return grant
    },
    note(scope, id, latestMs, isFinal) {
      if (latestMs === Number.POSITIVE_INFINITY) held.set(id, { scope, sinceMs: performance.now() })
      else held.delete(id)
      words.set(id, { scope, latestMs })
      // Far more than can be under way and arrive in a window: the oldest says nothing any more.
      if (words.size > MAX_WORDS) words.delete(words.keys().next().value ?? '')
      flushIn(isFinal ? FINAL_AFTER_MS : REST_AFTER_MS)
    },
    pause(scope, waitMs) {
      scripts.pause(keysOf(scope, 'pause'), [Math.ceil(waitMs)]).catch(() => {})
    },
    stop() {
      sharers.stop()
      for (const one of beats) clearInterval(one)
      clearTimeout(timer)
      forget()
    },
  }
}

function toGrant(answer: readonly number[], scope: string | null): Omit<SharedGrant, 'noteWait'> {
  const [granted = 0, ...numbers] = answer
  return {
    granted,
    total: toUse(numbers),
    scope: scope === null ? null : toUse(numbers.slice(4)),
    others: numbers.slice(8),
  }
}

function toUse([used = 0, againInMs = 0, firstInMs = 0, lastInMs = 0]: readonly number[]): SharedUse {
  return { used, againInMs, firstInMs, lastInMs }
}
