import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createAnswerCache } from '../../src/upstream/answer-cache.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const answer = (body: unknown = {}) => ({ status: 200, body, text: JSON.stringify(body) ?? '' })
const ofLength = (characters: number) => answer('x'.repeat(characters - 2))
const pass = (ms: number) => vi.advanceTimersByTime(ms)

describe('a kept answer', () => {
  test('is fresh, then due, then stale, and at last nothing', () => {
    const cache = createAnswerCache({ ttlMs: 30_000 })
    cache.keep('a', answer(), [])
    const stateOf = () => {
      const fresh = cache.fresh('a')
      return [fresh !== null, fresh !== null && cache.isDue(fresh), cache.stale('a')?.ageMs ?? null]
    }
    expect(stateOf()).toEqual([true, false, 0])
    pass(20_000)
    expect(stateOf()).toEqual([true, false, 20_000])
    pass(1)
    expect(stateOf()).toEqual([true, true, 20_001])
    pass(9_999)
    expect(stateOf()).toEqual([false, false, 30_000])
    pass(569_999)
    expect(stateOf()).toEqual([false, false, 599_999])
    pass(1)
    expect(stateOf()).toEqual([false, false, null])
  })

  test('is as old as its last renewal', () => {
    const cache = createAnswerCache({ ttlMs: 30_000 })
    cache.keep('a', answer('old'), ['x'])
    pass(25_000)
    cache.keep('a', answer('new'), ['y'])
    expect(cache.fresh('a')).toMatchObject({ ageMs: 0, answer: { body: 'new' } })
    // And carries the tags of that one only.
    cache.drop(['x'])
    expect(cache.fresh('a')).not.toBeNull()
    cache.drop(['y'])
    expect(cache.stale('a')).toBeNull()
  })

  test('takes its JSON until it is reused, and from then on is the same object for all', () => {
    const cache = createAnswerCache({ ttlMs: 30_000 })
    const kept = answer({ data: [{ id: 'a' }] })
    cache.keep('a', kept, [])
    const reused = cache.fresh('a')?.answer
    expect(reused).toEqual(kept)
    expect(reused?.body).not.toBe(kept.body)
    expect([cache.fresh('a')?.answer, cache.stale('a')?.answer].every(again => again === reused)).toBe(true)
    cache.keep('a', { status: 204, body: undefined, text: '' }, [])
    expect(cache.fresh('a')?.answer).toEqual({ status: 204, body: undefined, text: '' })
  })

  test('is none where the time for it is 0', () => {
    const cache = createAnswerCache({ ttlMs: 0 })
    cache.keep('a', answer(), [])
    expect([cache.fresh('a'), cache.stale('a')]).toEqual([null, null])
  })

  test('goes by its tag, with all that carry it and no others', () => {
    const cache = createAnswerCache({ ttlMs: 30_000 })
    cache.keep('a', answer(), ['one', 'both'])
    cache.keep('b', answer(), ['other', 'both'])
    cache.keep('c', answer(), ['other'])
    cache.drop(['one', 'unknown'])
    expect(['a', 'b', 'c'].map(key => cache.fresh(key) !== null)).toEqual([false, true, true])
    cache.drop(['both'])
    expect(['a', 'b', 'c'].map(key => cache.fresh(key) !== null)).toEqual([false, false, true])
  })
})

describe('what is kept in all is bounded', () => {
  const kept = (cache: ReturnType<typeof createAnswerCache>, count: number) =>
    Array.from({ length: count }, (_, index) => cache.fresh(`${index}`)).filter(entry => entry !== null)
      .length

  test('by the size of the answers, the longest unused going first', () => {
    const cache = createAnswerCache({ ttlMs: 30_000 })
    const large = ofLength(300_000)
    for (let index = 0; index < 64; index += 1) {
      cache.keep(`${index}`, large, [])
      cache.fresh('0')
    }
    const count = kept(cache, 64)
    expect(count).toBeGreaterThan(2)
    expect(count).toBeLessThan(64)
    expect([cache.fresh('0') !== null, cache.fresh('1') !== null, cache.fresh('63') !== null]).toEqual([
      true,
      false,
      true,
    ])
  })

  test('by their number too, however short they are', () => {
    const cache = createAnswerCache({ ttlMs: 30_000 })
    for (let index = 0; index < 100_000; index += 1) cache.keep(`${index}`, answer(undefined), ['tag'])
    expect(kept(cache, 100_000)).toBeLessThanOrEqual(32 * 1_024)
  })

  test('so that one that is larger than all of it is not kept, nor what it replaces', () => {
    const cache = createAnswerCache({ ttlMs: 30_000 })
    cache.keep('a', answer(), ['tag'])
    cache.keep('a', ofLength(16 * 1_024 * 1_024), ['tag'])
    expect(cache.stale('a')).toBeNull()
    expect(() => cache.drop(['tag'])).not.toThrow()
  })
})
