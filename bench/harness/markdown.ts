import { availableParallelism, cpus, totalmem } from 'node:os'

/** A cell: numbers stand on the right. */
export type Cell = string | number

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** A GitHub table; a column whose cells are all numbers, or dashes, is set to the right. */
export function printTable(columns: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const isNumeric = (index: number) =>
    rows.every(row => typeof row[index] === 'number' || /^(?:–|[\d.,]+( .*)?)$/.test(String(row[index])))
  const texts = [columns, ...rows.map(row => row.map(String))]
  const widths = columns.map((_, index) => Math.max(4, ...texts.map(row => [...(row[index] ?? '')].length)))
  const rule = widths.map((width, index) => '-'.repeat(width - 1) + (isNumeric(index) ? ':' : '-'))
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const pad = (text: string, index: number) => {
    const blank = ' '.repeat((widths[index] ?? 0) - [...text].length)
    return isNumeric(index) ? blank + text : text + blank
  }
  const [head = [], ...body] = texts.map(row => line(row.map(pad)))
  print(['', head, line(rule), ...body].join('\n'))
}

/** Three digits that count, whatever the size. */
export function round(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(3))
}

export function toMebibytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024)
}

/** What the figures were measured on. */
export function printMachine(): void {
  const memoryGib = Math.round(totalmem() / 1024 ** 3)
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  print(`- machine: ${availableParallelism()} cores (${model}), ${memoryGib} GiB memory, ${process.platform}`)
  print(`- Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`)
}
