import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRateWindow } from '../../src/upstream/rate-window.ts'

/** Starts as soon as the window lets each go, in the order of arrival. */
function startsOf(limit: number, windowMs: number, gapsMs: readonly number[]): number[] {
  const window = createRateWindow({ limit, windowMs })
  const starts: number[] = []
  let nowMs = 0
  for (const gapMs of gapsMs) {
    nowMs = window.startAt(nowMs + gapMs)
    window.take(nowMs)
    starts.push(nowMs)
  }
  return starts
}

/** The most starts in any stretch of that time; a stretch is only ever full from a start on. */
function mostWithin(starts: readonly number[], windowMs: number): number {
  return Math.max(0, ...starts.map(from => starts.filter(at => at >= from && at < from + windowMs).length))
}

const LIMIT = fc.integer({ min: 1, max: 12 })
const WINDOW_MS = fc.integer({ min: 1, max: 5_000 })
const GAPS_MS = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 4_000, noNaN: true })), {
  maxLength: 60,
})

describe('a window', () => {
  test('never has more starts than its limit, whenever requests come', () => {
    fc.assert(
      fc.property(LIMIT, WINDOW_MS, GAPS_MS, (limit, windowMs, gapsMs) => {
        expect(mostWithin(startsOf(limit, windowMs, gapsMs), windowMs)).toBeLessThanOrEqual(limit)
      }),
    )
  })

  test('never has more, though some were refused in spite of it', () => {
    fc.assert(
      fc.property(LIMIT, WINDOW_MS, GAPS_MS, fc.array(fc.nat(60)), (limit, windowMs, gapsMs, refused) => {
        const window = createRateWindow({ limit, windowMs })
        const starts: number[] = []
        let nowMs = 0
        for (const [index, gapMs] of gapsMs.entries()) {
          nowMs = window.startAt(nowMs + gapMs)
          window.take(nowMs)
          starts.push(nowMs)
          if (refused.includes(index)) window.refuse(nowMs, gapMs)
        }
        expect(mostWithin(starts, windowMs)).toBeLessThanOrEqual(limit)
      }),
    )
  })

  test('lets go at once whoever it has room for, however they come', () => {
    expect(startsOf(4, 1_000, [5, 0, 0, 0])).toEqual([5, 5, 5, 5])
    expect(startsOf(2, 1_000, [0, 600, 600, 600])).toEqual([0, 600, 1_200, 1_800])
  })

  test('foretells when a request starts that has others before it', () => {
    fc.assert(
      fc.property(
        LIMIT,
        WINDOW_MS,
        GAPS_MS,
        fc.integer({ min: 0, max: 40 }),
        (limit, windowMs, gapsMs, ahead) => {
          const [foretelling, going] = [
            createRateWindow({ limit, windowMs }),
            createRateWindow({ limit, windowMs }),
          ]
          let nowMs = 0
          for (const gapMs of gapsMs) {
            nowMs = going.startAt(nowMs + gapMs)
            for (const window of [foretelling, going]) window.take(nowMs)
          }
          const foretold = foretelling.startAt(nowMs, ahead)
          for (let before = 0; before < ahead; before += 1) going.take(going.startAt(nowMs))
          expect(foretold).toBeCloseTo(going.startAt(nowMs), 6)
        },
      ),
    )
  })

  test('tells how many could start', () => {
    const window = createRateWindow({ limit: 3, windowMs: 1_000 })
    expect(window.remaining(0)).toBe(3)
    window.take(0)
    window.take(500)
    expect([500, 1_000, 1_100, 1_600].map(nowMs => window.remaining(nowMs))).toEqual([1, 1, 2, 3])
  })
})

describe('a window of which a request was refused', () => {
  const pace = (window: ReturnType<typeof createRateWindow>, fromMs: number) => {
    window.take(fromMs)
    return window.startAt(fromMs) - fromMs
  }

  test('pauses for as long as it is told, and then goes more slowly', () => {
    const window = createRateWindow({ limit: 1, windowMs: 1_000 })
    const published = pace(window, 0)
    window.refuse(0, 7_000)
    expect([window.startAt(0), window.remaining(6_999)]).toEqual([7_000, 0])
    expect(pace(window, 7_000)).toBeCloseTo(published * 1.5)
  })

  test('does not end a pause because of a shorter one', () => {
    const window = createRateWindow({ limit: 1, windowMs: 1_000 })
    window.refuse(0, 7_000)
    window.refuse(100, 500)
    expect(window.startAt(200)).toBe(7_000)
  })

  test('does not become slower without end', () => {
    const window = createRateWindow({ limit: 1, windowMs: 1_000 })
    for (let time = 0; time < 50; time += 1) window.refuse(time, 0)
    expect(pace(window, 100)).toBeCloseTo(4 * 1_050)
  })

  test('comes back to its published pace when all has been well for a while, step by step', () => {
    const window = createRateWindow({ limit: 1, windowMs: 1_000 })
    for (let time = 0; time < 4; time += 1) window.refuse(0, 0)
    const paces: number[] = []
    for (let nowMs = 5_000; paces.at(-1) !== 1_050 && nowMs < 200_000; nowMs = window.startAt(nowMs)) {
      paces.push(Math.round(pace(window, nowMs)))
    }
    expect(paces[0]).toBe(4_200)
    expect(paces.at(-1)).toBe(1_050)
    expect(paces).toEqual(paces.toSorted((one, other) => other - one))
    expect(new Set(paces).size).toBeGreaterThan(3)
  })
})
