import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { organizationKey } from '../../src/domain/entity-key.ts'
import { placeOf } from '../../src/providers/list-place.ts'
import { createCostMeter } from '../../src/request/cost-meter.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { createReadKeptAgain, type Reading } from '../../src/upstream/reading.ts'
import { createUpstreamClient, type UpstreamClient } from '../../src/upstream/upstream-client.ts'
import { anyCall } from '../support/any-call.ts'
import { type Server, sendJson, startServer } from './start-server.ts'

let server: Server
let client: UpstreamClient
let version: number
let begun: number

const things = { method: 'get', path: 'things', tags: ['things'] } as const
const others = { method: 'get', path: 'others', tags: ['others'] } as const

beforeEach(async () => {
  version = 1
  begun = 0
  server = await startServer((_request, response) => sendJson(response, { version }))
  client = createUpstreamClient({
    provider: 'workos',
    baseUrl: server.url,
    authorization: null,
    budget: null,
    cacheTtlMs: 60_000,
    fetch,
    log: createLogger('silent'),
  })
  await client.send(things, anyCall())
  await client.send(others, anyCall())
})

afterEach(() => server.stop())

function* readThings(): Reading<{ things: unknown }> {
  begun += 1
  return { things: (yield things).body }
}

describe('what is read again', () => {
  test('is put together once for an answer, and counts as a hit of each operation', () => {
    const readAgain = createReadKeptAgain(client)
    const meters = [createCostMeter(1), createCostMeter(1), createCostMeter(1)]
    const read = meters.map(meter => readAgain('things', readThings, anyCall({ meter })))
    expect(read[0]).toEqual({ things: { version: 1 } })
    expect(read[1]).toBe(read[0])
    expect(read[2]).toBe(read[0])
    expect([begun, ...meters.map(({ counts }) => counts.cacheHits)]).toEqual([1, 1, 1, 1])
  })

  test('is not told once the answer may have changed, and put together anew of another one', async () => {
    const readAgain = createReadKeptAgain(client)
    readAgain('things', readThings, anyCall())
    await client.drop(['things'])
    expect(readAgain('things', readThings, anyCall())).toBeNull()
    version = 2
    await client.send(things, anyCall())
    expect(readAgain('things', readThings, anyCall())).toEqual({ things: { version: 2 } })
    client.suspendReuse(true)
    expect(readAgain('things', readThings, anyCall())).toBeNull()
  })

  test('is put together each time where it takes more than one answer', async () => {
    const readAgain = createReadKeptAgain(client)
    function* readBoth(): Reading<unknown[]> {
      begun += 1
      return [(yield things).body, (yield others).body]
    }
    expect(readAgain('both', readBoth, anyCall())).toEqual([{ version: 1 }, { version: 1 }])
    await client.drop(['others'])
    expect(readAgain('both', readBoth, anyCall())).toBeNull()
    expect(begun).toBe(2)
  })

  test('is put together each time at a place that somebody has made up, and one answer is not kept in many ways', () => {
    const readAgain = createReadKeptAgain(client)
    for (let time = 1; time <= 2; time += 1) readAgain('x'.repeat(501), readThings, anyCall())
    expect(begun).toBe(2)
    const first = readAgain('first', readThings, anyCall())
    for (let index = 0; index < 9; index += 1) readAgain(`${index}`, readThings, anyCall())
    expect(readAgain('first', readThings, anyCall())).toBe(first)
    readAgain('one too many', readThings, anyCall())
    expect(readAgain('first', readThings, anyCall())).not.toBe(first)
  })

  test('at the cursor that is no text is not what is there without a cursor', () => {
    const page = { direction: 'forward', limit: 5 } as const
    const parent = organizationKey('workos', 'org_1')
    expect(placeOf('users', parent, { ...page, cursor: '' })).not.toBe(
      placeOf('users', parent, { ...page, cursor: null }),
    )
  })

  test('fails each time where the answer can not be read', () => {
    const readAgain = createReadKeptAgain(client)
    function* fail(): Reading<never> {
      yield things
      begun += 1
      throw new Error(`${begun}`)
    }
    for (const time of ['1', '2']) expect(() => readAgain('things', fail, anyCall())).toThrow(time)
  })
})
