import { type DocumentNode, Kind, parse } from 'graphql'

const MAX_LENGTH = 100

/** The name in the document, which is one by GraphQL's rules; the one beside it can be anything. Null without one. */
export function operationNameOf(
  document: DocumentNode,
  operationName: string | null | undefined,
): string | null {
  const names = namesIn(document)
  const name = operationName ? names.find(candidate => candidate === operationName) : names[0]
  return name?.slice(0, MAX_LENGTH) ?? null
}

/** The names of all operations in these documents, which are known to parse. */
export function operationNamesIn(documents: Iterable<string>): string[] {
  return [...documents].flatMap(document => namesIn(parse(document, { noLocation: true })))
}

const knownNames = new WeakMap<DocumentNode, readonly string[]>()

/** Found once for each document, as long as it is kept. */
function namesIn(document: DocumentNode): readonly string[] {
  const known = knownNames.get(document)
  if (known !== undefined) return known
  const names = document.definitions.flatMap(definition =>
    definition.kind === Kind.OPERATION_DEFINITION && definition.name ? [definition.name.value] : [],
  )
  knownNames.set(document, names)
  return names
}
