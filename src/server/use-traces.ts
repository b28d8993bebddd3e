import { type ExecutionArgs, getOperationAST } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { RequestContext } from '../request/context.ts'
import { isTraced, type TracedOperation, traceOperation } from '../telemetry/traces.ts'
import { codeOf } from './mask-errors.ts'
import { operationNameOf } from './operation-name.ts'

/** Runs operations within spans of their own, where somebody traces them. */
export function useTraces(): Plugin<RequestContext> {
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      if (isTraced()) setExecuteFn(traced(args, executeFn))
    },
    onSubscribe({ args, subscribeFn, setSubscribeFn }) {
      if (isTraced()) setSubscribeFn(traced(args, subscribeFn))
    },
  }
}

type Hook = Parameters<NonNullable<Plugin<RequestContext>['onExecute']>>[0]
type Execute = Hook['executeFn']

function traced(args: Hook['args'], execute: Execute): Execute {
  const operation = toTraced(args, args.contextValue.call.requestId)
  return args => traceOperation(operation, () => execute(args), firstCodeIn)
}

/** What a span tells of an operation. */
export function toTraced(
  { document, operationName }: Pick<ExecutionArgs, 'document' | 'operationName'>,
  requestId: string,
): TracedOperation {
  return {
    type: getOperationAST(document, operationName)?.operation ?? 'query',
    name: operationNameOf(document, operationName),
    requestId,
  }
}

/** The code of the first error, as a client will see it. */
export function firstCodeIn(result: unknown): string | null {
  const { errors = [] } = result as { errors?: readonly unknown[] }
  return errors.length === 0 ? null : codeOf(errors[0])
}
