import { readFileSync } from 'node:fs'
import { printSchema } from 'graphql'
import { expect, test } from 'vitest'
import { schema } from '../src/schema/index.ts'

test('schema.graphql is what the code prints; `npm run schema` brings it up to date', () => {
  const committed = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8')
  expect(committed).toBe(`${printSchema(schema)}\n`)
})
