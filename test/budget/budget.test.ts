import { describe, expect, test } from 'vitest'
import { countCalls } from './count-calls.ts'
import { READS } from './read-operations.ts'
import { WRITES } from './write-operations.ts'

describe('the upstream calls of', () => {
  test.each([...READS, ...WRITES])('%s are these and no others', async (_name, operation, expected) => {
    const { calls, tokens } = await countCalls(operation)
    expect(calls).toEqual(expected)
    const asksScalekit = Object.keys(expected).some(place => place.startsWith('scalekit'))
    expect(tokens).toBe(asksScalekit ? 1 : 0)
  })
})
