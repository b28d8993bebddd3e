import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, Server } from 'node:net'
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import { createServerAdapter, sendNodeResponse } from '@whatwg-node/server'
import { SECURITY_HEADERS } from './use-security-headers.ts'

export interface Listener {
  /** Where it listens, with the port that it got. */
  readonly url: string
  /** Goes on as before, but makes each answer the last on its connection: whoever keeps connections gets rid of them. */
  drain(): void
  /** Lets answers under way finish for `graceMs`, then takes no new connections and ends. */
  close(graceMs: number): Promise<void>
}

const SWEEP_MS = 50
const HOST = /^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i
/** Longer than balancers keep idle connections, mostly a minute: whoever closes first may reset a request on its way. */
const KEEP_ALIVE_MS = 75_000

/** A request has to be there as a whole within ten seconds, or is answered with 408. Node itself would wait five minutes. */
const RECEIVING = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 }

/** Serves a fetch handler over Node's HTTP. Rejects with the system's error when it can not listen. */
export function listen(
  handle: (request: Request) => Promise<Response>,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listener> {
  // What the adapter is thrown it answers with, stack and all.
  const adapter = createServerAdapter((request: Request) => handle(request).catch(toFailure))

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answered = await adapter.handleNodeRequestAndResponse(request, response)
    // Of the platform's own only a stream comes; all else is a stand-in that the adapter writes in one go.
    if (answered instanceof Response) await stream(answered, response)
    else await sendNodeResponse(answered, response, request, true)
  }

  const underWay = new Set<ServerResponse>()
  let isDraining = false
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, ...RECEIVING }, (request, response) => {
    underWay.add(response)
    response.once('close', () => underWay.delete(response))
    if (isDraining) announceEnd(response)
    if (isAddressed(request)) return answer(request, response).catch(() => response.destroy())
    response
      .writeHead(400, { ...SECURITY_HEADERS, 'content-type': 'text/plain' })
      .end('The request has no readable address.\n')
  })
  const listener: Listener = {
    get url() {
      const { port: actual } = server.address() as AddressInfo
      return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`
    },
    drain() {
      isDraining = true
      underWay.forEach(announceEnd)
    },
    async close(graceMs) {
      listener.drain()
      const endMs = performance.now() + graceMs
      // Until then it also takes new connections, on which a balancer learns from `/ready` to send no more.
      const finished = [...underWay].map(response => new Promise(resolve => response.once('close', resolve)))
      await Promise.race([Promise.all(finished), wait(graceMs, undefined, { ref: false })])
      // Those who were just told that it was their last answer come back at once, on new connections. They are taken one
      // in a turn of the event loop, and reset if they still wait for it when the port closes.
      await wait(Math.min(SWEEP_MS, graceMs))
      let isTaking = true
      server.on('connection', () => {
        isTaking = true
      })
      while (isTaking && performance.now() < endMs) {
        isTaking = false
        await nextTurn()
      }
      const sweep = () => {
        if (performance.now() < endMs) server.closeIdleConnections()
        else server.closeAllConnections()
      }
      const timer = setInterval(sweep, SWEEP_MS)
      // The close of HTTP itself would at once cut off connections that are new and about to send their request.
      await new Promise(resolve => Server.prototype.close.call(server, resolve))
      clearInterval(timer)
    },
  }
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => resolve(listener))
  })
}

/**
 * Writes a body that goes on, as fast as the client reads: what it has not read is not asked for. A body that breaks off
 * breaks the connection off, as nothing else would tell the client that it has not ended.
 */
async function stream({ status, headers, body }: Response, response: ServerResponse): Promise<void> {
  const reader = body?.getReader()
  if (reader === undefined || response.closed) return reader?.cancel()
  response.socket?.setNoDelay(true)
  response.once('close', () => reader.cancel().catch(() => {}))
  // Told even while a write waits for a client that does not read.
  reader.closed.catch(() => response.destroy())
  response.setHeaders(headers).writeHead(status).flushHeaders()
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (!response.write(part.value) && !response.closed) await drained(response)
    }
    response.end()
  } catch {
    response.destroy()
  }
}

/** Until what was written has gone, or nobody takes it any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.once('drain', done).once('close', done)
  })
}

function toFailure(): Response {
  return new Response('dirgraph could not answer this.\n', { status: 500, headers: SECURITY_HEADERS })
}

/** Whether host and path make a URL, which the adapter takes for granted. */
function isAddressed({ headers: { host = 'localhost' }, url = '' }: IncomingMessage): boolean {
  return HOST.test(host) && url.startsWith('/') && URL.canParse(`http://${host}${url}`)
}

/** A client that knows that this is the last answer on its connection sends no request into its closing. */
function announceEnd(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close')
}
