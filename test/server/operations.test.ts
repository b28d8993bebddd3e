import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createOperations, type Operation, type Operations } from '../../src/server/operations.ts'

const TIMEOUT_MS = 1_000

let operations: Operations
let caller: AbortController

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  operations = createOperations(TIMEOUT_MS)
  caller = new AbortController()
})

afterEach(() => void vi.useRealTimers())

function begin(signal = caller.signal): Operation {
  const operation = operations.begin(signal)
  if (operation === null) throw new Error('no operation has begun')
  return operation
}

describe('an operation ends', () => {
  test('when its caller goes away, whatever the reason', () => {
    const { signal } = begin()
    expect(signal.aborted).toBe(false)
    caller.abort(new Error('a reason of the caller’s own'))
    expect([signal.aborted, signal.reason.name]).toEqual([true, 'AbortError'])
  })

  test('at once where the caller has gone before it began', () => {
    expect(begin(AbortSignal.abort()).signal.aborted).toBe(true)
  })

  test('when its time is over, and says so', () => {
    const { signal, deadlineMs } = begin()
    expect(deadlineMs).toBe(performance.now() + TIMEOUT_MS)
    vi.advanceTimersByTime(TIMEOUT_MS - 1)
    expect(signal.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect([signal.aborted, signal.reason.name]).toEqual([true, 'TimeoutError'])
  })

  test('when the server stops, with all others; and none begins any more', () => {
    const signals = [begin().signal, begin(new AbortController().signal).signal]
    operations.stop()
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
    expect(operations.begin(new AbortController().signal)).toBeNull()
  })
})

test('the oldest of them is the one that began first of those under way', () => {
  expect(operations.oldestMs()).toBe(0)
  const first = begin()
  vi.advanceTimersByTime(300)
  const second = begin()
  vi.advanceTimersByTime(50)
  expect(operations.oldestMs()).toBe(350)
  first.end()
  expect(operations.oldestMs()).toBe(50)
  second.end()
  expect(operations.oldestMs()).toBe(0)
})

describe('an operation that has ended', () => {
  test('is told of nothing any more, and keeps hold of nothing', () => {
    const { signal, end } = begin()
    expect([vi.getTimerCount(), getEventListeners(caller.signal, 'abort').length]).toEqual([1, 1])
    end()
    expect([vi.getTimerCount(), getEventListeners(caller.signal, 'abort').length]).toEqual([0, 0])
    operations.stop()
    expect(signal.aborted).toBe(false)
  })

  test('ends no other', () => {
    const other = begin(new AbortController().signal)
    begin().end()
    caller.abort()
    expect(other.signal.aborted).toBe(false)
  })
})
