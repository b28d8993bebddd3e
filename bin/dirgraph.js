#!/usr/bin/env node
// Plain JavaScript that even an old Node reads, so that it can say what it needs.
import { existsSync } from 'node:fs'

const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(`dirgraph needs Node 22.19 or newer; this is ${process.version}.\n`)
  process.exit(1)
}

// By this graphql and others leave out checks that are for development; it has to stand before they are loaded.
process.env.NODE_ENV ??= 'production'

// What is written into a file or to another program has no colours, unless that is asked for.
if (!process.stdout.isTTY && !process.env.FORCE_COLOR) process.env.NO_COLOR ??= '1'

// In a checkout the TypeScript runs as it is; the package holds what was built of it.
const source = new URL('../src/cli.ts', import.meta.url)
await import(existsSync(source) ? source.href : new URL('../dist/cli.js', import.meta.url).href)
