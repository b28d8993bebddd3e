import { addCost, type Cost } from '../cost/costs.ts'
import { noteServerTime } from '../ui/clock.ts'
import type { Failure } from './failures.ts'
import type { Stale } from './staleness.ts'

/** Where GraphQL is spoken. */
export const ENDPOINT = '/graphql'

/** Nothing of an answer came; `failures` say why. */
export class OperationError extends Error {
  override readonly name = 'OperationError'
  readonly failures: readonly Failure[]
  constructor(failures: readonly Failure[]) {
    super(failures[0]?.message ?? 'The server could not be reached.')
    this.failures = failures
  }
}

/** What is sent of an operation: the id that its document got at build; its text is not in the pages. */
export interface Operation {
  readonly id: string | null | undefined
  readonly name: string
}

/** An answer of which something came. */
export interface Answer {
  readonly data: Readonly<Record<string, unknown>>
  readonly errors: readonly Failure[]
  readonly extensions: { readonly dirgraph?: Cost & { readonly stale?: readonly Stale[] } } | undefined
}

const UNREACHABLE = 'dirgraph can not be reached. Is it running, and are you online?'

/** Sends an operation with that token. Rejects with `OperationError` where nothing of an answer came. */
export async function send(operation: Operation, variables: object, token: string | null): Promise<Answer> {
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json',
      'content-type': 'application/json',
      'dirgraph-cost': 'true',
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ documentId: operation.id, operationName: operation.name, variables }),
  }).catch(() => {
    throw new OperationError([{ message: UNREACHABLE }])
  })
  noteServerTime(response.headers.get('date'))
  const answer = (await response.json().catch(() => ({
    errors: [{ message: `dirgraph answered ${response.status} without JSON.` }],
  }))) as Partial<Answer>
  const { data = null, errors = [], extensions } = answer
  if (extensions?.dirgraph) addCost(extensions.dirgraph)
  if (data === null) throw new OperationError(errors)
  return { data, errors, extensions }
}

/** Whether what failed did so for want of a token that is good. */
export function isUnauthenticated(failures: readonly Failure[]): boolean {
  return failures.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED')
}

/** Whether a page was refused because the place that it was to begin at is no more. */
export function isCursorLost(error: Error): boolean {
  return error instanceof OperationError && error.failures[0]?.extensions?.code === 'BAD_USER_INPUT'
}
