import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished } from 'vitest'
import type { SandboxEvent } from '../../src/sandbox/sandbox.ts'

/** A delivery as it came, byte by byte. */
export interface Received {
  readonly path: string
  readonly headers: Headers
  readonly body: Buffer
  readonly event: SandboxEvent
  readonly atMs: number
}

export interface Receiver {
  readonly url: string
  readonly port: number
  readonly received: readonly Received[]
  /** Resolves once so many have come. */
  waitFor(count: number): Promise<void>
  close(): Promise<void>
}

type Answer = (number: number) => number | null

/** As `startReceiver`, until the test ends. */
export async function receiveWebhooks(answer?: Answer, port?: number): Promise<Receiver> {
  const receiver = await startReceiver(answer, port)
  onTestFinished(receiver.close)
  return receiver
}

/**
 * Takes deliveries over real HTTP. `answer` says with what status each is answered, by its number from zero; null is
 * never. 204 unless said otherwise.
 */
export async function startReceiver(answer: Answer = () => 204, port = 0): Promise<Receiver> {
  const received: Received[] = []
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const status = answer(received.length)
    received.push({
      path: incoming.url ?? '',
      headers: new Headers(incoming.headers as Record<string, string>),
      body,
      event: JSON.parse(body.toString('utf8')),
      atMs: performance.now(),
    })
    // Where a redirection leads to, which no provider follows.
    if (status !== null) response.writeHead(status, { location: '/elsewhere' }).end()
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  const { port: actual } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${actual}`,
    port: actual,
    received,
    waitFor: count =>
      expect.poll(() => received.length, { interval: 5, timeout: 10_000 }).toBeGreaterThanOrEqual(count),
    close,
  }
}
