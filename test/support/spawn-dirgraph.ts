import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../../bin/dirgraph.js', import.meta.url))

/** What Node has compiled once, so that the next process starts with a third less work. */
const NODE_COMPILE_CACHE = join(tmpdir(), 'dirgraph-compile-cache')

const ENVIRONMENT = {
  PATH: process.env.PATH,
  NODE_COMPILE_CACHE,
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'silent',
}

export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningDirgraph {
  /** All that it printed until it was ready. */
  readonly greeting: string
  /** Of `/graphql`, as it was printed. */
  readonly url: string
  readonly pid: number
  /** What it has written to standard error so far. */
  readonly stderr: () => string
  /** Reads no more of its log, as `head` does, and gives back how it ended. */
  leave(): Promise<Run>
  /** Sends SIGTERM, or another signal, and gives back how it ended. */
  stop(signal?: NodeJS.Signals): Promise<Run>
}

export interface SpawnOptions {
  /** The environment, and nothing else of this one but PATH. */
  readonly env?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  /** The Node to run it on; this one unless said otherwise. */
  readonly node?: string
  /** The program; `bin/dirgraph.js` of this checkout unless said otherwise. */
  readonly program?: string
  readonly cwd?: string
  /** Whether nobody reads what it prints. */
  readonly isUnread?: boolean
  /** Whether it starts others, as npm does; those end with the test as well. */
  readonly isGroup?: boolean
}

/**
 * Starts the program and waits for the address that it prints; it ends with the test at the latest. Rejects with its
 * errors when it ends before.
 */
export async function spawnDirgraph(options: SpawnOptions = {}): Promise<RunningDirgraph> {
  const { child, output } = start(options)
  const ended = endOf(child, output)
  await Promise.race([
    new Promise<void>(resolve =>
      child.stdout.on('data', () => /^Try:\n.*\n.*\n\n/m.test(output.stdout) && resolve()),
    ),
    ended.then(({ code, stderr }) => {
      throw new Error(`dirgraph ended with ${code}: ${stderr}`)
    }),
  ])
  const url = /GraphQL +(\S+)/.exec(output.stdout)?.[1]
  if (url === undefined) throw new Error(`no address in: ${output.stdout}`)
  return {
    greeting: output.stdout,
    url,
    pid: child.pid ?? 0,
    stderr: () => output.stderr,
    leave() {
      child.stderr.destroy()
      return ended
    },
    stop(signal = 'SIGTERM') {
      child.kill(signal)
      return ended
    },
  }
}

/** Runs the program until it ends by itself, or with the test. */
export function runDirgraph(options: SpawnOptions = {}): Promise<Run> {
  const { child, output } = start(options)
  if (options.isUnread) child.stdout.destroy()
  return endOf(child, output)
}

type Child = ChildProcessByStdio<null, Readable, Readable>
type Output = { stdout: string; stderr: string }

function start(options: SpawnOptions): { child: Child; output: Output } {
  const { node = process.execPath, program = PROGRAM, args = [], env = {}, cwd, isGroup = false } = options
  const child = spawn(node, [program, ...args], {
    cwd,
    env: { ...ENVIRONMENT, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: isGroup,
  })
  onTestFinished(() => {
    if (isGroup && child.pid !== undefined) killGroup(child.pid)
    else child.kill('SIGKILL')
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  return { child, output }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // All of them have ended.
  }
}

async function endOf(child: Child, output: Output): Promise<Run> {
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...output }
}
