import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ProxySettings {
  /** Where the replicas listen, such as `http://127.0.0.1:4000`; one that is down is tried again at each check. */
  readonly replicas: readonly string[]
  /** How often each is asked for `/ready`; 50 unless said otherwise. */
  readonly checkMs?: number
  /** Keeps connections to the replicas, as most proxies do; off unless asked for. */
  readonly keepAlive?: boolean
}

/** A request that has been sent to a replica. */
export interface Sent {
  readonly replica: string
  /** Its `x-request-id`. */
  readonly requestId: string | undefined
  /** In `performance.now()` milliseconds. */
  readonly sentAtMs: number
}

export interface Proxy {
  /** Where it listens, without a path. */
  readonly url: string
  /** The replicas that were ready when they were last asked. */
  ready(): readonly string[]
  /** Those that are not yet answered to their end. */
  underWay(): readonly Sent[]
  /** Those that their replica has not answered to the end, and whose clients were still there. */
  lost(): readonly Sent[]
  stop(): Promise<void>
}

const MAX_BODY_BYTES = 1_048_576
/** What belongs to one connection, and is not handed on. */
const OF_THE_CONNECTION = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade'])

/**
 * A plain HTTP proxy before replicas, in turn among those that are ready. It streams each answer as it comes, and sends a
 * request to another replica only if the first one has not had it: where the connection could not be made. Where no
 * replica takes it, the answer is 502; where one breaks off, so does the answer. Rejects where it can not listen.
 */
export async function startProxy({
  replicas,
  checkMs = 50,
  keepAlive = false,
}: ProxySettings): Promise<Proxy> {
  const agent = new Agent({ keepAlive })
  const healthy = new Set<string>()
  const underWay = new Set<Sent>()
  const lost: Sent[] = []
  let turn = 0

  async function check(replica: string): Promise<void> {
    const isReady = await fetch(`${replica}/ready`, { signal: AbortSignal.timeout(5_000) }).then(
      async response => {
        await response.body?.cancel()
        return response.status === 200
      },
      () => false,
    )
    if (isReady) healthy.add(replica)
    else healthy.delete(replica)
  }

  const checks = replicas.map(replica => {
    let isOver = false
    let timer: NodeJS.Timeout | undefined
    const again = async () => {
      await check(replica)
      if (!isOver) timer = setTimeout(again, checkMs)
    }
    const first = again()
    return {
      first,
      stop() {
        isOver = true
        clearTimeout(timer)
      },
    }
  })

  function send(
    incoming: IncomingMessage,
    body: Buffer,
    outgoing: ServerResponse,
    tried: readonly string[],
  ): void {
    const candidates = replicas.filter(replica => healthy.has(replica) && !tried.includes(replica))
    const replica = candidates[turn++ % candidates.length]
    if (replica === undefined) {
      outgoing.writeHead(502, { 'content-type': 'text/plain' }).end('No replica takes this.\n')
      return
    }
    const requestId = incoming.headers['x-request-id'] as string | undefined
    const entry = { replica, requestId, sentAtMs: performance.now() }
    underWay.add(entry)
    outgoing.once('close', () => underWay.delete(entry))
    const { method, url, headers } = incoming
    const upstream = request(`${replica}${url}`, { agent, method, headers: handedOn(headers) })
    const leave = () => upstream.destroy()
    outgoing.once('close', leave)
    upstream.on('response', answer => {
      outgoing.writeHead(answer.statusCode ?? 502, handedOn(answer.headers))
      outgoing.flushHeaders()
      answer.on('error', () => {
        if (!outgoing.destroyed) lost.push(entry)
        outgoing.destroy()
      })
      answer.pipe(outgoing)
    })
    upstream.on('error', (error: NodeJS.ErrnoException) => {
      // Whoever had the beginning of an answer is told above; whoever has left is told nothing.
      if (outgoing.headersSent || outgoing.destroyed) return
      underWay.delete(entry)
      outgoing.off('close', leave)
      if (error.code === 'ECONNREFUSED') {
        healthy.delete(replica)
        return send(incoming, body, outgoing, [...tried, replica])
      }
      lost.push(entry)
      outgoing.writeHead(502, { 'content-type': 'text/plain' }).end('The replica broke off.\n')
    })
    upstream.end(body)
  }

  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    let length = 0
    try {
      for await (const chunk of incoming) {
        length += chunk.length
        if (length > MAX_BODY_BYTES) return void outgoing.writeHead(413).end()
        chunks.push(chunk)
      }
    } catch {
      return
    }
    send(incoming, Buffer.concat(chunks), outgoing, [])
  })
  await Promise.all(checks.map(({ first }) => first))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ready: () => replicas.filter(replica => healthy.has(replica)),
    underWay: () => [...underWay],
    lost: () => [...lost],
    async stop() {
      for (const { stop } of checks) stop()
      agent.destroy()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function handedOn(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.has(name)))
}
