import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { spawnBound } from './spawn-bound.ts'

/** A real Redis on loopback, which keeps nothing on disk, as the one of `deploy/compose.yaml`: it comes back empty. */
export interface RedisServer {
  readonly url: string
  /** Lets it accept connections and say nothing, until `thaw`. */
  freeze(): void
  thaw(): void
  /** Ends it as kill -9 does, until `start`. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Ends it and removes its files. */
  stop(): Promise<void>
}

const STARTING_MS = 10_000

/** Starts one; rejects where there is no `redis-server`, or it does not answer. */
export async function startRedisServer(): Promise<RedisServer> {
  const port = await freePort()
  const directory = await mkdtemp(join(tmpdir(), 'dirgraph-soak-'))
  let child: ChildProcess | null = null

  async function start(): Promise<void> {
    const address = ['--bind', '127.0.0.1', '--port', String(port), '--dir', directory]
    const options = ['--save', '', '--appendonly', 'no']
    child = await spawnBound('redis-server', [...address, ...options], { stdio: 'ignore' })
    const untilMs = performance.now() + STARTING_MS
    while (!(await answers(port))) {
      if (performance.now() > untilMs) throw new Error('redis-server does not answer')
      await wait(50)
    }
  }

  async function kill(): Promise<void> {
    if (child === null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    child = null
  }

  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    kill,
    start,
    async stop() {
      await kill()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Whether it is there and has read what it had kept. */
function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    const end = (isThere: boolean) => {
      socket.destroy()
      resolve(isThere)
    }
    socket.setTimeout(500, () => end(false))
    socket.on('error', () => end(false))
    socket.on('data', answer => end(String(answer).startsWith('+PONG')))
  })
}
