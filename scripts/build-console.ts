import { execFileSync } from 'node:child_process'
import { globSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const CONSOLE = fileURLToPath(new URL('../console', import.meta.url))

function run(program: string, ...args: string[]): void {
  execFileSync(`../node_modules/.bin/${program}`, args, {
    cwd: CONSOLE,
    // Whoever builds for a test has another, with which React would be the one for its developers.
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

// Relay adds to the file, and writes only what has changed: begun anew, it holds the documents of today and all of them.
for (const folder of globSync('src/**/__generated__', { cwd: CONSOLE }))
  rmSync(`${CONSOLE}/${folder}`, { recursive: true })
writeFileSync(new URL('../console/documents.json', import.meta.url), '{}\n')
run('relay-compiler', 'relay.config.json')
if (!process.argv.includes('--types-only')) run('vite', 'build', '--logLevel', 'warn')
