import { type DocumentNode, type FieldNode, Kind, type SelectionSetNode } from 'graphql'

/** The fields of a selection, those of its fragments among them, whatever their types and directives. */
export function fieldsIn(
  set: SelectionSetNode | undefined,
  document: DocumentNode,
  seen: Set<string> = new Set(),
): FieldNode[] {
  return (set?.selections ?? []).flatMap(selection => {
    if (selection.kind === Kind.FIELD) return [selection]
    if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsIn(selection.selectionSet, document, seen)
    const { value: name } = selection.name
    const fragment = document.definitions.find(
      definition => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
    )
    if (fragment === undefined || !('selectionSet' in fragment) || seen.has(name)) return []
    return fieldsIn(fragment.selectionSet, document, seen.add(name))
  })
}
