import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { Fault } from './faults.ts'
import type { SandboxAnswer } from './router.ts'

const hugeBytes = 100 * 1024 * 1024

const outageHtml = `<!doctype html>
<html><head><title>Please stand by</title></head>
<body><h1>Checking your connection</h1></body></html>
`

/** Sends a whole answer. */
export function writeAnswer(response: ServerResponse, answer: SandboxAnswer): void {
  const length = { 'content-length': String(Buffer.byteLength(answer.body)) }
  response.writeHead(answer.status, { ...answer.headers, ...length }).end(answer.body)
}

// The head states the whole length, so the client can tell that the rest is missing.
function writeHalf(response: ServerResponse, answer: SandboxAnswer, end: () => void): void {
  const body = Buffer.from(answer.body)
  response.writeHead(answer.status, { ...answer.headers, 'content-length': String(body.byteLength) })
  // The pause lets the half leave before the connection ends, or a client might see no head at all.
  response.write(body.subarray(0, Math.floor(body.byteLength / 2)), () => setTimeout(end, 20))
}

function* hugeBody(): Generator<string> {
  const row = `"${'x'.repeat(65_533)}",`
  yield '{"data":['
  for (let sent = 0; sent < hugeBytes; sent += row.length) yield row
  yield '""]}'
}

async function writeHuge(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' })
  // Fails when the client has had enough, which is what a client is meant to do.
  await pipeline(Readable.from(hugeBody()), response).catch(() => undefined)
}

/** How a request that meets a fault is answered. */
export interface FaultedExchange {
  response: ServerResponse
  /** Lets the provider act on the request and gives its answer. */
  answer: () => SandboxAnswer
  /** The provider's own error form for a status. */
  toError: (status: number) => SandboxAnswer
}

/** Answers the way the fault says; resolves with the status the client got to see, if any. */
export async function writeFault(fault: Fault, exchange: FaultedExchange): Promise<number | null> {
  const { response } = exchange
  const whole = (answer: SandboxAnswer) => {
    writeAnswer(response, { ...answer, headers: { ...answer.headers, ...fault.headers } })
    return answer.status
  }
  switch (fault.kind) {
    case 'status': {
      const answer = exchange.toError(fault.status ?? 500)
      return whole({ ...answer, body: fault.body ?? answer.body })
    }
    case 'delay': {
      await wait(fault.delayMs ?? 1000, undefined, { ref: false })
      return response.destroyed ? null : whole(exchange.answer())
    }
    case 'hang':
      return null
    case 'reset':
      response.socket?.resetAndDestroy()
      return null
    case 'reset-mid-body':
    case 'truncated': {
      const answer = exchange.answer()
      const { socket } = response
      const end = () => (fault.kind === 'truncated' ? socket?.destroySoon() : socket?.resetAndDestroy())
      writeHalf(response, answer, end)
      return answer.status
    }
    case 'malformed-json':
      return whole({ status: 200, headers: { 'content-type': 'application/json' }, body: '{"data":[{"id":' })
    case 'html':
      return whole({
        status: fault.status ?? 200,
        headers: { 'content-type': 'text/html' },
        body: outageHtml,
      })
    case 'huge':
      await writeHuge(response)
      return 200
  }
}
