import {
  type ASTVisitor,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  type ValidationContext,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { CallersByRequest } from './use-callers.ts'

/**
 * Keeps the schema to those who may see it: for all others no introspection, and no "Did you mean" either, which tells
 * names one by one. The admin always may. A subgraph's `_service` tells the schema too, and is kept from users only:
 * whoever composes a supergraph comes with the admin token, or to a server that asks for none.
 */
export function useIntrospectionLimits(
  isOpen: boolean,
  callers: CallersByRequest,
): Plugin<{ request: Request }> {
  const mayIntrospect = (request: Request) => isOpen || callers.get(request)?.kind === 'admin'
  const hide = ({ args }: { readonly args: { readonly contextValue: { readonly request: Request } } }) => {
    if (!mayIntrospect(args.contextValue.request)) Object.assign(args, { hideSuggestions: true })
  }
  return {
    onExecute: hide,
    onSubscribe: hide,
    onValidate({ context, addValidationRule, validateFn, setValidationFn }) {
      if (mayIntrospect(context.request)) return
      // Yoga keeps results by document and rules: with a rule more, what the admin was answered is not answered here.
      addValidationRule(NoSchemaIntrospectionCustomRule)
      if (callers.get(context.request)?.kind === 'user') addValidationRule(NoServiceRule)
      setValidationFn((schema, document, rules, options) =>
        validateFn(schema, document, rules, { ...options, hideSuggestions: true }),
      )
    },
  }
}

function NoServiceRule(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      if (context.getFieldDef()?.name !== '_service') return
      context.reportError(
        new GraphQLError('`_service` tells the schema, which takes the admin token.', { nodes: node }),
      )
    },
  }
}
