import { createContext, useCallback, useContext, useEffect } from 'react'
import { fetchQuery, useLazyLoadQuery, useRelayEnvironment } from 'react-relay'
import {
  createOperationDescriptor,
  type GraphQLTaggedNode,
  getRequest,
  type OperationType,
} from 'relay-runtime'
import { useHealed } from '../live/live.tsx'
import { wasJustAnswered } from './environment.ts'

/** How often somebody has asked to try again, in the part of the screen around. */
export const AttemptContext = createContext(0)

/** The same, as the `fetchKey` of a query: Relay keeps what went wrong, and only another key asks again. */
export function useAttempt(): number {
  return useContext(AttemptContext)
}

/**
 * What a screen shows: what is known of it at once, then read again, and once more when the connection to the changes
 * was lost and is there again. Where reading again fails, what is shown stays.
 */
export function useScreenQuery<Query extends OperationType>(
  query: GraphQLTaggedNode,
  variables: Query['variables'],
): { readonly data: Query['response']; readonly refresh: () => void } {
  const environment = useRelayEnvironment()
  const heals = useHealed()
  const fetchKey = useContext(AttemptContext)
  const data = useLazyLoadQuery<Query>(query, variables, { fetchPolicy: 'store-or-network', fetchKey })
  const { identifier } = createOperationDescriptor(getRequest(query), variables).request
  // biome-ignore lint/correctness/useExhaustiveDependencies: the identifier stands for the variables.
  const read = useCallback(() => {
    const reading = fetchQuery(environment, query, variables, { networkCacheConfig: { force: true } })
    return reading.subscribe({ error: () => {} }).unsubscribe
  }, [environment, query, identifier])
  // biome-ignore lint/correctness/useExhaustiveDependencies: each of these is a reason to read again.
  useEffect(() => {
    if (!wasJustAnswered(identifier)) return read()
  }, [read, heals, fetchKey])
  const refresh = useCallback(() => void read(), [read])
  return { data, refresh }
}
