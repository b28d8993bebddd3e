import { type ChildProcess, execFile, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** What a child can be asked, by name, with what it answers. */
export type Questions<Q> = { [Name in keyof Q]: () => unknown }

/** A process of ours with a job of its own, so that its time and memory are not ours. */
export interface Child<Hello, Q extends Questions<Q>> {
  /** What it said when it was ready. */
  readonly hello: Hello
  ask<Name extends keyof Q & string>(question: Name): Promise<ReturnType<Q[Name]>>
  stop(): Promise<void>
}

/** What children and parent tell each other. */
export type FromParent = { readonly id: number; readonly question: string }
export type FromChild =
  | { readonly hello: unknown }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: string }

/** How a child is started, beyond what is asked of it. */
export interface ChildOptions {
  readonly nodeOptions?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

const GRACE_MS = 2_000
const BENCH = new URL('..', import.meta.url)
const COMPILER = new URL('../node_modules/.bin/tsc', BENCH)

const running = new Set<ChildProcess>()

/** Compiles what children run, as a package is: Node's own reading of TypeScript takes 30 MiB. */
export async function buildChildren(): Promise<void> {
  await promisify(execFile)(fileURLToPath(COMPILER), ['-p', fileURLToPath(BENCH)])
}

/**
 * Starts what was built of a TypeScript file as a process; it reads its settings with `readSettings` and answers with
 * `answerParent`. It ends when this process does, however that comes about, since its channel closes with us.
 */
export async function startChild<Hello, Q extends Questions<Q>>(
  entry: URL,
  settings: unknown,
  { nodeOptions = [], environment = {} }: ChildOptions = {},
): Promise<Child<Hello, Q>> {
  const name = entry.href.slice(BENCH.href.length).replace(/\.ts$/, '.js')
  const built = new URL(`dist/bench/${name}`, BENCH)
  const child = fork(fileURLToPath(built), [JSON.stringify(settings)], {
    execArgv: [...nodeOptions],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // As the command does.
    env: { ...process.env, NODE_ENV: 'production', ...environment },
  })
  running.add(child)
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  const ready = Promise.withResolvers<unknown>()
  let asked = 0

  child.on('message', (message: FromChild) => {
    if ('hello' in message) return ready.resolve(message.hello)
    const answer = waiting.get(message.id)
    waiting.delete(message.id)
    if ('error' in message) answer?.reject(new Error(message.error))
    else answer?.resolve(message.answer)
  })
  child.once('exit', (code, signal) => {
    running.delete(child)
    const gone = new Error(`${name} ended with ${signal ?? `code ${code}`}`)
    ready.reject(gone)
    for (const answer of waiting.values()) answer.reject(gone)
  })

  return {
    hello: (await ready.promise) as Hello,
    ask(question) {
      asked += 1
      const answer = Promise.withResolvers<unknown>()
      waiting.set(asked, answer)
      child.send({ id: asked, question } satisfies FromParent)
      return answer.promise as Promise<ReturnType<Q[typeof question]>>
    },
    stop: () => stop(child),
  }
}

/** Stops whatever still runs, after a failure for instance. */
export async function stopChildren(): Promise<void> {
  await Promise.all([...running].map(stop))
}

async function stop(child: ChildProcess): Promise<void> {
  if (!running.has(child)) return
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  if (child.connected) child.disconnect()
  await exited
  clearTimeout(timer)
}
