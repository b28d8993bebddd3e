import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SOURCES = ['console/*.*', 'console/{src,public}/**/*.*', 'schema.graphql', 'scripts/build-console.ts']
/** Test files run in processes of their own, and one of them builds for all. */
const LOCK = join(
  tmpdir(),
  `dirgraph-console-${createHash('sha256').update(ROOT).digest('hex').slice(0, 12)}`,
)
const ABANDONED_MS = 120_000

/** Builds the console where it is older than its sources. */
export async function buildConsole(): Promise<void> {
  while (isStale()) {
    if (!takeLock()) {
      await wait(200)
      continue
    }
    try {
      if (isStale())
        execFileSync(process.execPath, ['scripts/build-console.ts'], { cwd: ROOT, stdio: 'pipe' })
    } finally {
      rmSync(LOCK, { recursive: true, force: true })
    }
  }
}

function isStale(): boolean {
  const built = timeOf('dist/console/index.html')
  const sources = globSync(SOURCES, { cwd: ROOT, exclude: isWrittenByBuild })
  return sources.some(path => timeOf(path) > built)
}

function isWrittenByBuild(path: string): boolean {
  return path.includes('__generated__') || path.endsWith('documents.json')
}

function timeOf(path: string): number {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function takeLock(): boolean {
  try {
    mkdirSync(LOCK)
    return true
  } catch {
    const age = Date.now() - (statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > ABANDONED_MS) rmSync(LOCK, { recursive: true, force: true })
    return false
  }
}
