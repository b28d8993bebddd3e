import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServerAdapter } from '@whatwg-node/server'

export interface Listener {
  /** Where it listens, with the port that it got. */
  readonly url: string
  /** Takes no new connections, lets answers under way finish for `graceMs`, then ends. */
  close(graceMs: number): Promise<void>
}

/** Serves a fetch handler over Node's HTTP. Rejects with the system's error when it can not listen. */
export function listen(
  handle: (request: Request) => Promise<Response>,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listener> {
  const server = createServer(createServerAdapter(handle))
  const listener: Listener = {
    get url() {
      const { port: actual } = server.address() as AddressInfo
      return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`
    },
    close(graceMs) {
      return new Promise(resolve => {
        const timer = setTimeout(() => server.closeAllConnections(), graceMs)
        server.close(() => {
          clearTimeout(timer)
          resolve()
        })
        server.closeIdleConnections()
      })
    },
  }
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => resolve(listener))
  })
}
