import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../test/support/free-port.ts'
import { spawnBound } from './spawn-bound.ts'

/** The command, as a process that may be ended and started again at the same address. */
export interface Replica {
  /** Without a path. */
  readonly url: string
  /** Of the process that runs now; null while none does. */
  pid(): number | null
  start(): Promise<void>
  /** Sends the signal, and gives back the exit code: null where the signal itself has ended it. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>
  /** What it holds of the machine's memory, in bytes; null while it does not run. */
  residentBytes(): Promise<number | null>
  /** How often it has logged what, from `warn` on, over all its processes. */
  readonly logged: ReadonlyMap<string, number>
  /** When it used Redis no more, or again, by `performance.now()`. */
  readonly turns: readonly RedisTurn[]
}

/** `isUp` is false from the moment at which it works alone. */
export interface RedisTurn {
  readonly atMs: number
  readonly isUp: boolean
}

const PROGRAM = fileURLToPath(new URL('../../bin/dirgraph.js', import.meta.url))
/** As `npm start` and the image run it. */
const NODE_OPTIONS = ['--min-semi-space-size=16', '--max-semi-space-size=16', '--no-concurrent-recompilation']
const STARTING_MS = 30_000
const ALONE = 'Redis can not be used'
const TOGETHER = 'Redis can be used again'
const LEVELS: Readonly<Record<number, string>> = { 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' }

/** Starts one with those settings, as its environment. */
export async function startReplica(settings: Readonly<Record<string, string>>): Promise<Replica> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const logged = new Map<string, number>()
  const turns: RedisTurn[] = []
  let child: ChildProcess | null = null

  async function start(): Promise<void> {
    const started = await spawnBound(process.execPath, [...NODE_OPTIONS, PROGRAM], {
      env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'info', ...settings },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    child = started
    if (started.stderr)
      createInterface({ input: started.stderr }).on('line', line => {
        const text = toText(line)
        const atMs = performance.now()
        if (text.includes(ALONE)) turns.push({ atMs, isUp: false })
        if (text.includes(TOGETHER)) turns.push({ atMs, isUp: true })
        if (!text.startsWith('info')) logged.set(text, (logged.get(text) ?? 0) + 1)
      })
    const untilMs = performance.now() + STARTING_MS
    while (!(await isServing(url))) {
      if (started.exitCode !== null || performance.now() > untilMs) {
        throw new Error(`a replica did not start: ${[...logged.keys()].join(' / ')}`)
      }
      await wait(50)
    }
  }

  await start()
  return {
    url,
    logged,
    turns,
    pid: () => child?.pid ?? null,
    start,
    async end(signal) {
      if (child === null) return null
      const ended = once(child, 'exit')
      child.kill(signal)
      child = null
      const [code] = (await ended) as [number | null]
      return code
    },
    async residentBytes() {
      if (child === null) return null
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
      const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
      return kibibytes === undefined ? null : Number(kibibytes) * 1_024
    },
  }
}

function isServing(url: string): Promise<boolean> {
  return fetch(`${url}/health`, { signal: AbortSignal.timeout(1_000) }).then(
    response => response.ok,
    () => false,
  )
}

/** What tells lines of one kind from others: times and ids left out. */
function toText(line: string): string {
  try {
    const { level, msg, provider, reason, error } = JSON.parse(line)
    const details = [provider, reason, error?.name].filter(detail => detail !== undefined)
    return [LEVELS[level] ?? level, msg, ...details].join(' · ')
  } catch {
    return line.slice(0, 200)
  }
}
