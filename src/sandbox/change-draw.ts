import { createRandom } from './minted-ids.ts'
import { createPeople, type Person } from './seed-people.ts'

/** Draws what happens; the same seed draws the same. */
export interface ChangeDraw {
  /** A whole number from 0 to below the limit. */
  below(limit: number): number
  /** One of them, mostly of the first twenty, which a first page shows. */
  listed<Row>(rows: readonly Row[]): Row | undefined
  /** All of them in another order, where those with more weight tend to come first. */
  shuffled<Row>(rows: readonly Row[], weightOf: (row: Row, place: number) => number): Row[]
  /** Somebody who has not been here before, with an address of that domain. */
  person(domain?: string): Person
  /** Counts from one. */
  count(): number
  /** Whether tests and examples count on this one to stay. */
  isKnown(id: string): boolean
}

const firstPage = 20
/** Beyond the numbers of those who were there from the start. */
const firstNumber = 50_000

/** Draws by a seed; `knownIds` are of those who stay. */
export function createChangeDraw(seed: number, knownIds: ReadonlySet<string>): ChangeDraw {
  const random = createRandom(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  let people = 0
  let counted = 0
  return {
    below,
    listed: rows => rows[below(random() < 0.75 ? Math.min(firstPage, rows.length) : rows.length)],
    shuffled(rows, weightOf) {
      const keys = new Map(rows.map((row, place) => [row, random() ** (1 / weightOf(row, place))]))
      return rows.toSorted((one, other) => (keys.get(other) ?? 0) - (keys.get(one) ?? 0))
    },
    person(domain = 'sandbox.example') {
      people += 1
      // A generator for each, since the names' library has one state for the whole process.
      return createPeople(below(2 ** 31), firstNumber + people)(domain)
    },
    count() {
      counted += 1
      return counted
    },
    isKnown: id => knownIds.has(id),
  }
}
