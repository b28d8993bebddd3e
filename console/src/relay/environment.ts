import { createClient } from 'graphql-sse'
import {
  Environment,
  type FetchFunction,
  type GraphQLResponse,
  Network,
  Observable,
  RecordSource,
  type RequestParameters,
  Store,
  type SubscribeFunction,
  type Variables,
} from 'relay-runtime'
import { addCost, type Cost } from '../cost/costs.ts'
import { session } from '../session/session.ts'
import { type Failure, noteFailures } from './failures.ts'

const ENDPOINT = '/graphql'

/** Nothing of an answer came; `failures` say why. */
export class OperationError extends Error {
  override readonly name = 'OperationError'
  readonly failures: readonly Failure[]
  constructor(failures: readonly Failure[]) {
    super(failures[0]?.message ?? 'The server could not be reached.')
    this.failures = failures
  }
}

interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null
  readonly errors?: readonly Failure[]
  readonly extensions?: { readonly dirgraph?: Cost }
}

/** Operations go by the ids that their documents got at build; their texts are not in the pages. */
const fetchQuery: FetchFunction = async (parameters, variables) => {
  const { token } = session
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json',
      'content-type': 'application/json',
      'dirgraph-cost': 'true',
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ documentId: parameters.id, operationName: parameters.name, variables }),
  }).catch(() => {
    throw new OperationError([{ message: 'dirgraph can not be reached. Is it running, and are you online?' }])
  })
  const answer = (await response.json().catch(() => ({
    errors: [{ message: `dirgraph answered ${response.status} without JSON.` }],
  }))) as Answer
  const { data = null, errors = [], extensions } = answer
  if (errors.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED')) session.expire(token)
  if (extensions?.dirgraph) addCost(extensions.dirgraph)
  if (data === null || isPageLost(variables, errors)) throw new OperationError(errors)
  noteFailures(parameters.name, errors)
  return { data, errors, extensions } as unknown as GraphQLResponse
}

/** Whether a further page of a list did not come: Relay would take its null for the whole list. */
function isPageLost({ after, before }: Variables, errors: readonly Failure[]): boolean {
  if ((after ?? before ?? null) === null) return false
  return errors.some(({ path = [] }) => !path.includes('edges') && !path.includes('nodes'))
}

/** `down`: the connection was lost and is being made anew. */
export type LiveState = 'connecting' | 'live' | 'down'

const RETRIES_MS = [500, 1_000, 2_000, 4_000, 8_000]

/** Subscribes over Server-Sent Events, one connection each. Tells of the connection through `onState`. */
export function createSubscribe(onState: (state: LiveState) => void): SubscribeFunction {
  return (parameters: RequestParameters, variables) =>
    Observable.create<GraphQLResponse>(sink => {
      const client = createClient({
        url: ENDPOINT,
        headers: () => (session.token === null ? {} : { authorization: `Bearer ${session.token}` }),
        retryAttempts: Number.POSITIVE_INFINITY,
        retry: async retries => {
          onState('down')
          const ms = RETRIES_MS[Math.min(retries, RETRIES_MS.length - 1)] ?? 8_000
          await new Promise(resolve => setTimeout(resolve, ms / 2 + (Math.random() * ms) / 2))
        },
        on: { connected: () => onState('live') },
      })
      onState('connecting')
      const request = { documentId: parameters.id, operationName: parameters.name, variables }
      return client.subscribe(request as never, {
        next: answer => {
          onState('live')
          sink.next(answer as unknown as GraphQLResponse)
        },
        error: error => {
          onState('down')
          sink.error(error instanceof Error ? error : new Error('The connection was lost.'))
        },
        complete: () => {
          onState('down')
          sink.complete()
        },
      })
    })
}

/** A new one for each token: what one caller has read is not for the next. */
export function createEnvironment(onState: (state: LiveState) => void): Environment {
  return new Environment({
    network: Network.create(fetchQuery, createSubscribe(onState)),
    store: new Store(new RecordSource(), { gcReleaseBufferSize: 20 }),
  })
}
