import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/dirgraph.js', import.meta.url))

/** No limit that a test reaches by accident. */
const NO_LIMITS = {
  WORKOS_REQUESTS_PER_MINUTE: '100000',
  WORKOS_DIRECTORY_USERS_PER_SECOND: '1000',
  SCALEKIT_REQUESTS_PER_SECOND: '10000',
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ExportChild {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

/** Starts `dirgraph export` against a sandbox, `under` another program if need be; it ends with the test at the latest. */
export function startExport(
  sandbox: Pick<Sandbox, 'workos' | 'scalekit'>,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  under: readonly string[] = [],
): ExportChild {
  const [program = '', ...words] = [...under, process.execPath, PROGRAM, 'export', ...args]
  const child = spawn(program, words, {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: join(tmpdir(), 'dirgraph-compile-cache'),
      LOG_LEVEL: 'silent',
      WORKOS_API_KEY: sandbox.workos.apiKey,
      WORKOS_API_URL: sandbox.workos.url,
      SCALEKIT_ENVIRONMENT_URL: sandbox.scalekit.environmentUrl,
      SCALEKIT_CLIENT_ID: sandbox.scalekit.clientId,
      SCALEKIT_CLIENT_SECRET: sandbox.scalekit.clientSecret,
      ...NO_LIMITS,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
    })
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }))
  return { child, ended }
}

/** The same, to its end. */
export function runExport(...asked: Parameters<typeof startExport>): Promise<Ended> {
  return startExport(...asked).ended
}

/** The command that goes on with the one of those words, as it tells itself. */
export function resumeCommand(args: readonly string[]): string {
  return `node bin/dirgraph.js export ${args.join(' ')} --resume`
}

/** A folder of its own that is gone after the test. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dirgraph-export-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
