import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { hashOfText } from '../../src/server/text-hash.ts'

test('each text has its own hash, whichever was asked for before it', () => {
  for (const text of ['{ a }', '{ a }', '{ b }', '{ a }', '', 'ü'])
    expect(hashOfText(text)).toBe(createHash('sha256').update(text).digest('hex'))
})
