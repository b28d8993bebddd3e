import { NoSchemaIntrospectionCustomRule } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { CallersByRequest } from './use-callers.ts'

/**
 * Keeps the schema to those who may see it: for all others no introspection, and no "Did you mean" either, which tells
 * names one by one. The admin always may.
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
      setValidationFn((schema, document, rules, options) =>
        validateFn(schema, document, rules, { ...options, hideSuggestions: true }),
      )
    },
  }
}
