import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { schema } from '../../src/schema/index.ts'
import { holds, mutated } from './fuzz.ts'
import { randomOperation } from './random-documents.ts'
import { heapInUse, startTarget, type Target, WHO } from './start-target.ts'

/** By then the caches of documents and answers, which are bounded, are full. */
const WARM_AFTER = 1_600
const MAX_GROWTH_BYTES = 25 * 1_024 * 1_024

let target: Target
beforeAll(async () => {
  target = await startTarget()
})
afterEach(() => target.checkTraces())
afterAll(() => target.stop())

const shape = fc.record({
  seed: fc.integer(),
  size: fc.integer({ min: 1, max: 60 }),
  who: fc.constantFrom(...WHO),
})

function operationOf(kind: 'query' | 'mutation', { seed, size }: { seed: number; size: number }) {
  return randomOperation({ schema, vocabulary: target.vocabulary, kind, seed, size })
}

let heapWhenWarm = 0

describe('whatever document somebody sends', { timeout: 240_000 }, () => {
  test('a query by the schema, mistakes and all, is answered or refused', async () => {
    let answered = 0
    let refused = 0
    await holds('documents', shape, async one => {
      const { text } = await target.checkOperation(operationOf('query', one), one.who)
      if (text.includes('"data":{')) answered += 1
      else refused += 1
      if (answered + refused === WARM_AFTER) heapWhenWarm = await heapInUse()
    })
    // Either alone would prove little.
    expect(answered).toBeGreaterThan(refused / 4)
    expect(refused).toBeGreaterThan(answered / 10)
  })

  test('a mutation by somebody who may only read changes nothing', async () => {
    await holds('mutations', shape, one => target.checkOperation(operationOf('mutation', one), 'reader'))
  })

  test('garbage is refused', async () => {
    const written = Array.from({ length: 50 }, (_, seed) => operationOf('query', { seed, size: 20 }).query)
    const garbage = fc.oneof(
      mutated(written),
      fc.string({ maxLength: 300 }),
      fc.string({ unit: fc.constantFrom(...'{}()[]:!$@"#...,=|& \n\tax1é\ufeff\0'), maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes).toString()),
    )
    await holds('garbage', fc.record({ query: garbage, who: fc.constantFrom(...WHO) }), ({ query, who }) =>
      target.checkOperation({ query }, who),
    )
  })

  test('and memory stays what it was when all caches were full', async () => {
    expect(heapWhenWarm).toBeGreaterThan(0)
    expect((await heapInUse()) - heapWhenWarm).toBeLessThan(MAX_GROWTH_BYTES)
  })
})
