import { type ASTVisitor, GraphQLError, Kind, type SelectionSetNode, type ValidationContext } from 'graphql'

const CONDITIONS: ReadonlySet<string> = new Set(['skip', 'include'])

/**
 * Refuses conditions on the one field of a subscription, as GraphQL's specification does since 2025: without the field
 * there is nothing to subscribe to, and executors of before throw.
 */
export function SubscriptionRootRule(context: ValidationContext): ASTVisitor {
  const isConditional = (set: SelectionSetNode, seen: Set<string>): boolean =>
    set.selections.some(selection => {
      if (selection.directives?.some(({ name }) => CONDITIONS.has(name.value))) return true
      if (selection.kind === Kind.INLINE_FRAGMENT) return isConditional(selection.selectionSet, seen)
      if (selection.kind === Kind.FIELD || seen.has(selection.name.value)) return false
      const fragment = context.getFragment(selection.name.value)
      seen.add(selection.name.value)
      return fragment ? isConditional(fragment.selectionSet, seen) : false
    })
  return {
    OperationDefinition(operation) {
      if (operation.operation !== 'subscription' || !isConditional(operation.selectionSet, new Set())) return
      context.reportError(
        new GraphQLError('The field of a subscription can not have `@skip` or `@include`.', {
          nodes: operation,
        }),
      )
    },
  }
}
