import {
  Environment,
  type FetchFunction,
  type GraphQLResponse,
  Network,
  RecordSource,
  Store,
} from 'relay-runtime'
import { session } from '../session/session.ts'
import { noteFailures } from './failures.ts'
import { isUnauthenticated, OperationError, send } from './send.ts'
import { createSubscribe, type LiveState } from './subscribe.ts'

const fetchQuery: FetchFunction = async (parameters, variables) => {
  const { token } = session
  try {
    const answer = await send(parameters, variables, token)
    noteFailures(parameters.name, answer.errors)
    return answer as unknown as GraphQLResponse
  } catch (error) {
    if (error instanceof OperationError && isUnauthenticated(error.failures)) session.expire(token)
    throw error
  }
}

/** A new one for each token: what one caller has read is not for the next. */
export function createEnvironment(onState: (state: LiveState) => void): Environment {
  return new Environment({
    network: Network.create(fetchQuery, createSubscribe(onState)),
    store: new Store(new RecordSource(), { gcReleaseBufferSize: 20 }),
  })
}
