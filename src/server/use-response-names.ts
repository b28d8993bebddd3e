import { type ASTVisitor, GraphQLError, type ValidationContext } from 'graphql'
import type { Plugin } from 'graphql-yoga'

/**
 * Refuses aliases that mean something to JavaScript. The executor takes an object with a field called `then` for a
 * promise, and a selection loses a field whose name every object has, such as `toString` or `__proto__`.
 */
export function useResponseNames(): Plugin {
  return { onValidate: ({ addValidationRule }) => addValidationRule(ResponseNamesRule) }
}

function ResponseNamesRule(context: ValidationContext): ASTVisitor {
  return {
    Field(field) {
      const alias = field.alias?.value
      if (alias === undefined || (alias !== 'then' && !(alias in Object.prototype))) return
      context.reportError(new GraphQLError(`\`${alias}\` can not be an alias here.`, { nodes: field }))
    },
  }
}
