import { createClient, NetworkError } from 'graphql-sse'
import { type GraphQLResponse, Observable, type SubscribeFunction } from 'relay-runtime'
import { addCost, type Cost } from '../cost/costs.ts'
import { session } from '../session/session.ts'
import type { Failure } from './failures.ts'
import { ENDPOINT, isUnauthenticated } from './send.ts'

/** `down`: the connection was lost and is being made anew. `refused`: this caller is told of nothing. */
export type LiveState = 'connecting' | 'live' | 'down' | 'refused'

/** What an answer has beside its data. */
interface Told {
  readonly errors?: readonly Failure[]
  readonly extensions?: { readonly dirgraph?: Partial<Cost> }
}

const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 8_000
/** A stream that has stood so long was no failure to come back. */
const STEADY_MS = 10_000
/** However long the server wants to be left alone. */
const LONGEST_WAIT_MS = 60_000
/** The server shows every 12 seconds that it is there. */
const SILENCE_MS = 30_000

/**
 * Subscribes over Server-Sent Events for as long as somebody listens: a stream that ends is begun anew, with a new token
 * where the old one is no good. What happened in between does not come: `onState` says when to read again.
 */
export function createSubscribe(onState: (state: LiveState) => void): SubscribeFunction {
  return (parameters, variables) =>
    Observable.create<GraphQLResponse>(sink => {
      const request = { documentId: parameters.id, operationName: parameters.name, variables }
      let end = () => {}
      let timer: ReturnType<typeof setTimeout> | undefined
      let steady: ReturnType<typeof setTimeout> | undefined
      let lost = 0
      let begun = 0

      function begin(): void {
        stop()
        begun += 1
        const round = begun
        const isOver = () => round !== begun
        const { token } = session
        const client = createClient({
          url: ENDPOINT,
          headers: { 'dirgraph-cost': 'true', ...(token !== null && { authorization: `Bearer ${token}` }) },
          retryAttempts: 0,
          fetchFn: fetchWhileHeard,
          on: {
            connected: () => {
              if (isOver()) return
              steady = setTimeout(() => {
                lost = 0
              }, STEADY_MS)
              onState('live')
            },
          },
        })
        end = client.subscribe(request as never, {
          next: answer => {
            if (isOver()) return
            const { errors = [], extensions } = answer as Told
            addCost(extensions?.dirgraph)
            if (isUnauthenticated(errors)) session.expire(token)
            if (errors.some(({ extensions }) => extensions?.code === 'FORBIDDEN')) {
              stop()
              return onState('refused')
            }
            if (!answer.data) return
            lost = 0
            sink.next(answer as unknown as GraphQLResponse)
          },
          error: error => {
            if (isOver()) return
            const response = error instanceof NetworkError ? error.response : undefined
            if (response?.status === 401) session.expire(token)
            comeBack(Number(response?.headers.get('retry-after') ?? 0) * 1_000)
          },
          complete: () => isOver() || comeBack(),
        })
      }

      function comeBack(toldMs = 0): void {
        clearTimeout(steady)
        onState('down')
        // Without a token that is good there is nothing to come back with.
        if (session.state === 'expired' || session.state === 'signed-out') return
        const ms = Math.min(FIRST_RETRY_MS * 2 ** lost, LAST_RETRY_MS)
        lost += 1
        const leastMs = Math.min(Number.isFinite(toldMs) ? toldMs : 0, LONGEST_WAIT_MS)
        timer = setTimeout(begin, Math.max(ms / 2 + (Math.random() * ms) / 2, leastMs))
      }

      function stop(): void {
        begun += 1
        clearTimeout(timer)
        clearTimeout(steady)
        end()
      }

      /** At once, in place of a stream that may be good: what happens until the next one is there is not heard of. */
      function beginAnew(): void {
        onState('connecting')
        begin()
      }

      const forget = session.subscribe(() => session.state === 'signed-in' && beginAnew())
      window.addEventListener('online', beginAnew)
      beginAnew()
      return () => {
        forget()
        window.removeEventListener('online', beginAnew)
        stop()
      }
    })
}

/** A network that is gone closes nothing: a stream in which nothing comes for long breaks off. */
async function fetchWhileHeard(url: string, options: RequestInit): Promise<Response> {
  const response = await fetch(url, options)
  if (response.body === null || !response.ok) return response
  let timer: ReturnType<typeof setTimeout> | undefined
  const watch = new TransformStream<Uint8Array, Uint8Array>({
    start: controller => listen(controller),
    transform(chunk, controller) {
      listen(controller)
      controller.enqueue(chunk)
    },
    flush: () => clearTimeout(timer),
  })
  function listen(controller: TransformStreamDefaultController): void {
    clearTimeout(timer)
    timer = setTimeout(() => controller.error(new Error('Nothing was heard for too long.')), SILENCE_MS)
  }
  return new Response(response.body.pipeThrough(watch), response)
}
