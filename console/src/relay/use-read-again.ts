import { useCallback, useState } from 'react'
import { fetchQuery, useRelayEnvironment } from 'react-relay'
import {
  createOperationDescriptor,
  type GraphQLTaggedNode,
  getRequest,
  type OperationType,
} from 'relay-runtime'
import { again } from './environment.ts'
import { isUnauthenticated, OperationError } from './send.ts'

interface ReadAgain {
  /** Reads again; what it gives back gives it up. */
  readonly read: () => () => void
  /** Why that failed when it was last tried. A token that has ended is said elsewhere. */
  readonly lost: Error | null
}

/** Reads again what is on the screen. Where that fails, it stays. */
export function useReadAgain<Query extends OperationType>(
  query: GraphQLTaggedNode,
  variables: Query['variables'],
): ReadAgain {
  const environment = useRelayEnvironment()
  const { identifier } = createOperationDescriptor(getRequest(query), variables).request
  const [lost, setLost] = useState<{ readonly of: string; readonly error: Error } | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the identifier stands for the variables.
  const read = useCallback(() => {
    const reading = fetchQuery(environment, query, variables, { networkCacheConfig: again('screen') })
    const { unsubscribe } = reading.subscribe({
      next: () => setLost(null),
      error: (error: Error) => {
        const isSaid = error instanceof OperationError && isUnauthenticated(error.failures)
        setLost(isSaid ? null : { of: identifier, error })
      },
    })
    return unsubscribe
  }, [environment, query, identifier])
  return { read, lost: lost?.of === identifier ? lost.error : null }
}
