import { LRUCache } from 'lru-cache'
import type { UpstreamAnswer } from './upstream-client.ts'

/** An answer that is kept, and how old it is. */
export interface KeptAnswer {
  readonly answer: UpstreamAnswer
  readonly ageMs: number
}

/**
 * What upstreams have answered, between requests. It keeps answers, not objects: rules about who may see what apply
 * above it. Only successes are kept; keys are hashes, since a query can hold an e-mail address.
 */
export interface AnswerCache {
  /** The answer, if it is young enough to be reused. */
  fresh(key: string): KeptAnswer | null
  /** The answer at any age that may stand in while the upstream fails. */
  stale(key: string): KeptAnswer | null
  /** Whether it is time to ask again in the background, so that nobody has to wait when the answer ends. */
  isDue(kept: KeptAnswer): boolean
  /** `ageMs` is how old it is already, where another replica has kept it before. */
  keep(key: string, answer: UpstreamAnswer, tags: readonly string[], ageMs?: number): void
  forget(key: string): void
  /** Forgets every answer that carries one of the tags. */
  drop(tags: readonly string[]): void
  /** Forgets every answer. */
  clear(): void
}

export interface AnswerCacheSettings {
  /** How long an answer may be reused; 0 keeps nothing. */
  readonly ttlMs: number
}

const MAX_BYTES = 16 * 1_024 * 1_024
/** What a reused answer takes in memory for each character of its JSON, roughly: that, parsed, and as the entities read from it. */
const BYTES_PER_CHARACTER = 8
/** And for its key and its place, however short it is. */
const BYTES_PER_ENTRY = 1_024
const MAX_STALE_MS = 10 * 60 * 1_000
const DUE_AFTER = 2 / 3

/** How old an answer may be that stands in while the upstream fails. */
export function staleWindowMs(ttlMs: number): number {
  return Math.max(ttlMs, MAX_STALE_MS)
}

/** How old an answer is when it is time to renew it. */
export function renewalAgeMs(ttlMs: number): number {
  return ttlMs * DUE_AFTER
}

interface Entry {
  readonly status: number
  readonly text: string
  /** Null until it is reused: as its JSON alone it takes a fraction, and pages that somebody leafs through are read once. */
  answer: UpstreamAnswer | null
  readonly tags: readonly string[]
  readonly keptAtMs: number
}

export function createAnswerCache({ ttlMs }: AnswerCacheSettings): AnswerCache {
  const keysByTag = new Map<string, Set<string>>()
  const entries = new LRUCache<string, Entry>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ text }) => BYTES_PER_ENTRY + text.length * BYTES_PER_CHARACTER,
    dispose: ({ tags }, key) => {
      for (const tag of tags) {
        const keys = keysByTag.get(tag)
        keys?.delete(key)
        if (keys?.size === 0) keysByTag.delete(tag)
      }
    },
  })

  function lookUp(key: string, maxAgeMs: number): KeptAnswer | null {
    const entry = entries.get(key)
    if (entry === undefined) return null
    const ageMs = performance.now() - entry.keptAtMs
    if (ageMs >= maxAgeMs) return null
    const { status, text } = entry
    // One object for all who reuse it: what is read of it is kept beside it.
    entry.answer ??= { status, text, body: text === '' ? undefined : JSON.parse(text) }
    return { answer: entry.answer, ageMs }
  }

  return {
    fresh: key => lookUp(key, ttlMs),
    stale: key => lookUp(key, staleWindowMs(ttlMs)),
    isDue: ({ ageMs }) => ageMs > renewalAgeMs(ttlMs),
    keep(key, answer, tags, ageMs = 0) {
      if (ttlMs === 0) return
      const { status, text } = answer
      entries.set(key, { status, text, answer: null, tags, keptAtMs: performance.now() - ageMs })
      // What is larger than all of it is not kept.
      if (!entries.has(key)) return
      for (const tag of tags) keysByTag.set(tag, (keysByTag.get(tag) ?? new Set()).add(key))
    },
    forget: key => {
      entries.delete(key)
    },
    drop(tags) {
      for (const tag of tags) for (const key of [...(keysByTag.get(tag) ?? [])]) entries.delete(key)
    },
    clear: () => entries.clear(),
  }
}
