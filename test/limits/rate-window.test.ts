import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRateWindow, type RateWindow } from '../../src/upstream/rate-window.ts'

/** A request that arrives and is answered in no time. */
function take(window: RateWindow, nowMs: number): void {
  const slot = window.take(nowMs)
  slot.sent(nowMs)
  slot.ended(nowMs)
}

/** Starts as soon as the window lets each go, in the order of arrival. */
function startsOf(limit: number, windowMs: number, gapsMs: readonly number[]): number[] {
  const window = createRateWindow({ limit, windowMs })
  const starts: number[] = []
  let nowMs = 0
  for (const gapMs of gapsMs) {
    nowMs = window.startAt(nowMs + gapMs)
    take(window, nowMs)
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
          take(window, nowMs)
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
            for (const window of [foretelling, going]) take(window, nowMs)
          }
          const foretold = foretelling.foretell(nowMs, ahead)
          for (let before = 0; before < ahead; before += 1) {
            nowMs = going.startAt(nowMs)
            take(going, nowMs)
          }
          expect(foretold).toBeCloseTo(going.startAt(nowMs), 6)
        },
      ),
    )
  })

  test('tells how many could start', () => {
    const window = createRateWindow({ limit: 3, windowMs: 1_000 })
    expect(window.remaining(0)).toBe(3)
    take(window, 0)
    take(window, 500)
    expect([500, 1_000, 1_100, 1_600].map(nowMs => window.remaining(nowMs))).toEqual([1, 1, 2, 3])
  })
})

describe('a window of which there is only a part', () => {
  test('foretells when a request starts to three windows, though the part is larger later', () => {
    fc.assert(
      fc.property(fc.nat(4), fc.nat(2_000), fc.nat(4), fc.nat(40), (limit, untilMs, more, ahead) => {
        const window = createRateWindow({ limit: 9, windowMs: 1_000 })
        const later = Math.max(1, limit + more)
        window.cap([
          { limit, untilMs },
          { limit: later, untilMs: Number.POSITIVE_INFINITY },
        ])
        const foretoldMs = window.foretell(0, ahead)
        let startMs = 0
        for (let count = 0; count <= ahead; count += 1) {
          startMs = window.startAt(startMs)
          take(window, startMs)
        }
        expect(Math.abs(foretoldMs - startMs)).toBeLessThanOrEqual(3 * 1_020)
      }),
    )
  })
})

/** How long a request takes: to its start, on its way there, and from there to the end of its answer. */
interface Journey {
  readonly gapMs: number
  readonly thereMs: number
  readonly backMs: number
}

/** When requests arrive that start as soon as they may, with answers that come back while others go out. */
function arrivalsOf(window: RateWindow, journeys: readonly Journey[]): number[] {
  const ends: { readonly atMs: number; readonly end: () => void }[] = []
  const arrivals: number[] = []
  let nowMs = 0
  for (const { gapMs, thereMs, backMs } of journeys) {
    nowMs += gapMs
    for (let startMs = nowMs; ; nowMs = startMs) {
      ends.sort((one, other) => one.atMs - other.atMs)
      startMs = window.startAt(nowMs)
      const next = ends[0]
      if (next === undefined || next.atMs > startMs) {
        nowMs = startMs
        break
      }
      ends.shift()
      next.end()
      startMs = Math.max(nowMs, next.atMs)
    }
    const slot = window.take(nowMs)
    slot.sent(nowMs)
    arrivals.push(nowMs + thereMs)
    const atMs = nowMs + thereMs + backMs
    ends.push({ atMs, end: () => slot.ended(atMs) })
  }
  return arrivals.toSorted((one, other) => one - other)
}

describe('requests that take their time to arrive', () => {
  const MS = fc.double({ min: 0, max: 250, noNaN: true })
  const JOURNEYS = fc.array(fc.record({ gapMs: MS, thereMs: MS, backMs: MS }), { maxLength: 40 })

  test('are never more than the limit where they arrive, however long each is on its way', () => {
    fc.assert(
      fc.property(LIMIT, fc.integer({ min: 200, max: 2_000 }), JOURNEYS, (limit, windowMs, journeys) => {
        // No journey is shorter than the one that all of them have in common.
        const all = journeys.map(journey => ({ ...journey, backMs: journey.backMs + 20 }))
        const shortest = Array.from({ length: 4 * limit }, () => ({ gapMs: 0, thereMs: 0, backMs: 20 }))
        const arrivals = arrivalsOf(createRateWindow({ limit, windowMs }), [...shortest, ...all])
        expect(mostWithin(arrivals, windowMs)).toBeLessThanOrEqual(limit)
      }),
    )
  })

  test('are never more while nobody knows yet how fast they can be', () => {
    const cold = Array.from({ length: 4 }, () => ({ gapMs: 0, thereMs: 300, backMs: 20 }))
    const warm = Array.from({ length: 20 }, () => ({ gapMs: 0, thereMs: 5, backMs: 20 }))
    const arrivals = arrivalsOf(createRateWindow({ limit: 4, windowMs: 1_000 }), [...cold, ...warm])
    expect(mostWithin(arrivals, 1_000)).toBe(4)
  })

  test('are never more when connections are cold again after a pause', () => {
    const warm = Array.from({ length: 20 }, () => ({ gapMs: 0, thereMs: 5, backMs: 20 }))
    const cold = Array.from({ length: 4 }, (_, index) => ({
      gapMs: index === 0 ? 60_000 : 0,
      thereMs: 300,
      backMs: 20,
    }))
    const arrivals = arrivalsOf(createRateWindow({ limit: 4, windowMs: 1_000 }), [...warm, ...cold, ...warm])
    expect(mostWithin(arrivals, 1_000)).toBe(4)
  })

  test.each([20, 200, 900])('lose no place to a latency that is always %d ms', latencyMs => {
    const steady = Array.from({ length: 60 }, () => ({
      gapMs: 0,
      thereMs: latencyMs / 2,
      backMs: latencyMs / 2,
    }))
    const arrivals = arrivalsOf(createRateWindow({ limit: 4, windowMs: 1_000 }), steady)
    // Once it is known, after four windows.
    expect((arrivals.at(-1) ?? 0) - (arrivals.at(-33) ?? 0)).toBeCloseTo(8 * 1_020)
  })

  test('hold no place for longer than a second beyond the window, however slow answers are', () => {
    const slow = Array.from({ length: 40 }, () => ({ gapMs: 0, thereMs: 10, backMs: 4_000 }))
    const arrivals = arrivalsOf(createRateWindow({ limit: 4, windowMs: 1_000 }), slow)
    expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeLessThanOrEqual(9 * 2_020)
  })
})

describe('a window of which a request was refused', () => {
  const pace = (window: RateWindow, fromMs: number) => {
    take(window, fromMs)
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
    expect(pace(window, 100)).toBeCloseTo(4 * 1_020)
  })

  test('comes back as far when nobody has asked meanwhile', () => {
    const window = createRateWindow({ limit: 1, windowMs: 1_000 })
    for (let time = 0; time < 4; time += 1) window.refuse(0, 0)
    expect(pace(window, 60_000)).toBe(1_020)
  })

  test('does not come back while it pauses', () => {
    const window = createRateWindow({ limit: 1, windowMs: 1_000 })
    for (let time = 0; time < 4; time += 1) window.refuse(0, 60_000)
    expect(pace(window, 60_000)).toBe(4 * 1_020)
  })

  test('comes back to its published pace when all has been well for a while, step by step', () => {
    const window = createRateWindow({ limit: 1, windowMs: 1_000 })
    for (let time = 0; time < 4; time += 1) window.refuse(0, 0)
    const paces: number[] = []
    for (let nowMs = 5_000; paces.at(-1) !== 1_020 && nowMs < 200_000; nowMs = window.startAt(nowMs)) {
      paces.push(Math.round(pace(window, nowMs)))
    }
    expect(paces[0]).toBe(4_080)
    expect(paces.at(-1)).toBe(1_020)
    expect(paces).toEqual(paces.toSorted((one, other) => other - one))
    expect(new Set(paces).size).toBeGreaterThan(3)
  })
})
