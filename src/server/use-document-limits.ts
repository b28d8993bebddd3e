import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
  validate,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'

/** How large a document may be. */
export interface DocumentLimits {
  readonly maxTokens: number
  /** Fields within fields; a connection counts for three: itself, its edges or nodes, what is selected of them. */
  readonly maxDepth: number
  readonly maxAliases: number
  readonly maxRootFields: number
}

/** More mistakes than that help nobody, and a document could have thousands. */
const MAX_ERRORS = 5

/** Refuses documents that are larger than any that people write, before anything is run. */
export function useDocumentLimits(limits: DocumentLimits): Plugin {
  function DocumentLimitsRule(context: ValidationContext): ASTVisitor {
    return { OperationDefinition: operation => refuseLarge(operation, limits, context) }
  }
  return {
    onParse({ parseFn, setParseFn }) {
      setParseFn((source, options) => {
        try {
          return parseFn(source, { ...options, maxTokens: limits.maxTokens })
        } catch (error) {
          throw isTooLong(error) ? tooLarge('tokens', limits.maxTokens) : error
        }
      })
    },
    onValidate({ validateFn, setValidationFn }) {
      setValidationFn((schema, document, rules, options) => {
        // By itself and first: other rules take long for a document that is too large.
        const errors = validate(schema, document, [DocumentLimitsRule])
        return errors.length > 0
          ? errors
          : validateFn(schema, document, rules, { ...options, maxErrors: MAX_ERRORS })
      })
    },
  }
}

/** 400 whatever the client accepts: by GraphQL over HTTP a mistake in a document may be answered with 200. */
function tooLarge(what: string, max: number): GraphQLError {
  const extensions = { code: 'BAD_USER_INPUT', http: { status: 400, spec: false } }
  return new GraphQLError(`This operation has more than the ${max} ${what} that one may have.`, {
    extensions,
  })
}

/** graphql-js says it by a message only. */
function isTooLong(error: unknown): boolean {
  return error instanceof GraphQLError && /more tha[nt] \d+ tokens/.test(error.message)
}

/** What a selection adds up to, with its fragments as if they were written out. */
interface Size {
  readonly depth: number
  readonly aliases: number
  readonly fields: number
}

function refuseLarge(
  operation: OperationDefinitionNode,
  limits: DocumentLimits,
  context: ValidationContext,
): void {
  const { depth, aliases, fields } = createMeasure(context)(operation.selectionSet)
  const refuse = (what: string, max: number) => context.reportError(tooLarge(what, max))
  if (depth > limits.maxDepth) refuse('levels', limits.maxDepth)
  if (aliases > limits.maxAliases) refuse('aliases', limits.maxAliases)
  if (fields > limits.maxRootFields) refuse('root fields', limits.maxRootFields)
}

/** Each fragment is measured once, however often it is spread: two that spread each other twice would double each time. */
function createMeasure(context: ValidationContext): (set: SelectionSetNode) => Size {
  const sizes = new Map<FragmentDefinitionNode, Size>()

  function ofFragment(name: string): Size {
    const fragment = context.getFragment(name)
    const known = fragment && sizes.get(fragment)
    if (!fragment || known) return known ?? NOTHING
    // Until it is measured it counts for nothing, so that a cycle, which is refused elsewhere, ends here.
    sizes.set(fragment, NOTHING)
    const size = measure(fragment.selectionSet)
    sizes.set(fragment, size)
    return size
  }

  function measure(set: SelectionSetNode): Size {
    return set.selections
      .map((selection): Size => {
        if (selection.kind === Kind.FRAGMENT_SPREAD) return ofFragment(selection.name.value)
        if (selection.kind === Kind.INLINE_FRAGMENT) return measure(selection.selectionSet)
        const below = selection.selectionSet ? measure(selection.selectionSet) : NOTHING
        return { depth: below.depth + 1, aliases: below.aliases + (selection.alias ? 1 : 0), fields: 1 }
      })
      .reduce(sum, NOTHING)
  }

  return measure
}

const NOTHING: Size = { depth: 0, aliases: 0, fields: 0 }

function sum(one: Size, other: Size): Size {
  return {
    depth: Math.max(one.depth, other.depth),
    aliases: one.aliases + other.aliases,
    fields: one.fields + other.fields,
  }
}
