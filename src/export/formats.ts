import { stringify } from 'csv-stringify/sync'
import { COLUMNS, type Row } from './rows.ts'

/** The forms that an export can be written in. */
export const FORMATS = ['jsonl', 'csv'] as const
export type Format = (typeof FORMATS)[number]

/** How rows become text. */
export interface RowWriter {
  /** What stands before the first row. */
  readonly head: string
  /** Whole lines, the last one ended as well. */
  write(rows: readonly Row[]): string
}

const CSV = { columns: [...COLUMNS], escape_formulas: true }

export const ROW_WRITERS: Readonly<Record<Format, RowWriter>> = {
  jsonl: {
    head: '',
    write: rows => rows.map(row => `${JSON.stringify(row)}\n`).join(''),
  },
  csv: {
    head: `${COLUMNS.join(',')}\n`,
    write: rows => stringify(rows.map(toCells), CSV),
  },
}

function toCells(row: Row): Record<string, string> {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, toCell(value)]))
}

/** Lists and objects are JSON. csv-stringify leaves out the line feed, which OWASP names among what can begin a formula. */
function toCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'string') return value.startsWith('\n') ? `'${value}` : value
  return JSON.stringify(value)
}
