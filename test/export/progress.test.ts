import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createGauge } from '../../src/export/progress.ts'
import { type ProgressStream, showProgress } from '../../src/export/show-progress.ts'
import type { Waits } from '../../src/export/waits.ts'

function createClock() {
  let nowMs = 1_000_000
  return { now: () => nowMs, pass: (ms: number) => (nowMs += ms) }
}

test('progress tells rows, rate, time left and what is waited for', () => {
  const waits: Waits = new Map()
  const { now, pass } = createClock()
  const gauge = createGauge(waits, now)
  expect(gauge.describe()).toBe('looking for directories')
  gauge.begin(5_000, 1_000)
  pass(2_000)
  gauge.reach(2_000)
  expect(gauge.share()).toBe(0.4)
  expect(gauge.describe()).toBe('2,000 of 5,000 rows, 500 rows/s, 6 s left')
  waits.set({}, { provider: 'scalekit', waitsFor: 'answer', sinceMs: now() })
  waits.set({}, { provider: 'workos', waitsFor: 'limit', sinceMs: now() })
  pass(400)
  expect(gauge.describe()).toMatch(/; waiting for WorkOS's limit: 0\.4 s$/)
  waits.set({}, { provider: 'scalekit', waitsFor: 'pause', sinceMs: now() - 1_000, untilMs: now() + 3_000 })
  expect(gauge.describe()).toMatch(/; Scalekit fails; asking again in 3\.0 s$/)
  waits.set(
    {},
    { provider: 'workos', waitsFor: 'named-pause', sinceMs: now() - 1_000, untilMs: now() + 9_000 },
  )
  expect(gauge.describe()).toMatch(/; WorkOS wants to be left alone; asking again in 9\.0 s$/)
})

test('without a total it tells what there is, and counts that are out of date end at all of it', () => {
  const { now, pass } = createClock()
  const gauge = createGauge(new Map(), now)
  gauge.begin(null, 0)
  pass(1_000)
  gauge.reach(30)
  expect(gauge.share()).toBeNull()
  expect(gauge.describe()).toBe('30 rows, 30 rows/s')
  gauge.begin(20, 0)
  pass(1_000)
  gauge.reach(30)
  expect(gauge.share()).toBe(1)
  expect(gauge.describe()).toBe('30 of 30 rows, 30 rows/s')
})

test('a terminal gets a bar, which is gone at the end', async () => {
  let drawn = ''
  const stream: ProgressStream = Object.assign(
    new Writable({
      write(chunk, _encoding, done) {
        drawn += chunk
        done()
      },
    }),
    { isTTY: true, columns: 100 },
  )
  const progress = showProgress(stream, new Map())
  progress.begin(200, 0)
  progress.reach(100)
  await expect.poll(() => drawn).toMatch(/█{10}░{10} 100 of 200 rows, [\d,]+ rows\/s/)
  progress.stop()
  const lines = drawn.length
  // Back to the first column, and the line is cleared.
  expect(drawn).toMatch(/\[1G.*\[2K$/s)
  progress.reach(200)
  expect(drawn.length).toBe(lines)
})
