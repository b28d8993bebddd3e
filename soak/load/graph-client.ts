import { Agent, request } from 'node:http'

/** What an operation has cost, as `extensions.dirgraph` tells it. */
export interface Cost {
  readonly upstreamCalls: number
  readonly cacheHits: number
  readonly coalesced: number
  readonly retries: number
  readonly waitedMs: number
  readonly stale?: readonly unknown[]
}

/** What became of an operation. Times are by `performance.now()`. */
export interface Outcome<Data> {
  /** Its `x-request-id`. */
  readonly requestId: string
  readonly sentAtMs: number
  readonly answeredAtMs: number
  /** Null where there were errors: then nothing is believed of it. */
  readonly data: Data | null
  /** The codes of its errors, or what came in the place of an answer, such as `HTTP 502: …`. Empty where all went well. */
  readonly codes: readonly string[]
  /** What they say of themselves. */
  readonly messages: readonly string[]
  readonly cost: Cost | null
}

export interface GraphClient {
  run<Data>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Outcome<Data>>
  close(): void
}

interface Body {
  readonly data?: unknown
  readonly errors?: readonly { readonly message?: string; readonly extensions?: { readonly code?: string } }[]
  readonly extensions?: { readonly dirgraph?: Cost }
}

const TIMEOUT_MS = 30_000

/** A client that repeats nothing: what fails is seen. */
export function createGraphClient(url: string, token: string): GraphClient {
  // A connection each: one that is kept may be closed just when the next request is sent on it.
  const agent = new Agent({ keepAlive: false })
  let sent = 0

  function post(body: string, requestId: string): Promise<{ status: number; text: string }> {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Bearer ${token}`,
      'content-length': Buffer.byteLength(body),
      'dirgraph-cost': 'true',
      'x-request-id': requestId,
    }
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { method: 'POST', agent, headers, timeout: TIMEOUT_MS }, incoming => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        )
      })
      outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')))
      outgoing.on('error', reject)
      outgoing.end(body)
    })
  }

  return {
    async run<Data>(query: string, variables = {}) {
      sent += 1
      const requestId = `soak-${sent}`
      const sentAtMs = performance.now()
      const answer = await post(JSON.stringify({ query, variables }), requestId).then(toBody, toBroken)
      const codes = [...new Set(answer.errors?.map(({ extensions }) => extensions?.code ?? 'no code') ?? [])]
      return {
        requestId,
        sentAtMs,
        answeredAtMs: performance.now(),
        data: codes.length === 0 ? ((answer.data ?? null) as Data | null) : null,
        codes,
        messages: [...new Set(answer.errors?.flatMap(({ message }) => message ?? []) ?? [])],
        cost: answer.extensions?.dirgraph ?? null,
      }
    },
    close: () => agent.destroy(),
  }
}

function toBody({ status, text }: { readonly status: number; readonly text: string }): Body {
  try {
    const body = JSON.parse(text) as Body
    if (body.errors !== undefined || body.data) return body
  } catch {
    // No JSON: not ours.
  }
  return withCode(`HTTP ${status}: ${text.slice(0, 40).trim()}`)
}

function toBroken(error: NodeJS.ErrnoException): Body {
  return withCode(error.code ?? error.message)
}

function withCode(code: string): Body {
  return { errors: [{ extensions: { code } }] }
}
