import { readFileSync } from 'node:fs'
import { defineCommand, runMain } from 'citty'
import { createDirgraph, type DirgraphSettings } from './app.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { type Listener, listen } from './server/listen.ts'

const GRACE_MS = 10_000

const TRY = `{ organizations(first: 3) { nodes { name provider directories { nodes { name state } } } } }`

/** Starts the API, on the built-in sandbox where no provider is set up, and stops it on SIGINT and SIGTERM. */
async function serve(): Promise<void> {
  const config = readConfig()
  for (const warning of config.warnings) say(`Warning: ${warning}`)
  const { settings, stop: stopSandbox } = await chooseProviders(config)
  const dirgraph = createDirgraph({ ...settings, graphiql: config.graphiql, logLevel: config.logLevel })
  const listener = await listen(dirgraph.fetch, config)
  greet(config, listener)

  let isStopping = false
  const stop = async () => {
    // A second signal does not wait for answers under way.
    if (isStopping) process.exit(1)
    isStopping = true
    await listener.close(GRACE_MS)
    await dirgraph.stop()
    await stopSandbox()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

/** The sandbox is loaded only where it is used: its people come from a package of ten megabytes. */
async function chooseProviders(
  config: Config,
): Promise<{ settings: DirgraphSettings; stop: () => Promise<void> }> {
  if (!config.isSandbox)
    return { settings: { workos: config.workos, scalekit: config.scalekit }, stop: async () => {} }
  const { startSandbox } = await import('./sandbox/sandbox.ts')
  const { workos, scalekit, stop } = await startSandbox()
  return { settings: { workos: { apiKey: workos.apiKey, apiUrl: workos.url }, scalekit }, stop }
}

function greet(config: Config, { url }: Listener): void {
  const providers = [config.workos && 'WorkOS', config.scalekit && 'Scalekit'].filter(Boolean).join(' and ')
  say(
    config.isSandbox
      ? 'dirgraph runs on its built-in sandbox: WorkOS and Scalekit with made-up people. Nothing leaves this machine.'
      : `dirgraph reads ${providers}.`,
  )
  say(`\n  GraphQL    ${url}/graphql`)
  if (config.graphiql) say(`  GraphiQL   ${url}/graphql   (in a browser)`)
  say(`\nTry:\n  curl ${url}/graphql -H 'content-type: application/json' \\\n    -d '{"query":"${TRY}"}'\n`)
}

/** For people; logs go to standard error. */
function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function fail(error: unknown): never {
  const lines = error instanceof ConfigError ? error.mistakes : [readable(error)]
  for (const line of lines) process.stderr.write(`${line}\n`)
  process.exit(1)
}

function readable(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return 'PORT is in use by another program; set PORT to a free one.'
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'HOST is no address of this machine.'
  if (code === 'EACCES') return 'PORT may not be used by this account; set PORT to 1024 or above.'
  return `dirgraph could not start: ${message}`
}

const { version, description } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

await runMain(
  defineCommand({
    meta: { name: 'dirgraph', version, description },
    run: () => serve().catch(fail),
  }),
)
