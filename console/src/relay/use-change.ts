import { useState } from 'react'
import { useMutation } from 'react-relay'
import type { GraphQLTaggedNode, MutationParameters, SelectorStoreUpdater } from 'relay-runtime'
import { OperationError } from './send.ts'

/** Why a change was not made, in words. */
export interface Refusal {
  readonly title: string
  readonly message: string
  /** The type of the answer, or the code of the error. */
  readonly kind: string
}

/** What every member of the answers' unions may have. */
interface Answer {
  readonly __typename: string
  readonly message?: string
  readonly retryAfterSeconds?: number | null
}

interface ChangeConfig<M extends MutationParameters> {
  readonly variables: M['variables']
  readonly optimisticResponse?: M['rawResponse']
  readonly updater?: SelectorStoreUpdater<M['response']>
  readonly onDone?: (response: M['response']) => void
}

const TITLES: Readonly<Record<string, string>> = {
  ConflictError: 'The directory is still switched on',
  ForbiddenError: 'You may not do this',
  InvalidInputError: 'This was not accepted',
  NotFoundError: 'It is not there any more',
  RateLimitedError: 'The provider’s limit is reached',
  UnavailableError: 'The provider did not answer',
  UnsupportedError: 'The provider can not do this',
  UNAUTHENTICATED: 'Your token has ended',
}

/** The refusal in a mutation's answer; null where it was carried out. */
export function refusalIn(response: unknown): Refusal | null {
  const [answer] = Object.values((response ?? {}) as Record<string, Answer | null>)
  if (!answer?.__typename.endsWith('Error')) return null
  const { __typename: kind, message = '', retryAfterSeconds } = answer
  const wait = retryAfterSeconds ? ` Try again in ${retryAfterSeconds} s.` : ''
  return { kind, title: TITLES[kind] ?? 'This was refused', message: `${message}${wait}` }
}

/** The refusal in an error that came in place of an answer. */
export function refusalOf(error: Error): Refusal {
  const kind = (error instanceof OperationError && error.failures[0]?.extensions?.code) || 'UNKNOWN'
  const todo = kind === 'UNAUTHENTICATED' ? ' Sign in with a new one, then try again.' : ''
  return { kind, title: TITLES[kind] ?? 'This did not work', message: `${error.message}${todo}` }
}

/** A mutation whose refusals, typed or not, come in words. */
export function useChange<M extends MutationParameters>(mutation: GraphQLTaggedNode) {
  const [commit, isRunning] = useMutation<M>(mutation)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const change = ({ onDone, ...config }: ChangeConfig<M>) => {
    setRefusal(null)
    commit({
      ...config,
      onCompleted(response) {
        const refused = refusalIn(response)
        setRefusal(refused)
        if (refused === null) onDone?.(response)
      },
      onError: error => setRefusal(refusalOf(error)),
    })
  }
  return { change, isRunning, refusal, forget: () => setRefusal(null) }
}
