import { parseArgs } from 'node:util'
import { FORMATS, type Format } from './formats.ts'
import type { Selection } from './selection.ts'

/** What an export is asked for. */
export interface ExportOptions {
  readonly selection: Selection
  readonly format: Format
  /** A path; `-` is standard output. */
  readonly output: string
  readonly isResuming: boolean
  readonly isQuiet: boolean
  readonly patienceMs: number
}

/** The command was not written as it has to be; the message says how. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Every option with its kind; the command's help describes the same ones. */
export const OPTIONS = {
  organization: { type: 'string' },
  directory: { type: 'string' },
  all: { type: 'boolean' },
  format: { type: 'string' },
  output: { type: 'string' },
  resume: { type: 'boolean' },
  quiet: { type: 'boolean' },
  'retry-max-time': { type: 'string' },
} as const
type Name = keyof typeof OPTIONS

const DEFAULT_PATIENCE_SECONDS = '300'
const MAX_PATIENCE_SECONDS = 86_400

/** Reads the words behind `export`. Throws `UsageError` for one that is unknown, missing, doubled or without its value. */
export function readOptions(words: readonly string[]): ExportOptions {
  const given = new Map<Name, string>()
  const { tokens } = parseArgs({ args: [...words], options: OPTIONS, strict: false, tokens: true })
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue
    if (token.kind === 'positional')
      throw new UsageError(`What is \`${shortened(token.value)}\` for? Options begin with --.`)
    const { name, rawName, value } = token
    if (!isName(name) || !rawName.startsWith('--'))
      throw new UsageError(`There is no option ${shortened(rawName)}.`)
    if (given.has(name)) throw new UsageError(`${rawName} is given twice.`)
    const isFlag = OPTIONS[name].type === 'boolean'
    if (isFlag && value !== undefined) throw new UsageError(`${rawName} takes no value.`)
    if (!isFlag && !value) throw new UsageError(`${rawName} needs a value.`)
    given.set(name, value ?? '')
  }
  const format = FORMATS.find(one => one === given.get('format'))
  if (format === undefined) throw new UsageError('--format has to be jsonl or csv.')
  const output = given.get('output')
  if (output === undefined) throw new UsageError('--output has to be a file, or - for standard output.')
  return {
    selection: toSelection(given),
    format,
    output,
    isResuming: given.has('resume'),
    isQuiet: given.has('quiet'),
    patienceMs: toMs(given.get('retry-max-time') ?? DEFAULT_PATIENCE_SECONDS),
  }
}

function toSelection(given: ReadonlyMap<Name, string>): Selection {
  const wanted = (['organization', 'directory', 'all'] as const).filter(name => given.has(name))
  const [of] = wanted
  if (of === undefined || wanted.length > 1)
    throw new UsageError('Give one of --organization, --directory and --all, to say what is to be exported.')
  return of === 'all' ? { of } : { of, id: given.get(of) ?? '' }
}

function toMs(seconds: string): number {
  if (/^\d{1,5}$/.test(seconds) && Number(seconds) <= MAX_PATIENCE_SECONDS) return Number(seconds) * 1_000
  throw new UsageError(`--retry-max-time has to be whole seconds, 0 to ${MAX_PATIENCE_SECONDS}.`)
}

function isName(name: string): name is Name {
  return Object.hasOwn(OPTIONS, name)
}

function shortened(text: string): string {
  const printable = text.replace(/\p{C}/gu, '\u{fffd}')
  return printable.length > 40 ? `${printable.slice(0, 40)}…` : printable
}
