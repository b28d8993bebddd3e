import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createProviders } from '../../src/create-providers.ts'
import { directoryKey } from '../../src/domain/entity-key.ts'
import { InvalidInputError } from '../../src/domain/provider-error.ts'
import { readMembers } from '../../src/export/directory-members.ts'
import type { Place } from '../../src/export/journal.ts'
import { createPatientCalls } from '../../src/export/patient-calls.ts'
import { NO_PROGRESS } from '../../src/export/progress.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import type { ScalekitUser } from '../../src/sandbox/scalekit-records.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { NO_SCALEKIT_LIMITS } from '../support/any-call.ts'

const PAGE = 30
const PAGES = 5

let sandbox: Sandbox
let users: ScalekitUser[]
let first: ScalekitUser
const roster = () => {
  const found = sandbox.data.scalekit.rosters.get(sandbox.data.known.scalekitMediumDirectoryId)
  if (found === undefined) throw new Error('there is no such directory')
  return found
}
const person = (id: string): ScalekitUser => ({ ...first, id: `diruser_9${id.padStart(17, '0')}` })
const persons = (count: number, from: number) =>
  Array.from({ length: count }, (_, number) => person(String(from + number)))

beforeAll(async () => {
  sandbox = await startSandbox()
  first = roster().users[0] as ScalekitUser
})
afterAll(() => sandbox.stop())

/** Reads from a place on, up to so many pages; `lost` where the place is. */
async function read(from: Place | null, pages = Number.POSITIVE_INFINITY) {
  const { scalekit, data } = sandbox
  const { provider } = createProviders(
    { scalekit: { ...scalekit, ...NO_SCALEKIT_LIMITS }, cacheTtlSeconds: 0 },
    { log: createLogger('silent') },
  )
  const ask = createPatientCalls({
    signal: new AbortController().signal,
    patienceMs: 1_000,
    waits: new Map(),
  })
  const settings = { provider, ask, progress: NO_PROGRESS }
  const { scalekitMediumDirectoryId: id } = data.known
  const home = data.scalekit.directories.find(one => one.id === id)?.organization_id ?? null
  const key = directoryKey('scalekit', home, id)
  const ids: string[] = []
  let place: Place | null = null
  try {
    for await (const part of readMembers({ key, users: null }, from, settings)) {
      ids.push(...part.rows.filter(row => row.type === 'user').map(row => String(row.upstreamId)))
      place = part.place ?? place
      if (part.place !== null && --pages === 0) break
    }
  } catch (error) {
    if (error instanceof InvalidInputError) return { ids, place, isLost: true }
    throw error
  }
  return { ids, place, isLost: false }
}

/** What happens, given how many were read; and behind how many pages the place is lost by that. */
const CHANGES: [string, (read: number) => void, number[]?][] = [
  ['nothing happens', () => {}],
  ['one comes ahead of it', () => void users.unshift(person('1000'))],
  ['a page comes ahead of it', () => void users.unshift(...persons(PAGE, 1_000)), [1]],
  ['more than a page comes ahead of it', () => void users.unshift(...persons(PAGE + 5, 1_000)), [1]],
  ['very many come ahead of it', () => void users.unshift(...persons(400, 1_000)), [1, 3, 4]],
  ['one of those ahead of it leaves', () => void users.shift()],
  ['all but one of a page ahead of it leave', () => void users.splice(0, PAGE - 1)],
  ['a page ahead of it leaves', () => void users.splice(0, PAGE), [1, 3, 4]],
  ['the last that was read leaves', read => void users.splice(read - 1, 1)],
  ['the first of its page leaves', read => void users.splice(read - PAGE, 1)],
  ['the next one leaves', read => void users.splice(read, 1)],
  ['one comes right behind it', read => void users.splice(read, 0, person('1000'))],
  ['some come and some leave ahead of it', () => void users.splice(2, 7, ...persons(4, 1_000))],
  ['somebody read comes first, having changed', read => void users.unshift(...users.splice(read - 3, 1))],
]

/** Stops behind so many pages of those, lets something happen, and comes back. */
async function comeBack(count: number, pages: number, change: (read: number) => void) {
  users = persons(count, 0)
  roster().users = users
  const before = await read(null, pages)
  expect(before.ids).toHaveLength(pages * PAGE)
  const were = users.map(({ id }) => id)
  change(pages * PAGE)
  const are = new Set(users.map(({ id }) => id))
  const after = await read(before.place)
  if (after.isLost) expect(after.ids).toEqual([])
  const all = after.isLost ? (await read(null)).ids : [...before.ids, ...after.ids]
  return {
    isLost: after.isLost,
    doubled: all.length - new Set(all).size,
    missing: were.filter(id => are.has(id) && !all.includes(id)),
  }
}

describe('whoever comes back to a list of Scalekit has everybody once who was there all the time, where', () => {
  test.each(CHANGES)('%s', async (_what, change, lostBehind = []) => {
    for (const pages of [1, 3, PAGES - 1]) {
      const found = await comeBack(PAGE * PAGES, pages, change)
      const isLost = lostBehind.includes(pages)
      expect({ pages, ...found }).toEqual({ pages, isLost, doubled: 0, missing: [] })
    }
  })

  test('more come than are remembered', async () => {
    const found = await comeBack(PAGE * 14, 13, () => void users.unshift(...persons(280, 1_000)))
    expect(found).toEqual({ isLost: true, doubled: 0, missing: [] })
  })
})
