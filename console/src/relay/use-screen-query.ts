import { createContext, useCallback, useContext, useEffect, useRef } from 'react'
import { useLazyLoadQuery } from 'react-relay'
import {
  createOperationDescriptor,
  type GraphQLTaggedNode,
  getRequest,
  type OperationType,
} from 'relay-runtime'
import { useHealed } from '../live/live.tsx'
import { wasJustAnswered } from './environment.ts'
import { useReadAgain } from './use-read-again.ts'

/** How often somebody has asked to try again, in the part of the screen around. */
export const AttemptContext = createContext(0)

/** The same, as the `fetchKey` of a query: Relay keeps what went wrong, and only another key asks again. */
export function useAttempt(): number {
  return useContext(AttemptContext)
}

interface Screen<Query extends OperationType> {
  readonly data: Query['response']
  readonly refresh: () => void
  /** Why it could not be read again. */
  readonly lost: Error | null
}

/**
 * What a screen shows: what is known of it at once, then read again, and once more when the connection to the changes
 * was lost and is there again. Where reading again fails, what is shown stays.
 */
export function useScreenQuery<Query extends OperationType>(
  query: GraphQLTaggedNode,
  variables: Query['variables'],
): Screen<Query> {
  const heals = useHealed()
  const healsHeard = useRef(heals)
  const fetchKey = useContext(AttemptContext)
  const data = useLazyLoadQuery<Query>(query, variables, { fetchPolicy: 'store-or-network', fetchKey })
  const { identifier } = createOperationDescriptor(getRequest(query), variables).request
  const { read, lost } = useReadAgain<Query>(query, variables)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each of these is a reason to read again.
  useEffect(() => {
    const isHealed = healsHeard.current !== heals
    healsHeard.current = heals
    if (isHealed || !wasJustAnswered(identifier)) return read()
  }, [read, heals, fetchKey])
  const refresh = useCallback(() => void read(), [read])
  return { data, refresh, lost }
}
