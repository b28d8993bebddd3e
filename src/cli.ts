import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { defineCommand, runMain } from 'citty'
import { chooseProviders } from './choose-providers.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { greet } from './greeting.ts'
import { isConsoleBuilt } from './server/console-files.ts'
import { limitHeapGrowth } from './server/heap-growth.ts'
import { type Listener, listen } from './server/listen.ts'
import { createLogger, whenLogIsUnread } from './telemetry/logger.ts'
import { createPooledFetch } from './upstream/pooled-fetch.ts'

/** Beyond the time of an operation, for its answer to get through. */
const ANSWERING_MS = 1_000
/** How long what is open to others, such as a probe of a provider or the last traces, may take once nobody waits. */
const CLOSING_MS = 1_000
const REPEATED_SIGNAL_MS = 500
const PARENT_CHECK_MS = 200

/** Starts the API, on the built-in sandbox where no provider is set up, and stops it on SIGINT and SIGTERM. */
async function serve(): Promise<void> {
  // Until it listens there is nothing to finish.
  let end: () => void = () => process.exit(0)
  whenUnread(() => end())
  const config = readConfig()
  // Here, since an export needs neither the schema nor the server.
  const { createDirgraph } = await import('./app.ts')
  limitHeapGrowth()
  warn(config.warnings)
  const traces = config.traces && (await exportTraces(config, config.traces))
  const { settings, deliverTo, stop: stopSandbox } = await chooseProviders(config)
  const dirgraph = createDirgraph({
    ...config,
    ...settings,
    reportCost: config.isSandbox,
    fetch: createPooledFetch(),
  })
  const listener = await listen(dirgraph.fetch, config).catch((error: unknown) => {
    throw new Error(readable(error, config))
  })

  let stoppingSinceMs: number | null = null
  const stop = async () => {
    // A second signal does not wait for answers under way. Under npm, Ctrl-C arrives twice at once: that is one.
    if (stoppingSinceMs !== null) {
      if (performance.now() - stoppingSinceMs > REPEATED_SIGNAL_MS) process.exit(1)
      return
    }
    stoppingSinceMs = performance.now()
    dirgraph.beginStop()
    listener.drain()
    // Balancers learn from `/ready` to send no more; until they have, a closed door would be a failed request.
    await wait(config.drainMs)
    dirgraph.endSubscriptions()
    await listener.close(config.operationTimeoutMs + ANSWERING_MS)
    setTimeout(() => process.exit(0), CLOSING_MS).unref()
    // None of them has to wait for another one that hangs.
    await Promise.all([dirgraph.stop(), stopSandbox(), traces?.stop()])
  }
  end = () => {
    if (stoppingSinceMs === null) stop()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  if (config.isUnderNpm) stopWithParent(stop)
  deliverTo(addressOf(listener))
  for (const line of greet(config, addressOf(listener), config.console && isConsoleBuilt())) say(line)
}

/** Whoever reads what is said here may have read enough, as `head` has: programs end of that, without a word about it. */
function whenUnread(callBack: () => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      callBack()
    })
  }
  whenLogIsUnread(callBack)
}

/** npm hands SIGTERM to a shell that ends of it without handing it on: so the end of the shell is the signal. */
function stopWithParent(stop: () => Promise<void>): void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    stop()
  }, PARENT_CHECK_MS)
  timer.unref()
}

async function refuse(argument: string): Promise<never> {
  throw new Error(
    `dirgraph does not know \`${argument}\`: it takes its settings from the environment. \`dirgraph --help\` lists its commands.`,
  )
}

/** OpenTelemetry's SDK is loaded only where it is used: whoever wants no traces shall not wait for it. */
async function exportTraces({ logLevel }: Config, settings: NonNullable<Config['traces']>) {
  const { exportTraces } = await import('./telemetry/export-traces.ts')
  return exportTraces(settings, createLogger(logLevel))
}

/** A wildcard is where to listen, not where to go. */
function addressOf({ url }: Listener): string {
  return url.replace(/\/\/(0\.0\.0\.0|\[::\])(?=:)/, '//localhost')
}

/** For people; logs, warnings and mistakes go to standard error. */
function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function warn(warnings: readonly string[]): void {
  for (const warning of warnings) process.stderr.write(`Warning: ${warning}\n`)
}

function fail(error: unknown): never {
  if (error instanceof ConfigError) warn(error.warnings)
  const lines = error instanceof ConfigError ? error.mistakes : [(error as Error).message]
  for (const line of lines) process.stderr.write(`${line}\n`)
  process.exit(1)
}

/** Why it can't listen, in a line. */
function readable(error: unknown, { host, port }: Config): string {
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'EADDRINUSE':
      return `PORT ${port} is in use by another program; set PORT to a free one.`
    case 'EACCES':
      return `PORT ${port} may not be used by this account; set PORT to 1024 or above.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST ${host} is no address of this machine.`
    default:
      return `dirgraph could not start: ${message}`
  }
}

const { version, description } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** What may stand behind the command's name; all else would be settings. */
const WORDS: ReadonlySet<string> = new Set(['export', '--help', '-h', '--version', '-v'])
const [word = ''] = process.argv.slice(2)

if (word !== '' && !WORDS.has(word)) await refuse(word).catch(fail)
await runMain(
  defineCommand({
    meta: {
      name: 'dirgraph',
      version,
      description: `${description}. Without a command it starts the server`,
    },
    subCommands: { export: () => import('./export-command.ts').then(({ exportCommand }) => exportCommand) },
    // citty runs this after a command below it as well.
    run: ({ rawArgs }) => (rawArgs.length === 0 ? serve().catch(fail) : undefined),
  }),
)
