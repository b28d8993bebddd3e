import { expect, test } from 'vitest'
import { ROW_WRITERS } from '../../src/export/formats.ts'
import { COLUMNS } from '../../src/export/rows.ts'
import { parseCsv } from './parse-csv.ts'

const FORMULAS = ['=1+1', '+49 30 1234', '-5', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠x']
const HARMLESS = ['Ana', "O'Hara", '1-2', 'a=b', '"quoted", and more', 'two\nlines', ' =1', '王 小明']

test('CSV takes from every text the power to begin a formula, and leaves the others as they are', () => {
  const { head, write } = ROW_WRITERS.csv
  const texts = [...FORMULAS, ...HARMLESS]
  const rows = parseCsv(head + write(texts.map(name => ({ type: 'user', name }))))
  expect(rows.map(({ name }) => name)).toEqual([...FORMULAS.map(text => `'${text}`), ...HARMLESS])
})

test('CSV has a cell for each column, with lists and objects as JSON and nothing for null', () => {
  const { head, write } = ROW_WRITERS.csv
  const createdAt = new Date('2026-01-02T03:04:05.678Z')
  const row = {
    type: 'user',
    email: null,
    emails: ['=a@b.c'],
    enabled: false,
    totalUsers: 0,
    rawAttributes: { a: '"' },
    createdAt,
  }
  const [read = {}] = parseCsv(head + write([row]))
  expect(Object.keys(read)).toEqual([...COLUMNS])
  const filled = Object.fromEntries(Object.entries(read).filter(([, cell]) => cell !== ''))
  expect(filled).toEqual({
    type: 'user',
    emails: '["=a@b.c"]',
    enabled: 'false',
    totalUsers: '0',
    rawAttributes: '{"a":"\\""}',
    createdAt: '2026-01-02T03:04:05.678Z',
  })
})

test('nothing is written for no rows', () => {
  expect(ROW_WRITERS.csv.write([])).toBe('')
  expect(ROW_WRITERS.jsonl.write([])).toBe('')
})
