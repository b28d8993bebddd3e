import { useCallback, useState } from 'react'
import { useLazyLoadQuery } from 'react-relay'
import {
  createOperationDescriptor,
  type GraphQLTaggedNode,
  getRequest,
  type OperationType,
} from 'relay-runtime'
import { wasJustAnswered } from './environment.ts'
import { useReadAgain } from './use-read-again.ts'
import { useAttempt } from './use-screen-query.ts'

interface Known<Query extends OperationType> {
  readonly data: Query['response']
  /** Whether that was known before, so that it is to be read again. */
  readonly isOld: boolean
  /** Reads all of it anew, its lists from their beginnings, for where there is nothing to lose. */
  readonly readAnew: () => void
  /** Why that failed. */
  readonly lost: Error | null
}

/**
 * What is known of something with lists in it, or else what comes. To read it again is for those who show it: a list
 * that is read with all the rest begins anew. Of other variables it is another component’s.
 */
export function useKnownQuery<Query extends OperationType>(
  query: GraphQLTaggedNode,
  variables: Query['variables'],
): Known<Query> {
  const fetchKey = useAttempt()
  const data = useLazyLoadQuery<Query>(query, variables, { fetchPolicy: 'store-or-network', fetchKey })
  const { identifier } = createOperationDescriptor(getRequest(query), variables).request
  const [isOld] = useState(() => !wasJustAnswered(identifier))
  const { read, lost } = useReadAgain<Query>(query, variables)
  const readAnew = useCallback(() => void read(), [read])
  return { data, isOld, readAnew, lost }
}
