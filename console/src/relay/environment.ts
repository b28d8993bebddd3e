import {
  type CacheConfig,
  Environment,
  type FetchFunction,
  type GraphQLResponse,
  getRequestIdentifier,
  Network,
  RecordSource,
  Store,
} from 'relay-runtime'
import { session } from '../session/session.ts'
import { serverNowMs } from '../ui/clock.ts'
import { type Failure, forgetAllFailures, noteFailures } from './failures.ts'
import { isUnauthenticated, OperationError, send } from './send.ts'
import { forgetStale, noteStale } from './staleness.ts'
import { createSubscribe, type LiveState } from './subscribe.ts'

const JUST_MS = 1_000
/** When the last answer came, by the identifiers of requests. */
const answeredMs = new Map<string, number>()

/** Whether an answer to that request has come this very moment, so that it need not be asked again. */
export function wasJustAnswered(identifier: string): boolean {
  return performance.now() - (answeredMs.get(identifier) ?? Number.NEGATIVE_INFINITY) < JUST_MS
}

/**
 * Asks for what is on the screen already, so that an answer which would take it away is none: `screen` where what was
 * asked for itself did not come, `list` where a page of it did not.
 */
export function again(kind: 'screen' | 'list'): CacheConfig {
  return { force: true, metadata: { again: kind } }
}

const fetchQuery: FetchFunction = async (parameters, variables, { metadata }) => {
  const { token } = session
  try {
    const answer = await send(parameters, variables, token)
    const identifier = getRequestIdentifier(parameters, variables)
    const isOfList = metadata?.again === 'list' || (variables.after ?? variables.before ?? null) !== null
    if (isOfList && answer.errors.some(isOfPage)) throw new OperationError(answer.errors)
    noteStale(identifier, answer.extensions?.dirgraph?.stale ?? [], serverNowMs())
    noteFailures({ name: parameters.name, variables }, answer.errors)
    if (metadata?.again === 'screen' && answer.errors.some(isOfAll)) throw new OperationError(answer.errors)
    answeredMs.set(identifier, performance.now())
    return answer as unknown as GraphQLResponse
  } catch (error) {
    if (error instanceof OperationError && isUnauthenticated(error.failures)) session.expire(token)
    throw error
  }
}

/** Whether a page of a list did not come: Relay would take its null for the whole list. */
function isOfPage({ path = [] }: Failure): boolean {
  return !path.includes('edges') && !path.includes('nodes')
}

/** Whether it was what was asked for itself that did not come. */
function isOfAll({ path = [] }: Failure): boolean {
  return path.length < 2
}

/** Forgets what is known of answers beside the data, before somebody else is the caller. */
export function forgetAnswers(): void {
  answeredMs.clear()
  forgetAllFailures()
  forgetStale()
}

/** A new one for each caller: what one has read is not for the next. */
export function createEnvironment(onState: (state: LiveState) => void): Environment {
  return new Environment({
    network: Network.create(fetchQuery, createSubscribe(onState)),
    store: new Store(new RecordSource(), { gcReleaseBufferSize: 20 }),
  })
}
