import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  Lexer,
  type OperationDefinitionNode,
  type SelectionSetNode,
  Source,
  TokenKind,
  type ValidationContext,
  validate,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'

/** How large a document and its variables may be. */
export interface DocumentLimits {
  /** Words and signs of the document; and values in the variables, which could stand in the document as well. */
  readonly maxTokens: number
  /** Fields within fields; a connection counts for three: itself, its edges or nodes, what is selected of them. */
  readonly maxDepth: number
  readonly maxAliases: number
  readonly maxRootFields: number
}

/** More mistakes than that help nobody, and a document could have thousands. */
const MAX_ERRORS = 5

/** Fields and fragments with fragments written out: who spreads one in another doubles a document with each line. */
const MAX_SELECTIONS = 10_000

/** Brackets of all kinds; a document as deep as the settings may allow has half of them. */
const MAX_NESTING = 200

/** What the introspection query of GraphiQL and other tools needs, however little is left to all others. */
const MIN_INTROSPECTION_DEPTH = 15
const INTROSPECTION_FIELDS: ReadonlySet<string> = new Set(['__schema', '__type'])

/**
 * Refuses operations that are larger than any that people write, before anything is run. What `isParsed` knows has been
 * through this.
 */
export function useDocumentLimits(limits: DocumentLimits, isParsed: (text: string) => boolean): Plugin {
  function DocumentLimitsRule(context: ValidationContext): ASTVisitor {
    return { OperationDefinition: operation => refuseLarge(operation, limits, context) }
  }
  return {
    // Counted by itself, since Yoga has clients that accept JSON told of a failed parse with 200.
    onParams({ params: { query, variables } }) {
      if (typeof query === 'string' && !isParsed(query)) refuseLargeText(query, limits)
      refuseLargeVariables(variables, limits)
    },
    onValidate({ validateFn, setValidationFn }) {
      setValidationFn((schema, document, rules, options) => {
        // By itself and first: other rules take long for a document that is too large.
        const tooMuch = validate(schema, document, [DocumentLimitsRule])
        if (tooMuch.length > 0) return tooMuch
        const errors: readonly GraphQLError[] = validateFn(schema, document, rules, {
          ...options,
          maxErrors: MAX_ERRORS,
        })
        return errors.some(isAborted)
          ? [refusal('This operation selects too many fields of one name.')]
          : errors
      })
    },
  }
}

function tooLarge(what: string, max: number): GraphQLError {
  return refusal(`This operation has more than the ${max} ${what} that one may have.`)
}

/** 400 whatever the client accepts: by GraphQL over HTTP a mistake in a document may be answered with 200. */
function refusal(message: string): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400, spec: false } },
  })
}

/** By its tokens alone, since the parser is recursive too. What can't be read it refuses, with the reason. */
function refuseLargeText(text: string, { maxTokens }: DocumentLimits): void {
  const tokens = tokensOf(text)
  let count = 0
  let nesting = 0
  for (let kind = tokens.next(); kind !== TokenKind.EOF; kind = tokens.next()) {
    count += 1
    nesting += NESTING[kind] ?? 0
    if (count > maxTokens) throw tooLarge('tokens', maxTokens)
    if (nesting > MAX_NESTING) throw tooLarge('nested brackets', MAX_NESTING)
  }
}

function tokensOf(text: string): { next(): TokenKind } {
  const lexer = new Lexer(new Source(text))
  return {
    next() {
      try {
        return lexer.advance().kind
      } catch {
        return TokenKind.EOF
      }
    },
  }
}

const NESTING: Partial<Record<TokenKind, number>> = {
  [TokenKind.BRACE_L]: 1,
  [TokenKind.BRACKET_L]: 1,
  [TokenKind.PAREN_L]: 1,
  [TokenKind.BRACE_R]: -1,
  [TokenKind.BRACKET_R]: -1,
  [TokenKind.PAREN_R]: -1,
}

/** Without recursion: JSON can be nested deeper than any stack. */
function refuseLargeVariables(variables: unknown, { maxTokens, maxDepth }: DocumentLimits): void {
  const pending = [{ value: variables, depth: 0 }]
  let values = 0
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, depth } = next
    if (typeof value !== 'object' || value === null) continue
    const children = Object.values(value)
    values += children.length
    if (values > maxTokens) throw tooLarge('values in variables', maxTokens)
    if (depth >= maxDepth) throw tooLarge('levels of variables', maxDepth)
    pending.push(...children.map(child => ({ value: child, depth: depth + 1 })))
  }
}

/** graphql-js gives up on comparing fields after a while, and says so by this message only. */
function isAborted({ message }: GraphQLError): boolean {
  return message === 'Validation aborted.'
}

/** What a selection adds up to, with its fragments as if they were written out. */
interface Size {
  readonly depth: number
  readonly introspectionDepth: number
  readonly aliases: number
  readonly fields: number
  readonly selections: number
}

function refuseLarge(
  operation: OperationDefinitionNode,
  limits: DocumentLimits,
  context: ValidationContext,
): void {
  const size = createMeasure(context)(operation.selectionSet)
  const sizes = [
    ['levels', size.depth, limits.maxDepth],
    ['levels of introspection', size.introspectionDepth, Math.max(limits.maxDepth, MIN_INTROSPECTION_DEPTH)],
    ['aliases', size.aliases, limits.maxAliases],
    ['root fields', size.fields, limits.maxRootFields],
    ['selections', size.selections, MAX_SELECTIONS],
  ] as const
  const excess = sizes.find(([, actual, max]) => actual > max)
  if (excess !== undefined) context.reportError(tooLarge(excess[0], excess[2]))
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
        if (selection.kind === Kind.FRAGMENT_SPREAD) return sum(ofFragment(selection.name.value), ONE)
        if (selection.kind === Kind.INLINE_FRAGMENT) return sum(measure(selection.selectionSet), ONE)
        const below = selection.selectionSet ? measure(selection.selectionSet) : NOTHING
        const depth = Math.max(below.depth, below.introspectionDepth) + 1
        const isIntrospection = INTROSPECTION_FIELDS.has(selection.name.value)
        return {
          depth: isIntrospection ? 1 : depth,
          introspectionDepth: isIntrospection ? depth : 0,
          aliases: below.aliases + (selection.alias ? 1 : 0),
          fields: 1,
          selections: below.selections + 1,
        }
      })
      .reduce(sum, NOTHING)
  }

  return measure
}

const NOTHING: Size = { depth: 0, introspectionDepth: 0, aliases: 0, fields: 0, selections: 0 }
const ONE: Size = { ...NOTHING, selections: 1 }

function sum(one: Size, other: Size): Size {
  return {
    depth: Math.max(one.depth, other.depth),
    introspectionDepth: Math.max(one.introspectionDepth, other.introspectionDepth),
    aliases: one.aliases + other.aliases,
    fields: one.fields + other.fields,
    selections: one.selections + other.selections,
  }
}
