import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { delimiter, join } from 'node:path'
import { freePort } from './free-port.ts'

const program = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap(folder => ['redis-server', 'valkey-server'].map(name => join(folder, name)))
  .find(path => existsSync(path))

/** Why there can be no tests with Redis here; null where there can. */
export function whyNoRedis(): string | null {
  return program ? null : 'no redis-server or valkey-server on the PATH; install one'
}

const running = new Set<ChildProcess>()
// A test that is cut short stops nothing.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export interface RedisServer {
  readonly url: string
  readonly port: number
  /** Takes connections and commands, and answers none: as a machine that hangs. */
  pause(): void
  resume(): void
  /** Ends it at once, with all that it knows. */
  kill(): Promise<void>
  /** Starts it anew on the same port, empty. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** A Redis of its own on a free port, in memory only. */
export async function startRedis(options: readonly string[] = []): Promise<RedisServer> {
  const port = await freePort()
  let child: ChildProcess | null = null

  async function start(): Promise<void> {
    if (program === undefined) throw new Error(`${whyNoRedis()}.`)
    const settings = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...options]
    const started = spawn(program, ['--port', `${port}`, ...settings], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    child = started
    running.add(started)
    started.once('exit', () => running.delete(started))
    let said = ''
    for await (const text of started.stdout) {
      said += text
      if (/ready to accept connections/i.test(said)) break
    }
    if (started.exitCode !== null) throw new Error(`Redis did not start: ${said}`)
  }

  async function kill(): Promise<void> {
    const ending = child
    child = null
    if (ending === null || ending.exitCode !== null) return
    const ended = once(ending, 'exit')
    ending.kill('SIGKILL')
    await ended
  }

  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    kill,
    start,
    stop: kill,
  }
}

export interface RedisProxy {
  readonly url: string
  /** How much later answers arrive than they were sent; infinite for a black hole, old connections and new ones. */
  delayMs: number
  /** Whether what is sent is lost, either way, and nobody is told. */
  isCut: boolean
  /** Breaks the connections there are. */
  break(): void
  stop(): Promise<void>
}

/** A way to a Redis that can be made long, or endless. */
export async function startRedisProxy(port: number): Promise<RedisProxy> {
  const sockets = new Set<Socket>()
  const proxy = { delayMs: 0, isCut: false }
  const server = createServer(near => {
    const far = connect(port, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket)
          near.destroy()
          far.destroy()
        })
    }
    near.on('data', data => proxy.isCut || far.write(data))
    far.on('data', data => {
      const { delayMs, isCut } = proxy
      if (isCut) return
      if (delayMs === 0) near.write(data)
      else if (delayMs !== Number.POSITIVE_INFINITY) setTimeout(() => near.write(data), delayMs)
    })
  })
  return Object.assign(proxy, {
    break() {
      for (const socket of sockets) socket.destroy()
    },
    url: `redis://127.0.0.1:${await listen(server)}`,
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  })
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
