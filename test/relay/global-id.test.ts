import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EntityKey, EntityKind } from '../../src/domain/entity-key.ts'
import { InvalidInputError } from '../../src/domain/provider-error.ts'
import { parseGlobalId, parseGlobalIdOf, toGlobalId } from '../../src/relay/global-id.ts'

const ORGANIZATION = 'workos:org_01GPZBVZ003BR1W8V87YCJSQJ2'
const DIRECTORY = 'scalekit:org_30955176550107733:dir_30955182550107770'
const KEYS: readonly (readonly [EntityKind, string])[] = [
  ['Organization', ORGANIZATION],
  ['Directory', DIRECTORY],
  ['Directory', 'workos:-:directory_1'],
  ['DirectoryUser', `${DIRECTORY}:diruser_1`],
  ['DirectoryGroup', `${DIRECTORY}:dirgroup_1`],
]

const encode = (text: string | Uint8Array) => Buffer.from(text).toString('base64url')

describe('a global id', () => {
  test.each(KEYS)('of a %s leads back to its key', (kind, key) => {
    const id = toGlobalId(kind, key)
    expect(id).toMatch(/^[A-Za-z0-9_-]+$/)
    expect(parseGlobalId(id, 'id')).toEqual({ kind, key })
    expect(parseGlobalIdOf(kind, id, 'id')).toBe(key)
  })

  test.each(KEYS)('of a %s is refused where another kind is wanted', (kind, key) => {
    const wanted = kind === 'Directory' ? 'Organization' : 'Directory'
    expect(() => parseGlobalIdOf(wanted, toGlobalId(kind, key), 'directoryId')).toThrow(
      expect.objectContaining({ field: 'directoryId', code: 'BAD_USER_INPUT' }),
    )
  })

  test('with standard base64 and padding is the same id', () => {
    const id = Buffer.from(`Organization:${ORGANIZATION}`).toString('base64')
    expect(parseGlobalId(id, 'id')).toEqual({ kind: 'Organization', key: ORGANIZATION as EntityKey })
  })

  test.each([
    ['nothing', ''],
    ['no base64', '§'],
    ['a plain id', 'org_01GPZBVZ003BR1W8V87YCJSQJ2'],
    ['no kind', encode(ORGANIZATION)],
    ['an unknown kind', encode(`Secret:${ORGANIZATION}`)],
    ['a kind of another case', encode(`organization:${ORGANIZATION}`)],
    ['a property of every object as kind', encode(`constructor:${ORGANIZATION}`)],
    ['a kind alone', encode('Organization')],
    ['a kind with a colon alone', encode('Organization:')],
    ['an unknown provider', encode('Organization:okta:org_1')],
    ['no provider', encode('Organization::org_1')],
    ['a provider alone', encode('Organization:workos:')],
    ['a part too few', encode(`Directory:${ORGANIZATION}`)],
    ['a part too many', encode(`Organization:${DIRECTORY}`)],
    ['an empty part', encode('Directory:workos::directory_1')],
    ['dots', encode('Organization:workos:..')],
    ['a single dot', encode('Directory:workos:.:directory_1')],
    ['encoded dots', encode('Organization:workos:%2e%2e')],
    ['a slash', encode('Organization:workos:org_1/../org_2')],
    ['a backslash', encode('Organization:workos:org_1\\org_2')],
    ['a query', encode('Organization:workos:org_1?limit=1')],
    ['a fragment', encode('Organization:workos:org_1#x')],
    ['a space', encode('Organization:workos:org_1 ')],
    ['a line break at the end', encode('Organization:workos:org_1\n')],
    ['NUL', encode('Organization:workos:org_1\0')],
    ['any organization', encode('Directory:workos:*:directory_1')],
    ['letters that only look like ours', encode('Organization:workos:оrg_1')],
    ['a part that is too long', encode(`Organization:workos:${'x'.repeat(65)}`)],
    ['bytes that are no UTF-8', encode(new Uint8Array([0xff, 0xfe, 0x3a]))],
    ['ten kilobytes', encode(`Organization:workos:${'x'.repeat(10_240)}`)],
    ['ten kilobytes of nothing', 'A'.repeat(10_240)],
  ])('of %s is refused by the name of its argument', (_title, id) => {
    expect(() => parseGlobalId(id, 'by.id')).toThrow(InvalidInputError)
    expect(() => parseGlobalId(id, 'by.id')).toThrow(expect.objectContaining({ field: 'by.id' }))
  })

  test('that is any text at all is refused and never anything else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string().map(encode)), text => {
        expect(() => parseGlobalId(text, 'id')).toThrow(InvalidInputError)
      }),
      { numRuns: 200 },
    )
  })
})
