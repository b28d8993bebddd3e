import { existsSync } from 'node:fs'
import { defineCommand } from 'citty'
import { chooseProviders } from './choose-providers.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { createProviders, credentialsOf, type ProviderSettings } from './create-providers.ts'
import type { DirectoryProvider } from './domain/directory-provider.ts'
import { ProviderError } from './domain/provider-error.ts'
import { ExportError, type Left } from './export/export-error.ts'
import type { Credentials } from './export/fingerprint.ts'
import { openOutput, readable } from './export/open-output.ts'
import { type ExportOptions, OPTIONS, readOptions, UsageError } from './export/options.ts'
import { createPatientCalls } from './export/patient-calls.ts'
import type { ExportResult } from './export/plan.ts'
import { NO_PROGRESS } from './export/progress.ts'
import { toResumeCommand } from './export/resume-command.ts'
import { runExport } from './export/run-export.ts'
import { showProgress } from './export/show-progress.ts'
import type { Waits } from './export/waits.ts'
import { limitHeapGrowth } from './server/heap-growth.ts'
import { createLogger, type Logger } from './telemetry/logger.ts'
import { createPooledFetch } from './upstream/pooled-fetch.ts'

/** How the command ends. */
const EXIT = { all: 0, failed: 1, usage: 2, part: 3, closed: 141 } as const
/** By convention 128 and the signal's number. */
const EXIT_BY_SIGNAL = { SIGINT: 130, SIGTERM: 143 } as const
const REPEATED_SIGNAL_MS = 500

const DESCRIPTIONS: Readonly<Record<keyof typeof OPTIONS, [description: string, valueHint?: string]>> = {
  organization: ['All directories of an organization: its global id, or its id at its provider.', 'id'],
  directory: ['One directory: its global id, or its id at WorkOS.', 'id'],
  all: ['Every directory of every provider that is set up.'],
  format: ['A JSON object a line, or CSV.', 'jsonl|csv'],
  output: ['Where to write to; - is standard output.', 'file|-'],
  resume: ['Go on where an export to the same file has stopped; begin where there is none.'],
  quiet: ['Show no progress; what fails or is missing is told all the same.'],
  'retry-max-time': ['How long what fails is tried again before it is given up: 300.', 'seconds'],
}

/** `dirgraph export`: writes directories with their groups and users to a file. Ends the process. */
export const exportCommand = defineCommand({
  meta: {
    name: 'export',
    description:
      'Writes directories, groups, and users with their groups to a file. Exit codes: 0 all, 1 nothing, 2 wrong options, 3 a part.',
  },
  args: Object.fromEntries(
    Object.entries(OPTIONS).map(([name, { type }]) => {
      const [description, valueHint = ''] = DESCRIPTIONS[name as keyof typeof OPTIONS]
      return [name, { type, description, valueHint }]
    }),
  ),
  run: async ({ rawArgs }) => process.exit(await exportOrSayWhyNot(rawArgs)),
})

async function exportOrSayWhyNot(words: readonly string[]): Promise<number> {
  let resumeCommand = ''
  try {
    const options = readOptions(words)
    const config = readConfig()
    for (const warning of config.warnings) tell(`Warning: ${warning}`)
    resumeCommand = toResumeCommand(words, process.argv[1] ?? '', config.isUnderNpm)
    return await exportTo(options, config, resumeCommand)
  } catch (error) {
    if (error instanceof UsageError) tell(`${error.message} \`dirgraph export --help\` lists all options.`)
    else if (error instanceof ConfigError) for (const mistake of error.mistakes) tell(mistake)
    else if (error instanceof ExportError) tell(`${error.message}${hintOf(error.left, resumeCommand)}`)
    else if (error instanceof ProviderError) tell(error.message)
    else throw error
    return error instanceof UsageError ? EXIT.usage : EXIT.failed
  }
}

async function exportTo(options: ExportOptions, config: Config, resumeCommand: string): Promise<number> {
  const { selection, format, isResuming, patienceMs } = options
  // Rows on a terminal are to be read there, and a bar would be drawn into them.
  const isQuiet = options.isQuiet || (options.output === '-' && process.stdout.isTTY)
  // Whoever has read enough of the progress, as `head` has, does not end the export.
  process.stderr.on('error', () => {})
  const log = createLogger(config.logLevel)
  // Ahead of the first file, so that a signal leaves none behind that has nothing in it.
  const interruption = new AbortController()
  const signalled = onSignal(() => interruption.abort())
  const order = { selection, format, sources: sourcesOf(config) }
  const output = await openOutput(options.output, order, tenantsOf(config), isResuming)
  const waits: Waits = new Map()
  const ask = createPatientCalls({ signal: interruption.signal, patienceMs, waits })
  const progress = isQuiet ? NO_PROGRESS : showProgress(process.stderr, waits)
  try {
    const result = await withProviders(config, log, provider => {
      interruption.signal.throwIfAborted()
      return runExport({ order, output, provider, ask, progress })
    })
    const left = result.mayComeLater ? await output.leave() : null
    if (left === null) await output.finish()
    progress.stop()
    return report(result, left, options, resumeCommand)
  } catch (error) {
    progress.stop()
    const left = await output.leave().catch(() => null)
    const hint = hintOf(left, resumeCommand)
    const signal = signalled()
    if (signal !== null) {
      if (options.output !== '-') tell(`Stopped.${hint}`)
      return EXIT_BY_SIGNAL[signal]
    }
    if (isClosed(error)) return EXIT.closed
    const why = error instanceof ProviderError ? error : readable(error, options.output)
    if (!(why instanceof Error)) throw error
    const isOurs = why instanceof ExportError || why instanceof ProviderError
    if (!isOurs) log.error({ err: error }, 'export failed')
    tell(`${isOurs ? why.message : 'The export has failed.'}${hint}`)
    return EXIT.failed
  }
}

/** Sets the providers up for as long as they are read. */
async function withProviders<T>(
  config: Config,
  log: Logger,
  read: (provider: DirectoryProvider) => Promise<T>,
): Promise<T> {
  const chosen = await chooseProviders(config)
  try {
    const settings = {
      ...chosen.settings,
      redisUrl: config.redisUrl,
      propagateTraces: config.propagateTraces,
    }
    const { provider, stop } = await connect(settings, log)
    limitHeapGrowth()
    return await read(provider).finally(stop)
  } finally {
    await chosen.stop()
  }
}

/** The same providers as a server's: only answers are not reused, so that all of an export is as it is now. */
async function connect(settings: ProviderSettings, log: Logger) {
  const budgets = settings.redisUrl ? await shareBudgets(settings.redisUrl, settings, log) : null
  const { provider } = createProviders(
    { ...settings, cacheTtlSeconds: 0, fetch: createPooledFetch() },
    { log, shareBudget: budgets?.shareBudget ?? null },
  )
  return { provider, stop: async () => budgets?.stop() }
}

/** The client of Redis is loaded only where it is used. */
async function shareBudgets(url: string, settings: ProviderSettings, log: Logger) {
  const { createSharedBudgets } = await import('./redis/shared-budgets.ts')
  return createSharedBudgets({ url, credentials: credentialsOf(settings), log })
}

/** How to go on with what there is; nothing where there is nothing. */
function hintOf(left: Left | null, resumeCommand: string): string {
  if (left === null) return ''
  return ` ${left.path} holds ${rowsOf(left.rows)}. Go on with: ${resumeCommand}`
}

/** `left` is a part that is not put in place. */
function report(
  { rows, directories, missing }: ExportResult,
  left: Left | null,
  { output, isQuiet }: ExportOptions,
  resumeCommand: string,
): number {
  for (const sentence of missing) tell(`Missing: ${sentence}`)
  const what = `${rowsOf(rows)} of ${directories} ${directories === 1 ? 'directory' : 'directories'}`
  const where = output === '-' ? '' : ` to ${output}`
  if (left !== null) {
    const there = existsSync(output) ? 'is left as it was' : 'is not there yet'
    tell(`${output} ${there}. ${left.path} holds ${what}. Ask for the rest with: ${resumeCommand}`)
  } else if (!isQuiet) tell(`Wrote ${what}${where}.`)
  return missing.length === 0 ? EXIT.all : EXIT.part
}

function rowsOf(rows: number): string {
  return `${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'}`
}

/** Where each provider is read: an export goes on only with what it was begun with. */
function sourcesOf({ isSandbox, workos, scalekit }: Config): Record<string, string> {
  if (isSandbox) return { workos: 'sandbox', scalekit: 'sandbox' }
  return {
    ...(workos && { workos: workos.apiUrl }),
    ...(scalekit && { scalekit: scalekit.environmentUrl }),
  }
}

/** By what each provider's tenant is known: secrets may change within one of Scalekit, keys of WorkOS are all there is. */
function tenantsOf({ isSandbox, workos, scalekit }: Config): Credentials {
  if (isSandbox) return {}
  return { ...(workos && { workos: workos.apiKey }), ...(scalekit && { scalekit: scalekit.clientId }) }
}

/** The first signal ends the export in good order, and a later one at once; under npm, Ctrl-C arrives twice. */
function onSignal(stop: () => void): () => keyof typeof EXIT_BY_SIGNAL | null {
  let first: keyof typeof EXIT_BY_SIGNAL | null = null
  let sinceMs = 0
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (first !== null && performance.now() - sinceMs > REPEATED_SIGNAL_MS)
        process.exit(EXIT_BY_SIGNAL[first])
      if (first !== null) return
      first = signal
      sinceMs = performance.now()
      stop()
    })
  }
  return () => first
}

/** Whoever has read what we write has gone. */
function isClosed(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EPIPE'
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}
