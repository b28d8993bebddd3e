import {
  Environment,
  type FetchFunction,
  type GraphQLResponse,
  getRequestIdentifier,
  Network,
  RecordSource,
  Store,
  type Variables,
} from 'relay-runtime'
import { session } from '../session/session.ts'
import { type Failure, forgetAllFailures, noteFailures } from './failures.ts'
import { isUnauthenticated, OperationError, send } from './send.ts'
import { createSubscribe, type LiveState } from './subscribe.ts'

const JUST_MS = 1_000
/** When the last answer came, by the identifiers of requests. */
const answeredMs = new Map<string, number>()

/** Whether an answer to that request has come this very moment, so that it need not be asked again. */
export function wasJustAnswered(identifier: string): boolean {
  return performance.now() - (answeredMs.get(identifier) ?? Number.NEGATIVE_INFINITY) < JUST_MS
}

const fetchQuery: FetchFunction = async (parameters, variables) => {
  const { token } = session
  try {
    const answer = await send(parameters, variables, token)
    if (isPageLost(variables, answer.errors)) throw new OperationError(answer.errors)
    answeredMs.set(getRequestIdentifier(parameters, variables), performance.now())
    noteFailures(parameters.name, answer.errors, typeof variables.after === 'string')
    return answer as unknown as GraphQLResponse
  } catch (error) {
    if (error instanceof OperationError && isUnauthenticated(error.failures)) session.expire(token)
    throw error
  }
}

/** Whether a further page of a list did not come: Relay would take its null for the whole list. */
function isPageLost({ after, before }: Variables, errors: readonly Failure[]): boolean {
  if ((after ?? before ?? null) === null) return false
  return errors.some(({ path = [] }) => !path.includes('edges') && !path.includes('nodes'))
}

/** Forgets what is known of answers beside the data, before somebody else is the caller. */
export function forgetAnswers(): void {
  answeredMs.clear()
  forgetAllFailures()
}

/** A new one for each caller: what one has read is not for the next. */
export function createEnvironment(onState: (state: LiveState) => void): Environment {
  return new Environment({
    network: Network.create(fetchQuery, createSubscribe(onState)),
    store: new Store(new RecordSource(), { gcReleaseBufferSize: 20 }),
  })
}
