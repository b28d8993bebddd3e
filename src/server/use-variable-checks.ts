import {
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  getOperationAST,
  getVariableValues,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { shorten } from './mask-errors.ts'

/** More mistakes than that help nobody, and each of them costs time and quotes the value. */
const MAX_ERRORS = 5

/** Refuses variables that do not fit the operation before anything is reckoned or run with them. */
export function useVariableChecks(): Plugin {
  const check = ({ args, setResultAndStopExecution }: Begun) => {
    const { schema, document, operationName, variableValues } = args
    // Set by the plugin that keeps the schema from those who may not see it.
    const { hideSuggestions } = args as { readonly hideSuggestions?: boolean }
    const operation = getOperationAST(document, operationName)
    if (!operation) return
    const { errors } = getVariableValues(
      schema,
      operation.variableDefinitions ?? [],
      (variableValues as Record<string, unknown> | null | undefined) ?? {},
      { maxErrors: MAX_ERRORS, ...(hideSuggestions !== undefined && { hideSuggestions }) },
    )
    if (errors) setResultAndStopExecution({ errors: errors.slice(0, MAX_ERRORS).map(toRefusal) })
  }
  return { onExecute: check, onSubscribe: check }
}

/** What is known of an operation of any kind when it begins. */
interface Begun {
  readonly args: ExecutionArgs
  readonly setResultAndStopExecution: (result: ExecutionResult) => void
}

/** As Yoga answers mistakes in the document: with 400 to clients that know GraphQL's own media type. */
function toRefusal({ message, nodes }: GraphQLError): GraphQLError {
  const extensions = { code: 'BAD_USER_INPUT', http: { status: 400, spec: true } }
  return new GraphQLError(shorten(message), { ...(nodes && { nodes }), extensions })
}
