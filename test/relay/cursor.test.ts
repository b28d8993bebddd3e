import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidInputError } from '../../src/domain/provider-error.ts'
import { createCursorSeal, openCursor } from '../../src/relay/cursor.ts'

const LIST = 'users of workos:org_1:directory_1 {"email":"ada@example.com"}'
const sealOfList = createCursorSeal(LIST)

function seal(content: unknown): string {
  return Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)).toString('base64url')
}

function contentOf(sealed: string): unknown[] {
  return JSON.parse(Buffer.from(sealed, 'base64url').toString())
}

describe('a cursor', () => {
  test('gives back whatever an adapter put into it, for the list that issued it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), text => {
        const sealed = sealOfList(text)
        expect(sealed).toMatch(/^[A-Za-z0-9_-]+$/)
        expect(openCursor(sealed, LIST, 'first')).toBe(text)
      }),
      { numRuns: 40 },
    )
  })

  test('opens in the padded form of base64 as well', () => {
    const sealed = Buffer.from(JSON.stringify(contentOf(sealOfList('?>~')))).toString('base64')
    expect(openCursor(sealed, LIST, 'first')).toBe('?>~')
  })

  test('holds neither the name of its list nor a filter’s e-mail address', () => {
    const content = JSON.stringify(contentOf(sealOfList('x')))
    expect(content).not.toMatch(/ada|example|directory_1/)
  })

  const [version, list] = contentOf(sealOfList('x')) as [number, string]

  test.each([
    ['another list', createCursorSeal('users of workos:org_1:directory_2')('x')],
    ['the same list with another filter', createCursorSeal(LIST.replace('ada', 'bob'))('x')],
    ['another version', seal([version + 1, list, 'x'])],
    ['a version that is text', seal([String(version), list, 'x'])],
    ['a cursor that is no text', seal([version, list, 5])],
    ['a cursor that is an object', seal([version, list, { toString: 1 }])],
    ['too little', seal([version, list])],
    ['too much', seal([version, list, 'x', 'y'])],
    ['no array', seal({ 0: version, 1: list, 2: 'x', length: 3 })],
    ['null', seal('null')],
    ['no JSON', seal('users:5')],
    ['bytes that are no UTF-8', Buffer.from([0x5b, 0xff, 0xfe, 0xc3, 0x28]).toString('base64url')],
    [
      'the right form with a byte that is no UTF-8',
      Buffer.concat([Buffer.from(`[${version},"${list}","x`), Buffer.from([0xff, 0x22, 0x5d])]).toString(
        'base64url',
      ),
    ],
    ['half a character', Buffer.from([0x22, 0xe2, 0x82, 0x22]).toString('base64url')],
    ['no base64', '§§§'],
    ['a character beyond Latin-1', '😀'],
    ['a plain id', 'directory_user_01GQ4M38M0VTNMWB1KXZ7EKF70'],
    ['nothing', ''],
    ['NUL', '\0'],
    ['ten kilobytes', sealOfList('x'.repeat(10_240))],
    ['ten kilobytes of nothing', 'A'.repeat(10_240)],
  ])('of %s is refused', (_title, sealed) => {
    for (const [size, field] of [
      ['first', 'after'],
      ['last', 'before'],
    ] as const) {
      const open = () => openCursor(sealed, LIST, size)
      expect(open).toThrow(InvalidInputError)
      expect(open).toThrow(expect.objectContaining({ field, provider: null }))
      expect(open).toThrow(new RegExp(`^\`${field}\``))
    }
  })

  test('that is any text at all is refused and never anything else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json().map(seal)), text => {
        expect(() => openCursor(text, LIST, 'first')).toThrow(InvalidInputError)
      }),
      { numRuns: 200 },
    )
  })
})
