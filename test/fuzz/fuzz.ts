import fc from 'fast-check'

/** Equal seeds give equal cases. `FUZZ_SEED` tries others, such as one that a failure has named. */
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_101)

/** How many cases of each kind: more than eight thousand altogether. */
export const CASES = {
  documents: 2_400,
  mutations: 600,
  garbage: 1_000,
  variables: 900,
  ids: 900,
  cursors: 600,
  headers: 1_000,
  bodies: 600,
  connections: 400,
} as const

/** Fails with the seed and the smallest case that fails. */
export function holds<Case>(
  kind: keyof typeof CASES,
  cases: fc.Arbitrary<Case>,
  property: (one: Case) => Promise<unknown>,
): Promise<void> {
  return fc.assert(
    fc.asyncProperty(cases, async one => {
      await property(one)
    }),
    { numRuns: CASES[kind], seed: SEED },
  )
}

/** Texts that have undone programs before. */
export const NASTY_TEXTS = [
  '',
  '..',
  '.',
  '%2e%2e',
  '%252e%252e',
  'a/../b',
  '../../organizations',
  '?x',
  'org_1?limit=1',
  'org_1#x',
  'http://h',
  '//h',
  '\\\\h',
  '\0',
  'org_\0',
  'org_1\n',
  'org_1\r\nx-injected: 1',
  '__proto__',
  'constructor',
  'then',
  'null',
  'NaN',
  '-1',
  '*',
  '-',
  'workos:*:directory_1',
  '\ud800',
  '\u2028',
  '﻿',
  '田中🦄',
  'ada@private.example',
  "' OR 1=1 --",
  '$\u007bjndi:ldap://h}',
  '{{7*7}}',
  '<script>alert(1)</script>',
  'a'.repeat(10_240),
] as const

/** Any text, nasty ones often. */
export const anyText = fc.oneof(
  fc.constantFrom(...NASTY_TEXTS),
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

/** One of some texts with a few of its characters changed, left out or doubled, or itself now and then. */
export function mutated(texts: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.nat(),
    what: fc.constantFrom('replace', 'drop', 'double', 'cut'),
    by: anyText,
  })
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(change, { maxLength: 3, size: 'max' }))
    .map(([text, changes]) =>
      changes.reduce((changing, { at, what, by }) => {
        const index = changing.length === 0 ? 0 : at % changing.length
        const [before, after] = [changing.slice(0, index), changing.slice(index + 1)]
        if (what === 'replace') return `${before}${by.slice(0, 50)}${after}`
        if (what === 'drop') return `${before}${after}`
        if (what === 'double') return `${changing}${changing}`
        return before
      }, text),
    )
}

/** The same within what is packed in ids and cursors. */
export function mutatedInside(texts: readonly string[]): fc.Arbitrary<string> {
  const inner = texts.map(text => Buffer.from(text, 'base64url').toString('latin1'))
  return mutated(inner).map(text => Buffer.from(text, 'latin1').toString('base64url'))
}
