import { expect, test } from 'vitest'
import { readAhead } from '../../src/export/read-ahead.ts'

/** Sources of ten items each, that count what was taken of them. */
function createSources(count: number) {
  const taken = Array.from({ length: count }, () => 0)
  const sources = taken.map(
    (_, source) =>
      async function* () {
        for (let item = 0; item < 10; item += 1) {
          taken[source] = item + 1
          yield `${source}:${item}`
        }
      },
  )
  return { taken, sources }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

test('the next sources are read a little while the first is, and no further', async () => {
  const { taken, sources } = createSources(5)
  const ahead = readAhead(sources, { sources: 3, items: 2 })
  const first = ahead.take(0)
  await first.next()
  await expect.poll(() => taken).toEqual([3, 2, 2, 0, 0])
  // However long nobody takes anything.
  await new Promise(resolve => setTimeout(resolve, 20))
  expect(taken).toEqual([3, 2, 2, 0, 0])
  expect(await all(first)).toHaveLength(9)
  expect(await all(ahead.take(1))).toEqual(Array.from({ length: 10 }, (_, item) => `1:${item}`))
  await expect.poll(() => taken).toEqual([10, 10, 2, 2, 0])
  ahead.stop()
})

test('a source that fails tells so to whoever takes it, behind what it gave, and to nobody else', async () => {
  const failing = async function* () {
    yield 'one'
    throw new Error('no more')
  }
  const fine = async function* () {
    yield 'two'
  }
  const ahead = readAhead([fine, failing, fine], { sources: 3, items: 4 })
  expect(await all(ahead.take(0))).toEqual(['two'])
  const items = ahead.take(1)
  expect(await items.next()).toEqual({ value: 'one', done: false })
  await expect(items.next()).rejects.toThrow('no more')
  expect(await all(ahead.take(2))).toEqual(['two'])
})
