import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { writeAnswer, writeFault } from './answer-writer.ts'
import type { Fault, FaultPlan } from './faults.ts'
import type { SandboxAnswer, SandboxRequest, StandIn } from './router.ts'

/** One request a stand-in received, in the order of arrival. */
export interface RecordedCall {
  provider: 'workos' | 'scalekit'
  method: string
  /** The pathname alone. */
  path: string
  query: Record<string, string | string[]>
  headers: Record<string, string>
  body: string
  /** `null` while unanswered, and for ever when a fault kept the answer back. */
  status: number | null
  /** `performance.now()` of the sandbox's process. */
  receivedAtMs: number
  /** `null` as `status` is. */
  answeredAtMs: number | null
  /** The fault that it met, if any. */
  fault: Fault['kind'] | null
}

/** What a listener needs to serve one provider. */
export interface ListenerSettings {
  provider: Fault['provider']
  standIn: StandIn
  toError: (status: number) => SandboxAnswer
  faults: FaultPlan
  calls: RecordedCall[]
  latencyMs: number
}

/** A provider listening on a free loopback port. */
export interface Listener {
  readonly url: string
  /** Closes the port and every open connection. */
  close(): Promise<void>
}

const maxBodyBytes = 1024 * 1024
/** More than any test asks for; a sandbox that serves for days must not grow. */
const maxCalls = 50_000

async function readBody(incoming: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    size += chunk.length
    if (size <= maxBodyBytes) chunks.push(chunk)
  }
  return size > maxBodyBytes ? null : Buffer.concat(chunks).toString('utf8')
}

function toHeaders(incoming: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )
}

function toQuery(search: URLSearchParams): Record<string, string | string[]> {
  const entries = [...new Set(search.keys())].map(name => {
    const values = search.getAll(name)
    return [name, values.length === 1 ? (values[0] ?? '') : values] as const
  })
  return Object.fromEntries(entries)
}

async function exchange(settings: ListenerSettings, incoming: IncomingMessage, response: ServerResponse) {
  const { provider, standIn, toError, faults, calls, latencyMs } = settings
  const url = new URL(incoming.url ?? '/', 'http://sandbox')
  const method = incoming.method ?? 'GET'
  const headers = toHeaders(incoming)
  const call: RecordedCall = {
    provider,
    method,
    path: url.pathname,
    query: toQuery(url.searchParams),
    headers,
    body: '',
    status: null,
    receivedAtMs: performance.now(),
    answeredAtMs: null,
    fault: null,
  }
  // Recorded before the body is read, so that the order is the order of arrival.
  calls.push(call)
  if (calls.length > maxCalls) calls.shift()
  const body = await readBody(incoming)
  call.body = body ?? ''
  const request: SandboxRequest = {
    method,
    path: url.pathname,
    search: url.searchParams,
    headers,
    body: call.body,
  }
  const fault = faults.take(provider, method, url.pathname + url.search)
  if (latencyMs > 0) await wait(latencyMs, undefined, { ref: false })
  const answer = () => (body === null ? toError(413) : standIn(request))
  if (fault) {
    call.fault = fault.kind
    call.status = await writeFault(fault, { response, answer, toError })
    if (call.status !== null) call.answeredAtMs = performance.now()
    return
  }
  const answered = answer()
  call.status = answered.status
  writeAnswer(response, answered)
  call.answeredAtMs = performance.now()
}

/** Serves one provider on 127.0.0.1. */
export async function startListener(settings: ListenerSettings): Promise<Listener> {
  const server = createServer((incoming, response) => {
    exchange(settings, incoming, response).catch((cause: unknown) => {
      // A client that went away while sending is its own business; the rest is a defect worth seeing.
      if (response.headersSent || response.destroyed) return
      const answer = settings.toError(500)
      writeAnswer(response, { ...answer, headers: { ...answer.headers, 'x-sandbox-defect': String(cause) } })
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
