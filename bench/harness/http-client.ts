import { Agent, request } from 'node:http'

export interface Answer {
  readonly status: number
  readonly text: string
}

/** A GraphQL client that costs as little as it can, since it shares the machine with what it measures. */
export interface GraphClient {
  post(operation: Operation): Promise<Answer>
  close(): void
}

export interface Operation {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>>
}

const TIMEOUT_MS = 30_000

/** A client that holds at most so many connections open. */
export function createGraphClient(url: string, connections: number): GraphClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  return {
    post(operation) {
      const body = JSON.stringify(operation)
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json',
        'content-length': Buffer.byteLength(body),
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
        outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)))
        outgoing.on('error', reject)
        outgoing.end(body)
      })
    },
    close: () => agent.destroy(),
  }
}

/** The data of an answer; throws when there were errors, since a benchmark of failures says nothing. */
export function toData({ status, text }: Answer): unknown {
  const { data, errors } = JSON.parse(text) as { data?: unknown; errors?: readonly { message: string }[] }
  if (status !== 200 || errors !== undefined || data === undefined) {
    throw new Error(`answered ${status}: ${text.slice(0, 500)}`)
  }
  return data
}
