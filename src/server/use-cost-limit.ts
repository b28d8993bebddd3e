import type { DocumentNode, ExecutionArgs, ExecutionResult, GraphQLSchema } from 'graphql'
import { createGraphQLError, type Plugin } from 'graphql-yoga'
import type { RequestContext } from '../request/context.ts'

/** Reckons the upstream calls of an operation before it runs. Throws the GraphQL error of one with too many ids. */
export type EstimateCalls = (
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
  variables: Record<string, unknown>,
  maxIds: number,
) => { readonly calls: number; readonly dearest: string }

/** Refuses an operation whose estimate is above the limit, before any call is made for it. */
export function useCostLimit(
  estimate: EstimateCalls,
  { maxEstimatedCalls, maxIds }: { readonly maxEstimatedCalls: number; readonly maxIds: number },
): Plugin<RequestContext> {
  /** Of a subscription, for each of its events. */
  const check = ({ args, setResultAndStopExecution }: Begun) => {
    const { schema, document, operationName, variableValues, contextValue } = args
    const { calls, dearest } = estimate(
      schema,
      document,
      operationName ?? undefined,
      variableValues ?? {},
      maxIds,
    )
    contextValue.estimatedCalls = calls
    if (calls <= maxEstimatedCalls) return
    const message = `This operation may need ${calls} upstream calls, of which \`${dearest}\` needs most; ${maxEstimatedCalls} are allowed. Ask for smaller pages.`
    const extensions = { code: 'QUERY_TOO_COSTLY', http: { status: 400 } }
    setResultAndStopExecution({ errors: [createGraphQLError(message, { extensions })] })
  }
  return { onExecute: check, onSubscribe: check }
}

/** What is known of an operation of any kind when it begins. */
interface Begun {
  readonly args: ExecutionArgs & { readonly contextValue: RequestContext }
  readonly setResultAndStopExecution: (result: ExecutionResult) => void
}
