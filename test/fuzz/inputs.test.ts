import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { anyText, holds, mutated, mutatedInside, NASTY_TEXTS } from './fuzz.ts'
import { startTarget, type Target, WHO } from './start-target.ts'

let target: Target
beforeAll(async () => {
  target = await startTarget('scalekit')
})
afterEach(() => target.checkTraces())
afterAll(() => target.stop())

const who = fc.constantFrom(...WHO)

/** A variable for each kind of input that reading has. */
const EVERY_INPUT = `query(
  $id: ID!, $ids: [ID!]!, $first: Int, $after: String, $email: String!, $since: DateTime,
  $by: DirectoryBy!, $of: OrganizationBy!, $filter: OrganizationFilter, $users: DirectoryUserFilter
) {
  node(id: $id) { id ... on Directory { users(first: $first, after: $after, filter: $users) { nodes { id email } } } }
  nodes(ids: $ids) { id }
  organization(by: $of) { id name }
  organizations(first: $first, after: $after, filter: $filter) { nodes { id name } }
  directories(filter: { organizationId: $id, search: $email }) { nodes { id } }
  directory(by: $by) { id users(filter: { email: $email, updatedAfter: $since }) { nodes { id } } }
  directoryUsersByEmail(email: $email) { id }
}`

const NAMES = ['id', 'ids', 'first', 'after', 'email', 'since', 'by', 'of', 'filter', 'users'] as const

function anyVariable(): fc.Arbitrary<unknown> {
  const { ids, cursors, texts } = target.vocabulary
  const known = fc.constantFrom(...ids, ...cursors, ...texts)
  const key = fc.oneof(
    fc.constantFrom('id', 'workosId', 'scalekitId', 'scalekit', 'provider', 'search', 'email', 'groupId'),
    fc.constantFrom('__proto__', 'constructor', 'toString', 'then', ''),
  )
  const object = fc
    .array(fc.tuple(key, fc.oneof(known, anyText, fc.integer(), fc.constant(null))))
    .map(fromEntries)
  return fc.oneof(
    known,
    fc.jsonValue({ maxDepth: 4 }),
    object,
    fc.array(known, { maxLength: 120 }),
    fc.constantFrom(0, -0, -1, 101, 2 ** 31, 1e308, true, null, [], {}),
    anyText,
    fc.integer({ min: 10, max: 20_000 }).map(deep),
  )
}

/** With `__proto__` as a name like any other, as JSON has it. */
function fromEntries(entries: readonly (readonly [string, unknown])[]): unknown {
  return JSON.parse(
    `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`,
  )
}

/** Lists in lists, as text: so deep a value could not be written by recursion. */
class Raw {
  readonly json: string
  constructor(json: string) {
    this.json = json
  }
}
const deep = (depth: number) => new Raw(`${'['.repeat(depth)}${']'.repeat(depth)}`)
const toJson = (value: unknown) => (value instanceof Raw ? value.json : (JSON.stringify(value) ?? 'null'))

describe('whatever somebody sends in', { timeout: 240_000 }, () => {
  test('variables is answered or refused', async () => {
    const names = fc.oneof(fc.constantFrom(...NAMES), fc.constantFrom('__proto__', 'constructor', 'nope', ''))
    const changes = fc.array(fc.tuple(names, anyVariable()), { minLength: 1, maxLength: 4 })
    const { ids } = target.vocabulary
    await holds('variables', fc.record({ changes, who }), ({ changes, who }) => {
      const fitting = {
        id: ids[1],
        ids: ids.slice(0, 3),
        email: target.app.sandbox.data.known.sharedEmail,
        by: { id: ids[3] },
        of: { id: ids[1] },
      }
      const variables = [...Object.entries(fitting), ...changes]
      const written = variables.map(([name, value]) => `${JSON.stringify(name)}:${toJson(value)}`)
      return target.checkOperation(
        `{"query":${JSON.stringify(EVERY_INPUT)},"variables":{${written.join(',')}}}`,
        who,
      )
    })
  })

  test('an id is answered or refused', async () => {
    const { ids } = target.vocabulary
    const packed = fc.constantFrom(
      'Organization:workos:',
      'Directory:workos:org_1:',
      'Directory:scalekit:org_1:',
    )
    const id = fc.oneof(
      mutated(ids),
      mutatedInside(ids.filter(one => one.length > 40)),
      fc.constantFrom(...ids),
      anyText,
      fc.tuple(packed, anyText).map(([head, text]) => Buffer.from(head + text).toString('base64url')),
      fc.constantFrom(...NASTY_TEXTS).map(text => `org_${text}`),
    )
    const query = `query($id: ID!) {
      node(id: $id) { __typename id }
      nodes(ids: [$id, $id]) { id }
      organization(by: { id: $id }) { id }
      workos: organization(by: { workosId: $id }) { id }
      scalekit: organization(by: { scalekitId: $id }) { id }
      directory(by: { id: $id }) { id }
      atWorkos: directory(by: { workosId: $id }) { id }
      atScalekit: directory(by: { scalekit: { organizationId: $id, directoryId: $id } }) { id }
      directories(filter: { organizationId: $id }) { nodes { id } }
    }`
    await holds('ids', fc.record({ id, who }), ({ id, who }) =>
      target.checkOperation({ query, variables: { id } }, who),
    )
    for (const { path } of target.app.sandbox.calls) expect(path).toMatch(/^[/\w-]+$/)
  })

  test('a cursor is answered or refused', async () => {
    const { cursors } = target.vocabulary
    const fingerprints = cursors.filter(one => one.length > 20)
    const inner = fc.oneof(
      anyText,
      fc.json({ maxDepth: 2 }),
      fc.constantFrom('workos:', 'scalekit!', 'workos!'),
    )
    // As the list itself would seal it, so that what is inside gets as far as the adapters.
    const sealed = fc.tuple(fc.constantFrom(...fingerprints), inner).map(([cursor, text]) => {
      const [version, list] = JSON.parse(Buffer.from(cursor, 'base64url').toString())
      return Buffer.from(JSON.stringify([version, list, text])).toString('base64url')
    })
    const cursor = fc.oneof(
      sealed,
      mutated(cursors),
      mutatedInside(fingerprints),
      fc.constantFrom(...cursors),
      anyText,
    )
    const first = fc.integer({ min: 1, max: 5 })
    const directory = target.vocabulary.ids.findLast(id =>
      Buffer.from(id, 'base64url').toString().startsWith('Directory:'),
    )
    const query = `query($cursor: String!, $first: Int!, $id: ID!) {
      organizations(first: $first, after: $cursor) { nodes { id } pageInfo { endCursor } }
      back: organizations(last: $first, before: $cursor) { nodes { id } }
      directories(first: $first, after: $cursor) { nodes { id } }
      node(id: $id) { ... on Directory {
        users(first: $first, after: $cursor) { nodes { id } }
        back: users(last: $first, before: $cursor) { nodes { id } }
        groups(first: $first, after: $cursor) { nodes { id } }
      } }
    }`
    await holds('cursors', fc.record({ cursor, first, who }), ({ cursor, first, who }) =>
      target.checkOperation({ query, variables: { cursor, first, id: directory } }, who),
    )
  })
})
