import { describe, expect, test } from 'vitest'
import { countCalls } from './count-calls.ts'
import { PLANNED_READS } from './planned-reads.ts'
import { READS } from './read-operations.ts'
import { WRITES } from './write-operations.ts'

const ALL_READS = [...READS, ...PLANNED_READS]

describe('the upstream calls of', () => {
  test.each([...ALL_READS, ...WRITES])('%s are these and no others', async (_name, operation, expected) => {
    const [{ calls, tokens } = NOTHING] = await countCalls(operation)
    expect(calls).toEqual(expected)
    const asksScalekit = Object.keys(expected).some(place => place.startsWith('scalekit'))
    expect(tokens).toBe(asksScalekit ? 1 : 0)
  })

  test.each(ALL_READS)(
    '%s, asked again while the answers are fresh, are none',
    async (_name, operation, expected) => {
      const [first = NOTHING, second = NOTHING] = await countCalls(operation, {
        times: 2,
        cacheTtlSeconds: 30,
      })
      expect(first.calls).toEqual(expected)
      expect([second.calls, second.tokens]).toEqual([{}, 0])
      expect(second.data).toEqual(first.data)
    },
  )
})

const NOTHING = { calls: null, tokens: null, data: null }
