import { Writable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { createProviders } from '../../src/create-providers.ts'
import { directoryKeyInAnyOrganization } from '../../src/domain/entity-key.ts'
import { readMembers } from '../../src/export/directory-members.ts'
import { type Ask, createPatientCalls } from '../../src/export/patient-calls.ts'
import { createGauge } from '../../src/export/progress.ts'
import { type ProgressStream, showProgress } from '../../src/export/show-progress.ts'
import type { Waits } from '../../src/export/waits.ts'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { NO_WORKOS_LIMITS } from '../support/any-call.ts'

function createClock() {
  let nowMs = 1_000_000
  return { now: () => nowMs, pass: (ms: number) => (nowMs += ms) }
}

test('progress tells rows, rate, time left and what is waited for', () => {
  const waits: Waits = new Map()
  const { now, pass } = createClock()
  const gauge = createGauge(waits, now)
  expect(gauge.describe()).toBe('looking for directories')
  gauge.begin({ total: 5_000, rows: 1_000, directories: 3, done: 0 })
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

test('where a directory does not tell its size, the share is that of the directories that are done', () => {
  const { now, pass } = createClock()
  const gauge = createGauge(new Map(), now)
  expect(gauge.share()).toBeNull()
  gauge.begin({ total: null, rows: 12, directories: 12, done: 2 })
  pass(1_000)
  gauge.reach(42)
  gauge.finishDirectory()
  expect(gauge.share()).toBe(0.25)
  expect(gauge.describe()).toBe('42 rows, 30 rows/s, 3 of 12 directories')
  gauge.begin({ total: null, rows: 1, directories: 1, done: 0 })
  expect(gauge.share()).toBe(0)
  expect(gauge.describe()).toBe('1 row, 0 rows/s')
})

test('counts that are out of date end at all of it', () => {
  const { now, pass } = createClock()
  const gauge = createGauge(new Map(), now)
  gauge.begin({ total: 20, rows: 0, directories: 1, done: 0 })
  pass(1_000)
  gauge.reach(30)
  expect(gauge.share()).toBe(1)
  expect(gauge.describe()).toBe('30 of 30 rows, 30 rows/s')
})

test('the members of groups that are read show while there are no rows of users, and are gone after it', async () => {
  const sandbox = await startSandbox()
  onTestFinished(() => sandbox.stop())
  const { workosMediumDirectoryId: id } = sandbox.data.known
  const { apiKey, url: apiUrl } = sandbox.workos
  const groups = sandbox.data.workos.rosters.get(id)?.groups.length ?? 0
  const { provider } = createProviders(
    { workos: { apiKey, apiUrl, ...NO_WORKOS_LIMITS }, cacheTtlSeconds: 0 },
    { log: createLogger('silent') },
  )
  const gauge = createGauge(new Map())
  gauge.begin({ total: null, rows: 0, directories: 2, done: 0 })
  const shown: string[] = []
  const signal = new AbortController().signal
  const patient = createPatientCalls({ signal, patienceMs: 1_000, waits: new Map() })
  const ask: Ask = (name, send, isPatient) => {
    shown.push(gauge.describe())
    return patient(name, send, isPatient)
  }
  const key = directoryKeyInAnyOrganization('workos', id)
  for await (const _ of readMembers({ key, users: null }, null, { provider, ask, progress: gauge }));
  const members = shown.filter(line => line.includes('members'))
  expect(members[0]).toBe(`0 rows, 0 rows/s, members of groups, 0 of ${groups} (0 read), 0 of 2 directories`)
  expect(members.at(-1)).toMatch(
    new RegExp(`members of groups, ${groups - 4} of ${groups} \\([1-9]\\d* read\\)`),
  )
  expect(gauge.describe()).toBe('0 rows, 0 rows/s, 0 of 2 directories')
})

/** A terminal of so many columns, and what was drawn on it. */
function openTerminal(columns: number): { stream: ProgressStream; drawn: () => string } {
  let drawn = ''
  const writable = new Writable({
    write(chunk, _encoding, done) {
      drawn += chunk
      done()
    },
  })
  return { stream: Object.assign(writable, { isTTY: true, columns }), drawn: () => drawn }
}

test('on a narrow terminal the bar is shorter, and what does not fit is cut off', async () => {
  const { stream, drawn } = openTerminal(60)
  const progress = showProgress(stream, new Map())
  progress.begin({ total: null, rows: 100, directories: 12, done: 6 })
  progress.watchMembers(40)
  await expect.poll(drawn).toContain('█████░░░░░ 100 rows, 0 rows/s, members of groups, 0 of 40 …')
  progress.stop()
})

test('a terminal gets a bar, which is gone at the end', async () => {
  const { stream, drawn } = openTerminal(100)
  const progress = showProgress(stream, new Map())
  progress.begin({ total: 200, rows: 0, directories: 1, done: 0 })
  progress.reach(100)
  await expect.poll(drawn).toMatch(/█{10}░{10} 100 of 200 rows, [\d,]+ rows\/s/)
  progress.stop()
  const lines = drawn().length
  // Back to the first column, and the line is cleared.
  expect(drawn()).toMatch(/\[1G.*\[2K$/s)
  progress.reach(200)
  expect(drawn().length).toBe(lines)
})
